//! Errors as a person reads them: the place in a file, what is wrong, what to do.

use alloc::{format, string::String, vec::Vec};

use super::{Paint, plain};
use crate::{error::Error, locate};

/// One paragraph an error: `error: FILE:LINE:COLUMN: message (at POINTER) [code]` and `help:  …`.
pub(super) fn told(errors: &[Error], request: &[u8], attachments: &[&[u8]], names: &[String], paint: Paint) -> String {
    let told = errors.iter().map(|error| {
        let place = error.span.map(|span| {
            let index = span.attachment;
            let document = index.map_or(Some(request), |index| attachments.get(index).copied()).unwrap_or_default();
            let name = match index {
                Some(index) => names.get(index).cloned().unwrap_or_else(|| format!("attachment {index}")),
                None => String::from("request"),
            };
            (name, locate::line_and_column(document, span.start))
        });
        let mut message = error.message.as_str();
        let mut shown = String::new();
        if let Some((name, (line, column))) = place {
            // What comes from the JSON parser says its place already.
            message = message.strip_prefix(&*format!("line {line}, column {column}: ")).unwrap_or(message);
            shown = format!("{name}:{line}:{column}: ");
        }
        shown += message;
        if let Some(pointer) = error.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
            shown += &format!(" (at {pointer})");
        }
        let (shown, help) = (plain(&format!("{shown} [{}]", error.code)), plain(&error.help));
        let mut told = format!("{} {shown}\n", paint.red("error:"));
        if !help.is_empty() {
            told += &format!("{}  {help}\n", paint.strong("help:"));
        }
        told
    });
    told.collect::<Vec<_>>().join("\n")
}
