//! The steps that a test takes: executions start, stop and are retried; actions start and end.

use super::actions::Ending;
use super::job::{Answer, Invocation};
use super::{ActionStatus, ExecutionMode, Kind, Level, Pipeline, Position, Provider, Refusal, Revision, Status};

impl Pipeline {
    /// Starts an execution whose source action succeeds at once, and lets it enter the next stage if that is free.
    /// Yields its id.
    pub fn start(&mut self, revision: impl Into<Revision>) -> String {
        let id = self.trigger(revision);
        let source =
            self.config.stages.first().and_then(|stage| stage.actions.first()).map(|action| action.name.clone());
        if let Some(source) = source {
            // It waits for the source stage when an older one was only triggered; then it is for the test to go on.
            let _ = self.start_action(&id, &source).and_then(|()| self.succeed_action(&id, &source));
        }
        id
    }

    /// Starts an execution whose source action has not run yet: the API tells no revision of it. Yields its id.
    pub fn trigger(&mut self, revision: impl Into<Revision>) -> String {
        self.add(Kind::Standard, revision.into(), false, 0)
    }

    /// `RollbackStage`: a new execution enters a stage with the revision of an earlier one that succeeded there.
    ///
    /// # Errors
    /// [`Refusal::UnknownName`], [`Refusal::UnknownExecution`], or [`Refusal::Elsewhere`] when the earlier one never
    /// got through the stage.
    pub fn rollback(&mut self, stage: &str, target: &str) -> Result<String, Refusal> {
        let at = self.config.stages.iter().position(|one| one.name == stage);
        let at = at.ok_or_else(|| Refusal::UnknownName(stage.to_owned()))?;
        let earlier = &self.executions[self.index(target)?];
        let passed = self.succeeded_in(earlier, stage);
        if !passed || at == 0 {
            return Err(self.elsewhere(earlier, format!("through stage `{stage}`, which is not the first")));
        }
        let revision = earlier.revision.clone();
        Ok(self.add(Kind::Rollback { target: target.to_owned() }, revision, true, at))
    }

    /// Starts an action, of any provider but Lambda.
    ///
    /// # Errors
    /// Why CodePipeline would not start it now.
    pub fn start_action(&mut self, execution: &str, action: &str) -> Result<(), Refusal> {
        let (at, action) = self.startable(execution, action)?;
        if action.provider == Provider::Lambda {
            return Err(Refusal::OtherKind(action.name));
        }
        self.begin(at, &action).map(drop)
    }

    /// Starts a Lambda action: the function is to be invoked with the event, and answers the job through the API.
    ///
    /// # Errors
    /// Why CodePipeline would not start it now. After [`Refusal::UnresolvedVariable`] the action has failed.
    pub fn invoke(&mut self, execution: &str, action: &str) -> Result<Invocation, Refusal> {
        let (at, action) = self.startable(execution, action)?;
        if action.provider != Provider::Lambda {
            return Err(Refusal::OtherKind(action.name));
        }
        let action_execution = self.begin(at, &action)?;
        Ok(self.new_job(at, &action, action_execution, None))
    }

    /// The next job of an action whose job was answered with a continuation token.
    ///
    /// # Errors
    /// [`Refusal::NotContinued`] for a job that was not, or that is continued already.
    pub fn continue_job(&mut self, job: &str) -> Result<Invocation, Refusal> {
        let found = self.job(job).ok_or_else(|| Refusal::UnknownJob(job.to_owned()))?.clone();
        let not_continued = || Refusal::NotContinued(job.to_owned());
        let Some(Answer::Continue { token, .. }) = found.answer else { return Err(not_continued()) };
        let last = self.jobs.iter().rev().find(|one| one.action_execution == found.action_execution);
        let at = self.index(&found.execution)?;
        let running = self.running(at, &found.action).is_ok();
        if !running || last.is_none_or(|last| last.id != job) {
            return Err(not_continued());
        }
        let action = self.config.action(&found.action).ok_or_else(|| Refusal::UnknownName(found.action.clone()))?.1;
        let action = action.clone();
        Ok(self.new_job(at, &action, found.action_execution, Some(token)))
    }

