//! The function's ports, played by the world: no HTTP, and every call may fail in every way.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use purgeplan_lambda::ports::{
    Action, Actions, Bucket, CloudFront, CodeCommit, Commit, Created, Execution, Executions, Invalidation, JobFailure,
    JobSuccess, Keys, Page, Pipeline, PortError, Revision,
};
use purgeplan_loopback::codepipeline;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::faults::{Fault, error};
use super::judge;
use super::world::{Shared, World};

/// What an instance of the function knows that its world does not.
#[derive(Debug, Default)]
pub(super) struct Instance {
    pub(super) killed: bool,
    /// Polls until it is killed.
    pub(super) polls: Option<u32>,
    /// Keys of the event that it has.
    pub(super) keys: BTreeSet<String>,
    /// The event itself.
    pub(super) event: String,
    /// Executions that had reached the bucket when it got the event.
    pub(super) reached: BTreeSet<String>,
}

/// Every service, as one instance calls it.
#[derive(Debug, Clone)]
pub(super) struct Port {
    pub(super) world: Shared,
    pub(super) instance: Arc<Mutex<Instance>>,
}

impl Port {
    pub(super) fn instance(&self) -> std::sync::MutexGuard<'_, Instance> {
        self.instance.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn die<T>(&self) -> T {
        self.instance().killed = true;
        pending().await
    }

    async fn call<T>(
        &self,
        operation: &'static str,
        effect: impl FnOnce(&mut World) -> Result<T, PortError> + Send,
    ) -> Result<T, PortError> {
        let (fault, there, back) = {
            let mut world = self.world.lock();
            world.figures.calls += 1;
            if world.scenario.denied.contains(&operation) {
                return Err(error(operation, false, "AccessDeniedException"));
            }
            world.background();
            let weather = world.weather;
            let fault = weather.fault(&mut world.rng);
            world.figures.faults += u64::from(fault != Fault::None);
            (fault, world.rng.u64(..60), world.rng.u64(..60))
        };
        sleep(Duration::from_millis(there)).await;
        match fault {
            Fault::Refused(code) => return Err(error(operation, true, code)),
            Fault::Reset => return Err(error(operation, true, "connection")),
            Fault::Silent => return pending().await,
            Fault::KilledBefore => return self.die().await,
            _ => {}
        }
        let answer = {
            let mut world = self.world.lock();
            let answer = effect(&mut world);
            world.background();
            answer
        };
        sleep(Duration::from_millis(back)).await;
        match fault {
            Fault::LostAfter => Err(error(operation, true, "connection")),
            Fault::SilentAfter => pending().await,
            Fault::KilledAfter => self.die().await,
            _ => answer,
        }
    }

    /// CodePipeline's own API of the loopback, with its shapes and checks.
    async fn codepipeline(&self, operation: &'static str, request: Value) -> Result<Value, PortError> {
        let effect = |world: &mut World| {
            let answer = codepipeline::call(&mut world.pipeline, operation, &request);
            if let Err((code @ ("ValidationException" | "SerializationException"), message)) = &answer {
                world.fault(format!("{operation} is refused: {code}: {message}"));
            }
            judge::job_answered(world, operation, &request, answer.is_ok());
            answer.map(Option::unwrap_or_default).map_err(|(code, _)| error(operation, false, code))
        };
        self.call(operation, effect).await
    }
}

impl CodeCommit for Port {
    async fn branch_head(&self) -> Result<String, PortError> {
        self.call("GetBranch", |world| Ok(world.repository.head.clone())).await
    }

    async fn commit(&self, id: &str) -> Result<Commit, PortError> {
        let effect = |world: &mut World| {
            let commit = world.repository.get(id);
            let commit = commit.ok_or_else(|| error("GetCommit", false, "CommitIdDoesNotExistException"))?;
            Ok(Commit { id: id.to_owned(), parents: commit.parents.clone(), committed_at: Some(commit.time) })
        };
        self.call("GetCommit", effect).await
    }

