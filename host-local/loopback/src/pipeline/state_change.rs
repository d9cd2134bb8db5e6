//! What CodePipeline tells EventBridge: the state changes of executions, stages and actions.

use serde_json::{Value, json};

use super::{ActionExecution, Kind, Pipeline};
use crate::account::{ACCOUNT, REGION};
use crate::events::eventbridge::envelope;
use crate::timestamp::iso8601;

/// What a state change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Level {
    /// The execution.
    Pipeline,
    /// The stage of this index.
    Stage(usize),
    /// The action of this name, in the stage of this index.
    Action(usize, String),
}

/// One event of CodePipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct StateChange {
    /// What it is about.
    pub level: Level,
    /// The execution's id.
    pub execution: String,
    /// `STARTED`, `SUCCEEDED`, `FAILED`, `SUPERSEDED`, `STOPPING`, `STOPPED`, `RESUMED`, `CANCELED`, `ABANDONED`.
    pub state: &'static str,
    /// The event as EventBridge delivers it, JSON.
    pub event: Vec<u8>,
}

impl Pipeline {
    /// Keeps an event of a state change.
    pub(super) fn tell(&mut self, at: usize, level: Level, word: &'static str) {
        let execution = &self.executions[at];
        // Numbers of an event's detail are written as floats.
        let mut detail = json!({
            "pipeline": self.config.name,
            "execution-id": execution.id,
            "start-time": iso8601(execution.started),
            "state": word,
            "version": 1.0,
            "pipeline-execution-attempt": f64::from(execution.attempt),
        });
        let kind = match &level {
            Level::Pipeline => {
                if word == "STARTED" {
                    detail["execution-trigger"] = trigger(&execution.kind, "trigger-type", "trigger-detail");
                }
                "Pipeline"
            }
            Level::Stage(stage) => {
                detail["stage"] = self.config.stages[*stage].name.as_str().into();
                "Stage"
            }
            Level::Action(stage, name) => {
                detail["stage"] = self.config.stages[*stage].name.as_str().into();
                detail["action"] = name.as_str().into();
                detail["region"] = REGION.into();
                if let Some((_, action)) = self.config.action(name) {
                    let (category, provider) = action.provider.names();
                    detail["type"] =
                        json!({ "owner": "AWS", "provider": provider, "category": category, "version": "1" });
                }
                if let Some(action) = execution.action(name) {
                    detail["action-execution-id"] = action.id.as_str().into();
                    detail["start-time"] = iso8601(action.started).into();
                    if let Some(result) = result(action) {
                        detail["execution-result"] = result;
                    }
                }
                "Action"
            }
        };
        let detail_type = format!("CodePipeline {kind} Execution State Change");
        let resource = format!("arn:aws:codepipeline:{REGION}:{ACCOUNT}:{}", self.config.name);
        let event = envelope("aws.codepipeline", &detail_type, &[resource], self.now(), &detail);
        self.changes.push(StateChange { level, execution: execution.id.clone(), state: word, event });
    }
}

/// What started an execution, under the names that the API and the events have for it.
pub(crate) fn trigger(kind: &Kind, type_name: &str, detail_name: &str) -> Value {
    let (kind, who) = match kind {
        Kind::Standard => ("CloudWatchEvent", format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/site-push")),
        Kind::Rollback { .. } => ("ManualRollback", format!("arn:aws:sts::{ACCOUNT}:assumed-role/Admin/on-call")),
    };
    json!({ type_name: kind, detail_name: who })
}

fn result(action: &ActionExecution) -> Option<Value> {
    let mut result = json!({});
    if let Some(id) = &action.external_id {
        result["external-execution-id"] = id.as_str().into();
    }
    if let Some(summary) = &action.summary {
        result["external-execution-summary"] = summary.as_str().into();
    }
    if let Some((code, message)) = &action.error {
        result["error-code"] = code.as_str().into();
        result["external-execution-summary"] = message.as_str().into();
    }
    result.as_object().is_some_and(|fields| !fields.is_empty()).then_some(result)
}
