//! CodePipeline's model: executions move through the stages of one pipeline, step by step as a test says.
//!
//! ```
//! use purgeplan_loopback::pipeline::{Answer, DEPLOY, PURGE, Pipeline, PipelineConfig, Status};
//!
//! let parameters = r##"{"commit":"#{SourceVariables.CommitId}","execution":"#{codepipeline.PipelineExecutionId}"}"##;
//! let mut pipeline = Pipeline::new(PipelineConfig::site("site", parameters));
//! let first = pipeline.start("1111111111111111111111111111111111111111");
//! pipeline.start_action(&first, DEPLOY)?;
//! let second = pipeline.start("2222222222222222222222222222222222222222"); // waits: the stage is locked
//! pipeline.succeed_action(&first, DEPLOY)?;
//! let invocation = pipeline.invoke(&first, PURGE)?; // `invocation.event` goes to the function, which answers the job
//! pipeline.time_out(&invocation.job)?; // or never does
//! assert_eq!(pipeline.job(&invocation.job).unwrap().answer, Some(Answer::Closed));
//! assert_eq!(pipeline.execution(&first).unwrap().status, Status::Failed);
//! pipeline.start_action(&second, DEPLOY)?;
//! # Ok::<(), purgeplan_loopback::pipeline::Refusal>(())
//! ```

mod actions;
mod answers;
mod config;
mod execution;
mod job;
mod stages;
mod state_change;
mod steps;
mod variables;

use std::time::SystemTime;

pub use config::{Action, DEPLOY, ExecutionMode, PURGE, PipelineConfig, Provider, SOURCE, Stage};
pub use execution::{ActionExecution, ActionStatus, Execution, Kind, Position, Revision, Status};
pub use job::{Answer, Details, Invocation, Job, SECRET_ACCESS_KEY, SESSION_TOKEN};
pub(crate) use state_change::trigger;
pub use state_change::{Level, StateChange};

pub(crate) use answers::{AnswerRefusal, MAX_SUMMARY, MAX_TOKEN};

/// The bucket of the pipeline's artifacts.
pub(crate) const ARTIFACT_BUCKET: &str = "codepipeline-us-east-1-loopback";

/// A pipeline and everything that has run in it.
#[derive(Debug)]
pub struct Pipeline {
    config: PipelineConfig,
    /// Oldest first.
    executions: Vec<Execution>,
    jobs: Vec<Job>,
    changes: Vec<StateChange>,
    issued: u64,
    clock: Option<SystemTime>,
}

/// Why a step cannot be taken: CodePipeline would never take it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No execution has the id.
    #[error("there is no execution `{0}`; `Pipeline::start` yields the ids")]
    UnknownExecution(String),
    /// No stage or action of the pipeline has the name.
    #[error("the pipeline has no stage or action `{0}`; `Pipeline::config` lists them")]
    UnknownName(String),
    /// No job has the id.
    #[error("there is no job `{0}`; `Pipeline::invoke` yields the ids")]
    UnknownJob(String),
    /// The execution is not where the step needs it.
    #[error("execution `{execution}` is {status} and {place}; the step needs it to be {needed}")]
    Elsewhere {
        /// The execution's id.
        execution: String,
        /// Its status.
        status: &'static str,
        /// Where it is.
        place: String,
        /// Where it would have to be.
        needed: String,
    },
    /// An action with a lower run order has not succeeded yet, or the action has run already.
    #[error("it is not the turn of action `{0}`: let those before it succeed, or retry the stage")]
    NotItsTurn(String),
    /// The action does not run.
    #[error("action `{0}` does not run; start it first")]
    NotRunning(String),
    /// Lambda actions are invoked and answered through the API; all others are started and ended by the test.
    #[error("action `{0}` is of the other kind: use `invoke` for Lambda and `start_action` for the rest")]
    OtherKind(String),
    /// A variable has no value; the action has failed.
    #[error("`{0}` has no value; the action failed")]
    UnresolvedVariable(String),
    /// The job was not answered with a continuation token, or its next job is there already.
    #[error("job `{0}` does not wait to be continued")]
    NotContinued(String),
}

impl Pipeline {
    /// A pipeline in which nothing has run yet.
    #[must_use]
    pub fn new(config: PipelineConfig) -> Self {
        Self { config, executions: Vec::new(), jobs: Vec::new(), changes: Vec::new(), issued: 0, clock: None }
    }

    /// Sets the time of all that happens until the next call; without one it is this machine's.
    pub fn set_time(&mut self, now: SystemTime) {
        self.clock = Some(now);
    }

    fn now(&self) -> SystemTime {
        self.clock.unwrap_or_else(SystemTime::now)
    }

    /// What it consists of.
    #[must_use]
    pub fn config(&self) -> &PipelineConfig {
        &self.config
    }

    /// All executions, oldest first.
    #[must_use]
    pub fn executions(&self) -> &[Execution] {
        &self.executions
    }

    /// The execution of an id.
    #[must_use]
    pub fn execution(&self, id: &str) -> Option<&Execution> {
        self.executions.iter().find(|execution| execution.id == id)
    }

    /// Whether an execution got through a stage.
    pub(crate) fn succeeded_in(&self, execution: &Execution, stage: &str) -> bool {
        let at = self.config.stages.iter().position(|one| one.name == stage);
        at.is_some_and(|at| match execution.position {
            Position::Waiting(reached) | Position::Inside(reached) => at < reached,
            Position::Ended(reached) => at < reached || (at == reached && execution.status == Status::Succeeded),
        })
    }

    /// All jobs, oldest first.
    #[must_use]
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// The job of an id.
    #[must_use]
    pub fn job(&self, id: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    /// The state changes since the last call, in their order: what EventBridge would deliver, at least once, in any order.
    pub fn take_state_changes(&mut self) -> Vec<StateChange> {
        std::mem::take(&mut self.changes)
    }

    /// An id in the form of AWS, told apart by its first digit.
    fn issue(&mut self, digit: char) -> String {
        self.issued += 1;
        format!("{digit}0000000-0000-4000-8000-{:012x}", self.issued)
    }

    fn index(&self, execution: &str) -> Result<usize, Refusal> {
        let found = self.executions.iter().position(|one| one.id == execution);
        found.ok_or_else(|| Refusal::UnknownExecution(execution.to_owned()))
    }

    fn touch(&mut self, at: usize) {
        self.executions[at].updated = self.now();
    }
}
