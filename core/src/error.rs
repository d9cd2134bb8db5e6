//! What is told to a person when an input cannot be used.

use alloc::{boxed::Box, string::String, vec, vec::Vec};
use core::{
    fmt,
    ops::{Deref, DerefMut},
};

use serde::Serialize;

/// Why an input cannot be used. Its fields are those of [`Detail`].
///
/// It is one word, so that whatever may fail stays small: in the WebAssembly module that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{0}")]
pub struct Error(Box<Detail>);

/// One thing that is wrong with an input: what, where, and what to do.
///
/// `code` is stable and can be matched by programs; `message` and `help` are for people and may be reworded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "Error", optional_fields))]
pub struct Detail {
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

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]; {}", self.message, self.code, self.help)
    }
}

impl Deref for Error {
    type Target = Detail;

    fn deref(&self) -> &Detail {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Detail {
        &mut self.0
    }
}

/// Where several errors may be told, one alone.
impl From<Error> for Vec<Error> {
    fn from(error: Error) -> Self {
        vec![error]
    }
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
        let (message, help) = (message.into(), help.into());
        Self(Box::new(Detail { code, message, help, pointer: None, span: None }))
    }

    /// What it tells, to be said in another way.
    pub(crate) fn into_detail(self) -> Detail {
        *self.0
    }

    pub(crate) fn at(mut self, attachment: Option<usize>, start: usize, end: usize) -> Self {
        self.span = Some(Span { attachment, start, end });
        self
    }

    /// The same about the value at this JSON pointer.
    pub(crate) fn pointed(mut self, pointer: String) -> Self {
        self.pointer = Some(pointer);
        self
    }

    /// The same with other advice.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}