    async fn differences(&self, before: Option<&str>, after: &str, token: Option<&str>) -> Result<Page, PortError> {
        let effect = |world: &mut World| {
            let all = world.repository.differences(before, after);
            let all = all.ok_or_else(|| error("GetDifferences", false, "CommitDoesNotExistException"))?;
            let from = token.map_or(0, |token| token.parse().expect("a token of ours"));
            let to = all.len().min(from + world.scenario.page);
            let json = json!({ "differences": &all[from..to] }).to_string().into_bytes();
            Ok(Page { json, next: (to < all.len()).then(|| to.to_string()) })
        };
        self.call("GetDifferences", effect).await
    }

    async fn file(&self, commit: &str, _path: &str) -> Result<Vec<u8>, PortError> {
        let effect = |world: &mut World| {
            world.repository.get(commit).ok_or_else(|| error("GetFile", false, "CommitDoesNotExistException"))?;
            Ok(world.scenario.policy.as_ref().map(Value::to_string).unwrap_or_default().into_bytes())
        };
        self.call("GetFile", effect).await
    }
}

impl CloudFront for Port {
    async fn create_invalidation(
        &self,
        distribution: &str,
        caller_reference: &str,
        paths: &[String],
    ) -> Result<Created, PortError> {
        const OPERATION: &str = "CreateInvalidation";
        let (keys, event, reached) = {
            let instance = self.instance();
            (instance.keys.clone(), instance.event.clone(), instance.reached.clone())
        };
        let effect = |world: &mut World| {
            let known = world.edge.invalidations(distribution).map_or(0, <[_]>::len);
            match world.edge.invalidate(distribution, caller_reference, paths).cloned() {
                Ok(made) => {
                    if world.edge.invalidations(distribution).map_or(0, <[_]>::len) > known {
                        judge::bought(world, distribution, &made, &keys);
                        judge::bought_once(world, distribution, &made, event, &reached);
                    }
                    Ok(Created { id: made.id })
                }
                Err(refusal) => {
                    let code = refusal.code();
                    let for_now = matches!(code, "Throttling" | "TooManyInvalidationsInProgress");
                    if !for_now {
                        world.fault(format!("{OPERATION} is refused: {code}: {refusal}"));
                    }
                    Err(error(OPERATION, for_now, code))
                }
            }
        };
        self.call(OPERATION, effect).await
    }

    async fn list_invalidations(&self, distribution: &str) -> Result<Vec<String>, PortError> {
        let effect = |world: &mut World| {
            let all = world.edge.invalidations(distribution).unwrap_or_default();
            Ok(all.iter().rev().take(100).map(|one| one.id.clone()).collect())
        };
        self.call("ListInvalidations", effect).await
    }

    async fn invalidation(&self, distribution: &str, id: &str) -> Result<Invalidation, PortError> {
        let effect = |world: &mut World| {
            let all = world.edge.invalidations(distribution).unwrap_or_default();
            let found = all.iter().find(|one| one.id == id);
            let found = found.ok_or_else(|| error("GetInvalidation", false, "NoSuchInvalidation"))?;
            Ok(Invalidation {
                caller_reference: found.caller_reference.clone(),
                paths: found.paths.len(),
                completed: !found.in_progress_at(Instant::now().into_std()),
            })
        };
        self.call("GetInvalidation", effect).await
    }
}

impl Pipeline for Port {
    async fn executions(&self, pipeline: &str, token: Option<&str>) -> Result<Executions, PortError> {
        // The handler reads five pages, of 100 in the real service.
        let most = self.world.lock().scenario.page + 9;
        let mut request = json!({ "pipelineName": pipeline, "maxResults": most });
        if let Some(token) = token {
            request["nextToken"] = token.into();
        }
        let answer = self.codepipeline("ListPipelineExecutions", request).await?;
        let executions = list(&answer["pipelineExecutionSummaries"]).iter().map(|one| Execution {
            id: text(&one["pipelineExecutionId"]),
            status: text(&one["status"]),
            rollback: one["executionType"] == "ROLLBACK",
            started: milliseconds(&one["startTime"]),
            updated: milliseconds(&one["lastUpdateTime"]),
            revisions: revisions(&one["sourceRevisions"], "actionName"),
        });
        Ok(Executions { executions: executions.collect(), next: answer["nextToken"].as_str().map(str::to_owned) })
    }

