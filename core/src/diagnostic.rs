//! What a person should know, though the answer holds.

use alloc::string::String;
use serde::Serialize;

use crate::error::Span;

/// One remark, with a stable code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct Diagnostic {
    pub(crate) severity: Severity,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) help: String,
    /// JSON pointer to the value that is spoken of, when it is one of a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) span: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub(crate) enum Severity {
    /// Something is probably not as it was meant.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl Diagnostic {
    pub(crate) fn warning(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { severity: Severity::Warning, code, message, help, pointer: None, span: None }
    }

    pub(crate) fn info(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { severity: Severity::Info, ..Self::warning(code, message, help) }
    }
}
