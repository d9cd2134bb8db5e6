//! One search for a base: its calls, and what it has to tell.

use std::future::Future;

use super::Warning;
use crate::failure::Failure;
use crate::optional::{Denials, Without};
use crate::ports::PortError;
use crate::retry::Invocation;

/// One search, and its warnings.
pub(super) struct Attempt<'a> {
    pub(super) invocation: &'a Invocation,
    denials: &'a Denials,
    pub(super) warnings: Vec<Warning>,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(invocation: &'a Invocation, denials: &'a Denials) -> Self {
        Self { invocation, denials, warnings: Vec::new() }
    }

    /// Makes a call that the search can do without; `None` where AWS refuses it. A refusal is a warning.
    pub(super) async fn ask<T, F, Fut>(
        &mut self,
        operation: &'static str,
        subject: &str,
        attempt: F,
    ) -> Result<Option<T>, Failure>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, PortError>>,
    {
        let invocation = self.invocation;
        match self.denials.ask(invocation, invocation.deadline(), operation, subject, attempt).await? {
            Ok(answer) => Ok(Some(answer)),
            Err(Without::Told) => Ok(None),
            Err(Without::Refused(error)) => {
                self.warnings.push(refused(subject, &error));
                Ok(None)
            }
        }
    }
}

fn refused(subject: &str, error: &PortError) -> Warning {
    let help = if error.denied() {
        "give the function's role the statement of host-lambda/iam/optional.json that has this action, or choose a \
         `base` that does not need it"
    } else {
        "check the names in the function's settings"
    };
    let code = if error.denied() { "base-denied" } else { "base-refused" };
    Warning::new(code, format!("{subject}: {error}"), help)
}
