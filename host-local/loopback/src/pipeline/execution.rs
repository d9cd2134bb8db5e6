//! An execution of a pipeline and of its actions, as the API shows them.

use std::collections::BTreeMap;
use std::time::SystemTime;

/// `PipelineExecutionStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It runs or waits for a stage.
    InProgress,
    /// It was stopped and waits for its running actions.
    Stopping,
    /// It was stopped.
    Stopped,
    /// All its stages succeeded.
    Succeeded,
    /// A newer execution took its place while it waited.
    Superseded,
    /// An action failed.
    Failed,
    /// The pipeline was changed before it ended.
    Cancelled,
}

impl Status {
    /// As the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Stopping => "Stopping",
            Self::Stopped => "Stopped",
            Self::Succeeded => "Succeeded",
            Self::Superseded => "Superseded",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// As EventBridge is told it, also of the stage.
    pub(super) fn event_state(self) -> &'static str {
        match self {
            Self::InProgress => "STARTED",
            Self::Stopping => "STOPPING",
            Self::Stopped => "STOPPED",
            Self::Succeeded => "SUCCEEDED",
            Self::Superseded => "SUPERSEDED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELED",
        }
    }
}

/// `ActionExecutionStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionStatus {
    /// It runs.
    InProgress,
    /// Its execution was stopped without waiting for it.
    Abandoned,
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed,
}

impl ActionStatus {
    /// As the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Abandoned => "Abandoned",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
        }
    }
}

/// What a source action found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revision {
    /// The commit's full id.
    pub commit: String,
    /// Its message.
    pub message: String,
}

impl From<&str> for Revision {
    fn from(commit: &str) -> Self {
        Self { commit: commit.to_owned(), message: String::new() }
    }
}

impl From<&String> for Revision {
    fn from(commit: &String) -> Self {
        commit.as_str().into()
    }
}

/// `ExecutionType`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Started by a change of the source, or by hand.
    Standard,
    /// Brings back what an earlier execution deployed; it has no source stage.
    Rollback {
        /// The earlier execution.
        target: String,
    },
}

/// Where an execution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Before a stage, of this index, that another execution has locked.
    Waiting(usize),
    /// In the stage of this index.
    Inside(usize),
    /// It goes no further; the index is the stage that it reached.
    Ended(usize),
}

/// An execution of the pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// Its id.
    pub id: String,
    /// Its status.
    pub status: Status,
    /// What started it.
    pub kind: Kind,
    /// What it deploys. The API shows it from the moment that the source action has succeeded.
    pub revision: Revision,
    /// Whether the source action has succeeded.
    pub has_source: bool,
    /// Where it is.
    pub position: Position,
    /// When it was started.
    pub started: SystemTime,
    /// When something last changed.
    pub updated: SystemTime,
    /// 1, and one more for each retry.
    pub attempt: u32,
    /// Why it was stopped.
    pub stop_reason: Option<String>,
    /// Its actions, in the order in which they started; a retried one is there once for each attempt.
    pub actions: Vec<ActionExecution>,
}

impl Execution {
    /// The newest execution of an action.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&ActionExecution> {
        self.actions.iter().rev().find(|action| action.name == name)
    }

    /// Whether an action has succeeded, and no retry asks for it again.
    pub(super) fn has_done(&self, name: &str) -> bool {
        self.action(name).is_some_and(|action| action.counts() && action.status == ActionStatus::Succeeded)
    }

    /// Whether an action has started, and no retry asks for it again.
    pub(super) fn has_begun(&self, name: &str) -> bool {
        self.action(name).is_some_and(ActionExecution::counts)
    }
}

/// An execution of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionExecution {
    /// Its id.
    pub id: String,
    /// The stage's name.
    pub stage: String,
    /// The action's name.
    pub name: String,
    /// Its status.
    pub status: ActionStatus,
    /// When it was started.
    pub started: SystemTime,
    /// When something last changed.
    pub updated: SystemTime,
    /// The configuration with its variables resolved.
    pub configuration: BTreeMap<String, String>,
    /// What later actions can read from its namespace.
    pub output_variables: BTreeMap<String, String>,
    /// The id of what did the work, elsewhere.
    pub external_id: Option<String>,
    /// What it said about the work.
    pub summary: Option<String>,
    /// The code and the message of its failure.
    pub error: Option<(String, String)>,
    /// A retry of the stage takes its place.
    pub(super) superseded_by_retry: bool,
}

impl ActionExecution {
    pub(super) fn counts(&self) -> bool {
        !self.superseded_by_retry
    }
}
