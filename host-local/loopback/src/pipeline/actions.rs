//! Actions: when they may start, their configuration and their jobs, and what their end brings about.

use std::collections::BTreeMap;

use super::config::Action;
use super::job::{Answer, Invocation, Job};
use super::{
    ActionExecution, ActionStatus, Execution, Kind, Level, Pipeline, Position, Provider, Refusal, Revision, Status,
    variables,
};

/// How an action ends.
pub(super) struct Ending {
    pub(super) status: ActionStatus,
    pub(super) external_id: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) output_variables: BTreeMap<String, String>,
    pub(super) error: Option<(String, String)>,
}

impl Ending {
    pub(super) fn succeeded() -> Self {
        let (status, output_variables) = (ActionStatus::Succeeded, BTreeMap::new());
        Self { status, external_id: None, summary: None, output_variables, error: None }
    }

    pub(super) fn failed(code: &str, message: &str) -> Self {
        let error = Some((code.to_owned(), message.to_owned()));
        Self { status: ActionStatus::Failed, error, ..Self::succeeded() }
    }
}

impl Pipeline {
    /// The action that may start now, and its execution.
    pub(super) fn startable(&self, execution: &str, action: &str) -> Result<(usize, Action), Refusal> {
        let at = self.index(execution)?;
        let (stage, action) = self.config.action(action).ok_or_else(|| Refusal::UnknownName(action.to_owned()))?;
        let one = &self.executions[at];
        if one.position != Position::Inside(stage) || one.status != Status::InProgress {
            return Err(self.elsewhere(one, format!("in stage `{}`", self.config.stages[stage].name)));
        }
        let mut before = self.config.stages[stage].actions.iter().filter(|other| other.run_order < action.run_order);
        if !before.all(|other| one.has_done(&other.name)) || one.has_begun(&action.name) {
            return Err(Refusal::NotItsTurn(action.name.clone()));
        }
        Ok((at, action.clone()))
    }

    /// Begins an action; yields the id of its execution.
    pub(super) fn begin(&mut self, at: usize, action: &Action) -> Result<String, Refusal> {
        let (id, now) = (self.issue('a'), self.now());
        let resolved = self.resolve(at, action);
        let stage = self.config.action(&action.name).map_or(0, |(stage, _)| stage);
        self.executions[at].actions.push(ActionExecution {
            id: id.clone(),
            stage: self.config.stages[stage].name.clone(),
            name: action.name.clone(),
            status: ActionStatus::InProgress,
            started: now,
            updated: now,
            configuration: resolved.clone().unwrap_or_default(),
            output_variables: BTreeMap::new(),
            external_id: None,
            summary: None,
            error: None,
            superseded_by_retry: false,
        });
        self.touch(at);
        self.tell(at, Level::Action(stage, action.name.clone()), "STARTED");
        if let Err(variable) = resolved {
            let message = format!("The variable {variable} cannot be resolved");
            self.end_action(at, &action.name, Ending::failed("ConfigurationError", &message));
            return Err(Refusal::UnresolvedVariable(variable));
        }
        Ok(id)
    }

    fn resolve(&self, at: usize, action: &Action) -> Result<BTreeMap<String, String>, String> {
        let own = &self.executions[at];
        let value = |namespace: &str, variable: &str| {
            if (namespace, variable) == ("codepipeline", "PipelineExecutionId") {
                return Some(own.id.clone());
            }
            let stages = self.config.stages.iter().flat_map(|stage| &stage.actions);
            let source = stages.into_iter().find(|action| action.namespace.as_deref() == Some(namespace))?;
            self.action_of(own, &source.name)?.output_variables.get(variable).cloned()
        };
        let fields = action.configuration.iter();
        fields.map(|(name, template)| Ok((name.clone(), variables::resolve(template, value)?))).collect()
    }

    /// The newest execution of an action. A rollback has no source stage: it goes by what it brings back.
    fn action_of<'a>(&'a self, execution: &'a Execution, name: &str) -> Option<&'a ActionExecution> {
        let Kind::Rollback { target } = &execution.kind else { return execution.action(name) };
        execution.action(name).or_else(|| self.action_of(self.execution(target)?, name))
    }

