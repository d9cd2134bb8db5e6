//! What is told to a person when an input cannot be used.

use alloc::string::String;
use serde::Serialize;

/// One thing that is wrong with an input: what, where, and what to do.
///
/// `code` is stable and can be matched by programs; `message` and `help` are for people and may be reworded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message} [{code}]; {help}")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct Error {
    /// Stable name of the kind of error, for example `policy-glob`.
    pub code: &'static str,
    /// What is wrong, in lower case, with backticks round pieces of the input.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// JSON pointer (RFC 6901) to the faulty value within its document, when the input is JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Where the faulty bytes are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

/// A half-open range of bytes of one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct Span {
    /// Which attachment; `None` is the request itself.
    #[cfg_attr(feature = "ts", ts(optional = false))]
    pub attachment: Option<usize>,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Error {
    pub(crate) fn new(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: help.into(), pointer: None, span: None }
    }

    pub(crate) fn at(mut self, attachment: Option<usize>, start: usize, end: usize) -> Self {
        self.span = Some(Span { attachment, start, end });
        self
    }

    /// The same with other advice.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}
