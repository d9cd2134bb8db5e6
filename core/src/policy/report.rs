//! What the check of a policy finds, each with its place in the document.

use alloc::{format, string::String, vec::Vec};

use crate::{
    diagnostic::Diagnostic,
    error::{Detail, Error},
    locate,
};

/// Errors and warnings of one policy document.
#[derive(Debug, Default)]
pub(super) struct Report<'d> {
    document: &'d [u8],
    attachment: Option<usize>,
    /// Where in the document the policy stands.
    base: &'d str,
    pub(super) errors: Vec<Error>,
    pub(super) warnings: Vec<Diagnostic>,
}

impl<'d> Report<'d> {
    pub(super) fn new(document: &'d [u8], attachment: Option<usize>, base: &'d str) -> Self {
        Self { document, attachment, base, ..Self::default() }
    }

    pub(super) fn error(&mut self, pointer: &str, error: Error) {
        self.errors.push(self.placed(pointer, error));
    }

    /// A value that no rule allows.
    pub(super) fn value(&mut self, pointer: &str, message: impl Into<String>, help: impl Into<String>) {
        self.error(pointer, Error::new("policy-value", message, help));
    }

    /// A value that another one contradicts.
    pub(super) fn contradiction(&mut self, pointer: &str, message: impl Into<String>, help: impl Into<String>) {
        self.error(pointer, Error::new("policy-contradiction", message, help));
    }

    pub(super) fn warn(
        &mut self,
        pointer: &str,
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let error = self.placed(pointer, Error::new(code, message, help));
        let Detail { code, message, help, pointer, span } = error.into_detail();
        self.warnings.push(Diagnostic { pointer, span, ..Diagnostic::warning(code, message, help) });
    }

    fn placed(&self, pointer: &str, error: Error) -> Error {
        locate::pointed(error, self.document, self.attachment, &format!("{}{pointer}", self.base))
    }
}
