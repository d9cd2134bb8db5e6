//! Errors as a person reads them: the place in a file, what is wrong, what to do.

use alloc::{format, string::String};

use super::{Paint, Plain, add};
use crate::{error::Error, locate};

/// One paragraph an error: `error: FILE:LINE:COLUMN: message (at POINTER) [code]` and `help:  …`.
pub(super) fn told(errors: &[Error], request: &[u8], attachments: &[&[u8]], names: &[String], paint: Paint) -> String {
    let mut text = String::new();
    for error in errors {
        if !text.is_empty() {
            text.push('\n');
        }
        add(&mut text, format_args!("{} ", paint.red("error:")));
        let mut message = error.message.as_str();
        if let Some(span) = error.span {
            let (name, document) = match span.attachment {
                Some(index) => {
                    let name = names.get(index).cloned().unwrap_or_else(|| format!("attachment {index}"));
                    (name, attachments.get(index).copied().unwrap_or_default())
                }
                None => (String::from("request"), request),
            };
            let (line, column) = locate::line_and_column(document, span.start);
            // What comes from the JSON parser says its place already.
            message = message.strip_prefix(&*format!("line {line}, column {column}: ")).unwrap_or(message);
            add(&mut text, format_args!("{}:{line}:{column}: ", Plain(&name)));
        }
        add(&mut text, format_args!("{}", Plain(message)));
        if let Some(pointer) = error.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
            add(&mut text, format_args!(" (at {})", Plain(pointer)));
        }
        add(&mut text, format_args!(" [{}]\n", error.code));
        if !error.help.is_empty() {
            add(&mut text, format_args!("{}  {}\n", paint.strong("help:"), Plain(&error.help)));
        }
    }
    text
}
