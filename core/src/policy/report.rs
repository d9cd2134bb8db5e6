//! What the check of a policy finds, each with its place in the document.

use alloc::{
    fmt::{Arguments, format},
    format,
    vec::Vec,
};

use crate::{
    diagnostic::{Diagnostic, Severity},
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

    pub(super) fn error(&mut self, pointer: Arguments<'_>, error: Error) {
        self.errors.push(self.placed(pointer, error));
    }

    /// A value that no rule allows.
    pub(super) fn value(&mut self, pointer: Arguments<'_>, message: Arguments<'_>, help: &str) {
        self.error(pointer, Error::new("policy-value", format(message), help));
    }

    /// A value that another one contradicts.
    pub(super) fn contradiction(&mut self, pointer: Arguments<'_>, message: Arguments<'_>, help: &str) {
        self.error(pointer, Error::new("policy-contradiction", format(message), help));
    }

    pub(super) fn warn(&mut self, pointer: Arguments<'_>, code: &'static str, message: Arguments<'_>, help: &str) {
        let error = self.placed(pointer, Error::new(code, format(message), help));
        let Detail { code, message, help, pointer, span } = error.into_detail();
        self.warnings.push(Diagnostic { severity: Severity::Warning, code, message, help, pointer, span });
    }

    fn placed(&self, pointer: Arguments<'_>, error: Error) -> Error {
        locate::pointed(error, self.document, self.attachment, &format!("{}{pointer}", self.base))
    }
}
