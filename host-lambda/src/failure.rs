//! What the runtime reports when an invocation, or the start, fails.

use std::borrow::Cow;

use lambda_runtime::Diagnostic;

/// Why an invocation or the start failed, for the person who reads the log or the dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {help}")]
pub struct Failure {
    /// Stable code, kebab case: Lambda's `errorType`. The core's own codes pass through unchanged.
    pub code: Cow<'static, str>,
    /// What went wrong, and where.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Failure {
    /// A failure from its three parts.
    #[must_use]
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), help: help.into() }
    }
}

impl Failure {
    /// Whether the same work may succeed a little later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(&*self.code, "aws-unavailable" | "deadline")
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_message: failure.to_string(), error_type: failure.code.into_owned() }
    }
}

/// Text from outside, made fit for a message: control and other invisible characters escaped, at most 300 characters.
#[must_use]
pub fn printable(text: &str) -> String {
    const LIMIT: usize = 300;
    let mut clean = String::with_capacity(text.len().min(LIMIT));
    for (position, character) in text.chars().enumerate() {
        if position == LIMIT {
            clean.push('…');
            break;
        }
        match character {
            ' '..='~' => clean.push(character),
            _ if character.is_alphanumeric() => clean.push(character),
            _ => clean.extend(character.escape_unicode()),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_becomes_lambdas_error_type_and_message() {
        let diagnostic = Diagnostic::from(Failure::new("event-empty", "the event has no records", "send some"));
        assert_eq!(diagnostic.error_type, "event-empty");
        assert_eq!(diagnostic.error_message, "the event has no records; send some");
    }

    #[test]
    fn text_from_outside_is_escaped_and_bounded() {
        assert_eq!(printable("a\nb\u{202e}c 日本"), "a\\u{a}b\\u{202e}c 日本");
        assert_eq!(printable(&"x".repeat(400)).chars().count(), 301);
    }
}