    async fn actions(&self, pipeline: &str, execution: &str, token: Option<&str>) -> Result<Actions, PortError> {
        let filter = json!({ "pipelineExecutionId": execution });
        // The handler reads five pages, of 100 in the real service.
        let most = self.world.lock().scenario.page + 9;
        let mut request = json!({ "pipelineName": pipeline, "filter": filter, "maxResults": most });
        if let Some(token) = token {
            request["nextToken"] = token.into();
        }
        let answer = self.codepipeline("ListActionExecutions", request).await?;
        let actions = list(&answer["actionExecutionDetails"]).iter().map(|one| {
            let (status, kind) = (text(&one["status"]), &one["input"]["actionTypeId"]);
            Action {
                stage: text(&one["stageName"]),
                action: text(&one["actionName"]),
                category: text(&kind["category"]),
                provider: text(&kind["provider"]),
                started: milliseconds(&one["startTime"]),
                ended: milliseconds(&one["lastUpdateTime"]).filter(|_| status != "InProgress"),
                status,
            }
        });
        Ok(Actions { actions: actions.collect(), next: answer["nextToken"].as_str().map(str::to_owned) })
    }

    async fn execution(&self, pipeline: &str, execution: &str) -> Result<Vec<Revision>, PortError> {
        let request = json!({ "pipelineName": pipeline, "pipelineExecutionId": execution });
        let answer = self.codepipeline("GetPipelineExecution", request).await?;
        Ok(revisions(&answer["pipelineExecution"]["artifactRevisions"], "name"))
    }

    async fn job_success(&self, job: &str, result: &JobSuccess) -> Result<(), PortError> {
        let mut request = json!({ "jobId": job, "executionDetails": {} });
        if let Some(token) = &result.continuation_token {
            request["continuationToken"] = token.as_str().into();
        }
        if !result.output_variables.is_empty() {
            request["outputVariables"] = json!(result.output_variables);
        }
        if let Some(summary) = &result.summary {
            request["executionDetails"]["summary"] = summary.as_str().into();
        }
        if let Some(id) = &result.external_id {
            request["executionDetails"]["externalExecutionId"] = id.as_str().into();
        }
        self.codepipeline("PutJobSuccessResult", request).await.map(drop)
    }

    async fn job_failure(&self, job: &str, kind: JobFailure, message: &str) -> Result<(), PortError> {
        let kind = match kind {
            JobFailure::JobFailed => "JobFailed",
            JobFailure::Configuration => "ConfigurationError",
            JobFailure::Permission => "PermissionError",
            JobFailure::Unavailable => "SystemUnavailable",
        };
        let request = json!({ "jobId": job, "failureDetails": { "type": kind, "message": message } });
        self.codepipeline("PutJobFailureResult", request).await.map(drop)
    }
}

impl Bucket for Port {
    async fn keys(&self, _bucket: &str, token: Option<&str>) -> Result<Keys, PortError> {
        let effect = |world: &mut World| {
            let from = token.unwrap_or_default();
            let mut keys: Vec<String> =
                world.edge.bucket.objects().map(|(key, _)| key.to_owned()).filter(|key| &**key > from).collect();
            let more = keys.len() > 10;
            keys.truncate(10);
            let next = keys.last().cloned().filter(|_| more);
            Ok(Keys { keys: keys.into_iter().map(String::into_bytes).collect(), next })
        };
        self.call("ListObjectsV2", effect).await
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn milliseconds(value: &Value) -> Option<i64> {
    let since = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(value.as_f64()?);
    i64::try_from(since.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

fn revisions(value: &Value, name: &str) -> Vec<Revision> {
    let one = |one: &Value| Revision { action: text(&one[name]), revision: text(&one["revisionId"]) };
    list(value).iter().map(one).collect()
}