    pub(super) fn new_job(
        &mut self,
        at: usize,
        action: &Action,
        action_execution: String,
        token: Option<String>,
    ) -> Invocation {
        let (id, execution) = (self.issue('b'), &self.executions[at]);
        let job = Job {
            id,
            execution: execution.id.clone(),
            action_execution,
            action: action.name.clone(),
            continuation_token: token,
            answer: None,
        };
        let configuration = execution.action(&action.name).map(|one| one.configuration.clone()).unwrap_or_default();
        let invocation = job.invocation(action, &configuration);
        self.jobs.push(job);
        invocation
    }

    pub(super) fn source_found(&mut self, at: usize) -> Ending {
        let execution = &mut self.executions[at];
        execution.has_source = true;
        let Revision { commit, message } = execution.revision.clone();
        let configuration = execution.actions.last().map(|action| action.configuration.clone()).unwrap_or_default();
        let mut output_variables: BTreeMap<String, String> = ["BranchName", "RepositoryName"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), configuration.get(name)?.clone())))
            .collect();
        output_variables.insert("CommitId".to_owned(), commit.clone());
        output_variables.insert("CommitMessage".to_owned(), message.clone());
        let summary = Some(message).filter(|message| !message.is_empty());
        Ending { external_id: Some(commit), summary, output_variables, ..Ending::succeeded() }
    }

    pub(super) fn end_by_hand(&self, execution: &str, action: &str) -> Result<usize, Refusal> {
        let at = self.index(execution)?;
        self.running(at, action)?;
        match self.config.action(action) {
            Some((_, action)) if action.provider == Provider::Lambda => Err(Refusal::OtherKind(action.name.clone())),
            _ => Ok(at),
        }
    }

    pub(super) fn running(&self, at: usize, action: &str) -> Result<(), Refusal> {
        let newest = self.executions[at].action(action);
        let runs = newest.is_some_and(|newest| newest.status == ActionStatus::InProgress);
        runs.then_some(()).ok_or_else(|| Refusal::NotRunning(action.to_owned()))
    }

    /// Ends a running action, and what hangs on it: the stage, the execution, who waits.
    pub(super) fn end_action(&mut self, at: usize, name: &str, ending: Ending) {
        let Some((stage, _)) = self.config.action(name) else { return };
        let now = self.now();
        let execution = &mut self.executions[at];
        if let Some(action) = execution.actions.iter_mut().rev().find(|action| action.name == name) {
            action.status = ending.status;
            action.updated = now;
            (action.external_id, action.summary, action.error) = (ending.external_id, ending.summary, ending.error);
            action.output_variables = ending.output_variables;
        }
        self.touch(at);
        let outcome = if ending.status == ActionStatus::Succeeded { "SUCCEEDED" } else { "FAILED" };
        self.tell(at, Level::Action(stage, name.to_owned()), outcome);
        let execution = &self.executions[at];
        let runs = execution.actions.iter().any(|action| action.status == ActionStatus::InProgress);
        if runs {
            return;
        }
        let failed = execution.actions.iter().any(|action| action.counts() && action.status == ActionStatus::Failed);
        let done = self.config.stages[stage].actions.iter().all(|action| execution.has_done(&action.name));
        if failed {
            self.leave(at, stage, Status::Failed);
        } else if execution.status == Status::Stopping {
            self.leave(at, stage, Status::Stopped);
        } else if done && stage + 1 == self.config.stages.len() {
            self.leave(at, stage, Status::Succeeded);
        } else if done {
            self.tell(at, Level::Stage(stage), "SUCCEEDED");
            self.arrive(at, stage + 1);
            self.admit(stage);
        }
    }

    pub(super) fn abandon_actions(&mut self, at: usize) {
        let now = self.now();
        let running = self.executions[at].actions.iter().filter(|action| action.status == ActionStatus::InProgress);
        for (id, name) in running.map(|action| (action.id.clone(), action.name.clone())).collect::<Vec<_>>() {
            let found = self.executions[at].actions.iter_mut().find(|action| action.id == id);
            if let (Some(action), Some((stage, _))) = (found, self.config.action(&name)) {
                action.status = ActionStatus::Abandoned;
                action.updated = now;
                self.tell(at, Level::Action(stage, name), "ABANDONED");
            }
            for job in self.jobs.iter_mut().filter(|job| job.action_execution == id) {
                job.answer.get_or_insert(Answer::Closed);
            }
        }
    }
}
