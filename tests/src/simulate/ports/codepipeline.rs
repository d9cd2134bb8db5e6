//! The pipeline, as the loopback's own API answers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use purgeplan_lambda::ports::{
    Action, Actions, Execution, Executions, JobFailure, JobSuccess, Pipeline, PortError, Revision,
};
use purgeplan_loopback::codepipeline;
use serde_json::{Value, json};

use super::super::faults::error;
use super::super::judge;
use super::super::world::World;
use super::Port;

impl Port {
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
