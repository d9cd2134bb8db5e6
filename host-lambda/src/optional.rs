//! Calls that the work can do without: most need a permission that not everyone gives. A denial is told once and
//! remembered, so that the call is not made again; any other refusal is told each time.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use crate::failure::Failure;
use crate::log;
use crate::ports::PortError;
use crate::retry::{self, Invocation};

/// What an instance was denied: operations, each with what it was about.
#[derive(Debug, Default)]
pub struct Denials(Mutex<BTreeSet<(&'static str, String)>>);

/// Why an optional call has no answer.
#[derive(Debug)]
pub(crate) enum Without {
    /// It was denied before, which was told then.
    Told,
    /// It was refused now, and somebody should be told.
    Refused(PortError),
}

impl Denials {
    /// Makes a call, and yields a refusal to be told in the caller's own way. It fails where a later try may succeed.
    /// `subject` is what a permission is given for: ``distribution `E1` ``.
    pub(crate) async fn ask<T, F, Fut>(
        &self,
        invocation: &Invocation,
        deadline: Instant,
        operation: &'static str,
        subject: &str,
        attempt: F,
    ) -> Result<Result<T, Without>, Failure>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, PortError>>,
    {
        let key = (operation, subject.to_owned());
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&key) {
            return Ok(Err(Without::Told));
        }
        let answer = retry::call_or_refusal(invocation, deadline, operation, subject, attempt).await?;
        Ok(answer.map_err(|error| {
            // Of several calls at once only the first has something new to tell.
            if !error.denied() || self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key) {
                Without::Refused(error)
            } else {
                Without::Told
            }
        }))
    }

    /// [`Denials::ask`] with a log line for a refusal; `None` where there is no answer.
    pub(crate) async fn ask_or_log<T, F, Fut>(
        &self,
        invocation: &Invocation,
        deadline: Instant,
        operation: &'static str,
        subject: &str,
        attempt: F,
    ) -> Result<Option<T>, Failure>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, PortError>>,
    {
        match self.ask(invocation, deadline, operation, subject, attempt).await? {
            Ok(answer) => Ok(Some(answer)),
            Err(Without::Told) => Ok(None),
            Err(Without::Refused(error)) => {
                log::optional_refused(subject, &error);
                Ok(None)
            }
        }
    }
}