    /// An action succeeds, of any provider but Lambda. After the last one of a stage the execution goes on to the next.
    ///
    /// # Errors
    /// [`Refusal::NotRunning`] or [`Refusal::OtherKind`].
    pub fn succeed_action(&mut self, execution: &str, action: &str) -> Result<(), Refusal> {
        let at = self.end_by_hand(execution, action)?;
        let ending = match self.config.action(action).map(|(_, action)| action.provider) {
            Some(Provider::CodeCommit) => self.source_found(at),
            _ => Ending::succeeded(),
        };
        self.end_action(at, action, ending);
        Ok(())
    }

    /// An action fails, of any provider but Lambda, and with it the execution. What it did until then stays done.
    ///
    /// # Errors
    /// [`Refusal::NotRunning`] or [`Refusal::OtherKind`].
    pub fn fail_action(&mut self, execution: &str, action: &str, message: &str) -> Result<(), Refusal> {
        let at = self.end_by_hand(execution, action)?;
        self.end_action(at, action, Ending::failed("JobFailed", message));
        Ok(())
    }

    /// A newer execution takes the place of one that waits. In mode `SUPERSEDED` it happens by itself when one arrives.
    ///
    /// # Errors
    /// [`Refusal::Elsewhere`] when it does not wait.
    pub fn supersede(&mut self, execution: &str) -> Result<(), Refusal> {
        let at = self.index(execution)?;
        let Position::Waiting(stage) = self.executions[at].position else {
            return Err(self.elsewhere(&self.executions[at], "waiting before a stage".to_owned()));
        };
        self.end_execution(at, stage, Status::Superseded);
        Ok(())
    }

    /// The pipeline's definition was updated, which cancels an execution that has not ended.
    ///
    /// # Errors
    /// [`Refusal::Elsewhere`] when it has ended.
    pub fn cancel(&mut self, execution: &str) -> Result<(), Refusal> {
        let (at, stage) = self.going(execution)?;
        self.abandon_actions(at);
        self.leave(at, stage, Status::Cancelled);
        Ok(())
    }

    /// `StopPipelineExecution`: at once (`abandon`), or after the running actions have ended.
    ///
    /// # Errors
    /// [`Refusal::Elsewhere`] when it has ended.
    pub fn stop(&mut self, execution: &str, abandon: bool, reason: &str) -> Result<(), Refusal> {
        let (at, stage) = self.going(execution)?;
        self.executions[at].stop_reason = Some(reason.to_owned());
        let runs = self.executions[at].actions.iter().any(|action| action.status == ActionStatus::InProgress);
        if runs && !abandon {
            self.executions[at].status = Status::Stopping;
            self.touch(at);
            self.tell(at, Level::Pipeline, "STOPPING");
            self.tell(at, Level::Stage(stage), "STOPPING");
            return Ok(());
        }
        self.abandon_actions(at);
        self.leave(at, stage, Status::Stopped);
        Ok(())
    }

    /// `RetryStageExecution`: the failed stage again, under the same execution id; `all` also repeats the actions that
    /// had succeeded.
    ///
    /// # Errors
    /// [`Refusal::Elsewhere`] when it has not failed, or a newer execution has reached the stage.
    pub fn retry(&mut self, execution: &str, all: bool) -> Result<(), Refusal> {
        let at = self.index(execution)?;
        let old = &self.executions[at];
        let Position::Ended(stage) = old.position else { return Err(self.elsewhere(old, "failed".to_owned())) };
        let newer_came = self.executions[at + 1..].iter().any(|newer| match newer.position {
            Position::Waiting(reached) => reached > stage,
            Position::Inside(reached) | Position::Ended(reached) => reached >= stage,
        });
        if old.status != Status::Failed || (newer_came && self.config.mode != ExecutionMode::Parallel) {
            return Err(self.elsewhere(old, "failed, with no newer one in the stage".to_owned()));
        }
        let execution = &mut self.executions[at];
        execution.status = Status::InProgress;
        execution.position = Position::Inside(stage);
        execution.attempt += 1;
        let name = &self.config.stages[stage].name;
        for action in execution.actions.iter_mut().filter(|action| action.stage == *name) {
            action.superseded_by_retry |= all || action.status != ActionStatus::Succeeded;
        }
        self.touch(at);
        self.tell(at, Level::Pipeline, "RESUMED");
        self.tell(at, Level::Stage(stage), "RESUMED");
        Ok(())
    }
}
