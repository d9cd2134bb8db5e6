//! Errors as a person reads them: the place in a file, what is wrong, what to do.

use alloc::{format, string::String};

use super::{RED, STRONG, Text};
use crate::{error::Error, locate};

/// One paragraph an error: `error: FILE:LINE:COLUMN: message (at POINTER) [code]` and `help:  …`. A place in the request is
/// left out: a host wrote that, and nobody sees it.
pub(super) fn told(errors: &[Error], request: &[u8], attachments: &[&[u8]], names: &[String], text: &mut Text) {
    for (index, error) in errors.iter().enumerate() {
        text.say(if index == 0 { "" } else { "\n" }).painted(RED, "error:").say(" ");
        let mut message = error.message.as_str();
        if let Some(span) = error.span {
            let document = span.attachment.map_or(request, |index| attachments.get(index).copied().unwrap_or_default());
            let (line, column) = locate::line_and_column(document, span.start);
            if let Some(index) = span.attachment {
                match names.get(index) {
                    Some(name) => text.name(name),
                    None => text.say("attachment ").number(index),
                };
                text.say(":").number(line).say(":").number(column).say(": ");
            }
            // What comes from the JSON parser says its place already.
            message = message.strip_prefix(&*format!("line {line}, column {column}: ")).unwrap_or(message);
        }
        text.name(message);
        let pointer = error.pointer.as_deref().filter(|pointer| !pointer.is_empty());
        text.given(" (at ", pointer, ")").say(" [").say(error.code).say("]\n");
        if !error.help.is_empty() {
            text.painted(STRONG, "help:").say("  ").name(&error.help).say("\n");
        }
    }
}
