//! Calls that need a permission that not everyone gives.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use super::Warning;
use crate::failure::Failure;
use crate::ports::PortError;
use crate::retry::{self, Invocation};

/// Operations that were denied, each with what it was to read.
#[derive(Debug, Default)]
pub(super) struct Denied(Mutex<BTreeSet<(&'static str, String)>>);

/// One search for a base, and what it has to tell.
pub(super) struct Try<'a> {
    pub(super) invocation: &'a Invocation,
    denied: &'a Denied,
    pub(super) warnings: Vec<Warning>,
}

impl<'a> Try<'a> {
    pub(super) fn new(invocation: &'a Invocation, denied: &'a Denied) -> Self {
        Self { invocation, denied, warnings: Vec::new() }
    }

    /// Makes a call that the search can do without; `None` where AWS refuses it. A denial is told once, and the call
    /// is not made again.
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
        let key = (operation, subject.to_owned());
        if self.denied.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&key) {
            return Ok(None);
        }
        let deadline = self.invocation.deadline();
        match retry::call_or_refusal(self.invocation, deadline, operation, subject, attempt).await? {
            Ok(answer) => Ok(Some(answer)),
            Err(error) => {
                if error.denied() {
                    self.denied.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
                }
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
