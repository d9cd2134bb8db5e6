//! Stages: who is inside, who waits before them, and who may go on.

use super::{Execution, ExecutionMode, Kind, Level, Pipeline, Position, Refusal, Revision, Status};

impl Pipeline {
    pub(super) fn add(&mut self, kind: Kind, revision: Revision, has_source: bool, stage: usize) -> String {
        let (id, now) = (self.issue('e'), self.now());
        self.executions.push(Execution {
            id: id.clone(),
            status: Status::InProgress,
            kind,
            revision,
            has_source,
            position: Position::Waiting(stage),
            started: now,
            updated: now,
            attempt: 1,
            stop_reason: None,
            actions: Vec::new(),
        });
        let at = self.executions.len() - 1;
        self.tell(at, Level::Pipeline, "STARTED");
        self.arrive(at, stage);
        id
    }

    /// The execution comes to a stage: it enters, or waits in the place of who waited before.
    pub(super) fn arrive(&mut self, at: usize, stage: usize) {
        self.executions[at].position = Position::Waiting(stage);
        if self.config.mode == ExecutionMode::Superseded {
            let waits = |(other, one): (usize, &Execution)| {
                (other != at && one.position == Position::Waiting(stage)).then_some(other)
            };
            let waiting: Vec<usize> = self.executions.iter().enumerate().filter_map(waits).collect();
            for older in waiting {
                self.end_execution(older, stage, Status::Superseded);
            }
        }
        self.admit(stage);
    }

    /// Lets the oldest one that waits for a stage in, as long as nobody is inside.
    pub(super) fn admit(&mut self, stage: usize) {
        let parallel = self.config.mode == ExecutionMode::Parallel;
        loop {
            let inside = self.executions.iter().any(|one| one.position == Position::Inside(stage));
            let waiting = self.executions.iter().position(|one| one.position == Position::Waiting(stage));
            let Some(next) = waiting.filter(|_| parallel || !inside) else { return };
            self.executions[next].position = Position::Inside(stage);
            self.touch(next);
            self.tell(next, Level::Stage(stage), "STARTED");
        }
    }

    /// Ends the execution in (or before) a stage and lets the next one in.
    pub(super) fn leave(&mut self, at: usize, stage: usize, status: Status) {
        if self.executions[at].position == Position::Inside(stage) {
            self.tell(at, Level::Stage(stage), status.event_state());
        }
        self.end_execution(at, stage, status);
        self.admit(stage);
    }

    pub(super) fn end_execution(&mut self, at: usize, stage: usize, status: Status) {
        self.executions[at].status = status;
        self.executions[at].position = Position::Ended(stage);
        self.touch(at);
        self.tell(at, Level::Pipeline, status.event_state());
    }

    /// An execution that has not ended, and its stage.
    pub(super) fn going(&self, execution: &str) -> Result<(usize, usize), Refusal> {
        let at = self.index(execution)?;
        match self.executions[at].position {
            Position::Waiting(stage) | Position::Inside(stage) => Ok((at, stage)),
            Position::Ended(_) => Err(self.elsewhere(&self.executions[at], "under way".to_owned())),
        }
    }

    pub(super) fn elsewhere(&self, execution: &Execution, needed: String) -> Refusal {
        let (word, stage) = match execution.position {
            Position::Waiting(stage) => ("waits before", stage),
            Position::Inside(stage) => ("is in", stage),
            Position::Ended(stage) => ("ended in", stage),
        };
        let place = format!("{word} stage `{}`", self.config.stages[stage].name);
        Refusal::Elsewhere { execution: execution.id.clone(), status: execution.status.as_str(), place, needed }
    }
}
