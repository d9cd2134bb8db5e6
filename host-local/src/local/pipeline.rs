//! The pipeline of a run: each deploy is an execution, whose purge is an action of it or hangs on its success event.

use purgeplan_loopback::pipeline::{Answer, DEPLOY, Level, PURGE, PipelineConfig};
use purgeplan_loopback::{Loopback, Pipeline};

use super::delivery::Delivery;
use crate::cli::Trigger;
use crate::failure::Failure;

/// What the Lambda action is configured with, as README recommends.
const PARAMETERS: &str = r##"{"commit":"#{SourceVariables.CommitId}","execution":"#{codepipeline.PipelineExecutionId}","pipeline":"site","wait":true}"##;
/// How often the stage is tried in a run with faults, by its automatic retry or by a person.
const STAGE_TRIES: usize = 3;
/// How often a job is taken up again: more than a Lambda action's hour allows.
const CONTINUATIONS: usize = 1_000;

/// The pipeline for a trigger.
pub(crate) fn config(trigger: Trigger) -> PipelineConfig {
    let mut config = PipelineConfig::site("site", PARAMETERS);
    if trigger != Trigger::PipelineJob {
        for stage in &mut config.stages {
            stage.actions.retain(|action| action.name != PURGE);
        }
    }
    config
}

/// Starts an execution and its deploy action: from now on the objects are written. Yields the execution's id.
pub(crate) fn begin(aws: &Loopback, commit: &str) -> String {
    let mut pipeline = aws.pipeline();
    let execution = pipeline.start(commit);
    pipeline.start_action(&execution, DEPLOY).expect("the execution before has ended");
    execution
}

impl Delivery<'_> {
    /// The deploy action has succeeded: the function is called. The inner error: the purge failed for good.
    pub(crate) async fn deployed(&mut self, trigger: Trigger, execution: &str) -> Result<Result<(), String>, Failure> {
        self.model(|pipeline| pipeline.take_state_changes());
        self.model(|pipeline| pipeline.succeed_action(execution, DEPLOY)).expect("the deploy action runs");
        if trigger == Trigger::PipelineJob { self.job(execution).await } else { self.success_events().await }
    }

    /// What a rule for pipelines that succeed sends.
    async fn success_events(&mut self) -> Result<Result<(), String>, Failure> {
        let mut changes = self.model(Pipeline::take_state_changes);
        changes.retain(|change| change.level == Level::Pipeline && change.state == "SUCCEEDED");
        for change in changes {
            if let Err(error) = self.event(&change.event).await? {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    /// The Lambda action, until its job is answered for good.
    async fn job(&mut self, execution: &str) -> Result<Result<(), String>, Failure> {
        let tries = if self.trouble.seed.is_some() { STAGE_TRIES } else { 1 };
        let mut error = String::new();
        for one in 1..=tries {
            if one > 1 {
                self.model(|pipeline| pipeline.retry(execution, false)).expect("the stage has failed");
            }
            match self.action(execution, one == tries).await? {
                Ok(()) => return Ok(Ok(())),
                Err(failed) => error = failed,
            }
        }
        Ok(Err(error))
    }

    async fn action(&mut self, execution: &str, last: bool) -> Result<Result<(), String>, Failure> {
        let mut invocation =
            self.model(|pipeline| pipeline.invoke(execution, PURGE)).expect("the deploy action has succeeded");
        for _ in 0..CONTINUATIONS {
            let mut error = "the function did not answer the job".to_owned();
            for one in 1..=super::delivery::TRIES {
                match self.invoke(&invocation.event, last || one == super::delivery::TRIES).await? {
                    Ok(_) => break,
                    Err(failed) => error = failed,
                }
            }
            match self.model(|pipeline| pipeline.job(&invocation.job).and_then(|job| job.answer.clone())) {
                Some(Answer::Success { .. }) => return Ok(Ok(())),
                Some(Answer::Failure { message, .. }) => return Ok(Err(message)),
                Some(Answer::Continue { .. }) => {
                    let next = self.model(|pipeline| pipeline.continue_job(&invocation.job));
                    invocation = next.expect("the job goes on");
                }
                Some(Answer::Closed) => return Ok(Err(error)),
                None => {
                    self.model(|pipeline| pipeline.time_out(&invocation.job)).expect("the job is open");
                    return Ok(Err(error));
                }
            }
        }
        self.model(|pipeline| pipeline.time_out(&invocation.job)).expect("the job is open");
        Ok(Err(format!("the job went on {CONTINUATIONS} times")))
    }

    /// The model is locked for a moment only: its endpoint waits for it.
    fn model<T>(&self, act: impl FnOnce(&mut Pipeline) -> T) -> T {
        act(&mut self.aws.pipeline())
    }
}
