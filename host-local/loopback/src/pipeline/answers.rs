//! How the function answers its jobs.

use std::collections::BTreeMap;

use super::actions::Ending;
use super::job::{Answer, Details};
use super::{ActionStatus, Pipeline, Refusal};

/// The most characters of a continuation token.
pub(crate) const MAX_TOKEN: usize = 2_048;
/// The most characters of a summary.
pub(crate) const MAX_SUMMARY: usize = 2_048;

/// Why the API takes no answer for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerRefusal {
    /// No job has the id.
    NotFound,
    /// The job was answered, timed out or abandoned.
    InvalidState,
}

impl Pipeline {
    /// No answer came within CodePipeline's 20 minutes: the action fails.
    ///
    /// # Errors
    /// [`Refusal::UnknownJob`], or [`Refusal::NotRunning`] for a job that was answered.
    pub fn time_out(&mut self, job: &str) -> Result<(), Refusal> {
        match self.answer(job, Answer::Closed) {
            Ok(()) => Ok(()),
            Err(AnswerRefusal::NotFound) => Err(Refusal::UnknownJob(job.to_owned())),
            Err(AnswerRefusal::InvalidState) => Err(Refusal::NotRunning(job.to_owned())),
        }
    }

    /// Takes the answer of a job, once.
    pub(crate) fn answer(&mut self, job: &str, answer: Answer) -> Result<(), AnswerRefusal> {
        let found = self.jobs.iter_mut().find(|one| one.id == job).ok_or(AnswerRefusal::NotFound)?;
        if found.answer.is_some() {
            return Err(AnswerRefusal::InvalidState);
        }
        found.answer = Some(answer.clone());
        let (execution, action) = (found.execution.clone(), found.action.clone());
        let Ok(at) = self.index(&execution) else { return Err(AnswerRefusal::NotFound) };
        let ending = match answer {
            Answer::Continue { details, .. } => {
                self.note(at, &action, details);
                return Ok(());
            }
            Answer::Success { details, output_variables } => succeeded(details, output_variables),
            Answer::Failure { kind, message, external_execution_id } => {
                Ending { external_id: external_execution_id, ..Ending::failed(&kind, &message) }
            }
            Answer::Closed => Ending::failed("JobFailed", "The AWS Lambda function failed to return a result."),
        };
        self.end_action(at, &action, ending);
        Ok(())
    }

    /// What a continued job says of its work is seen while the action runs.
    fn note(&mut self, at: usize, action: &str, details: Details) {
        let newest = self.executions[at].actions.iter_mut().rev().find(|one| one.name == action);
        if let Some(action) = newest {
            action.external_id = details.external_execution_id.or(action.external_id.take());
            action.summary = details.summary.or(action.summary.take());
        }
        self.touch(at);
    }
}

fn succeeded(details: Details, output_variables: BTreeMap<String, String>) -> Ending {
    let (external_id, summary) = (details.external_execution_id, details.summary);
    Ending { status: ActionStatus::Succeeded, external_id, summary, output_variables, error: None }
}
