//! CodePipeline through the SDK.

use aws_config::SdkConfig;
use aws_sdk_codepipeline::Client;
use aws_sdk_codepipeline::types::{
    ActionExecutionDetail, ActionExecutionFilter, ActionExecutionStatus, ExecutionDetails, ExecutionType,
    FailureDetails, FailureType, PipelineExecutionSummary,
};
use aws_smithy_types::DateTime;

use super::classify::{incomplete, port_error, unbuildable};
use super::whole_answer::WholeAnswer;
use crate::ports::{Action, Actions, Execution, Executions, JobFailure, JobSuccess, Pipeline, PortError, Revision};

const GET_EXECUTION: &str = "GetPipelineExecution";
const LIST_ACTIONS: &str = "ListActionExecutions";
const LIST_EXECUTIONS: &str = "ListPipelineExecutions";
const PUT_FAILURE: &str = "PutJobFailureResult";
const PUT_SUCCESS: &str = "PutJobSuccessResult";

/// The largest page of both lists.
const PAGE: i32 = 100;

/// The pipelines of the function's account and region.
#[derive(Debug)]
pub struct AwsCodePipeline {
    client: Client,
}

impl AwsCodePipeline {
    /// A client; it connects at its first call.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }
}

impl Pipeline for AwsCodePipeline {
    async fn executions(&self, pipeline: &str, token: Option<&str>) -> Result<Executions, PortError> {
        let request = self.client.list_pipeline_executions().pipeline_name(pipeline).max_results(PAGE);
        let request = request.set_next_token(token.map(str::to_owned)).customize().interceptor(WholeAnswer);
        let answer = request.send().await.map_err(|error| port_error(LIST_EXECUTIONS, &error))?;
        let executions = answer.pipeline_execution_summaries().iter().map(execution).collect();
        Ok(Executions { executions, next: token_of(answer.next_token()) })
    }

    async fn actions(&self, pipeline: &str, execution: &str, token: Option<&str>) -> Result<Actions, PortError> {
        let filter = ActionExecutionFilter::builder().pipeline_execution_id(execution).build();
        let request = self.client.list_action_executions().pipeline_name(pipeline).filter(filter).max_results(PAGE);
        let request = request.set_next_token(token.map(str::to_owned)).customize().interceptor(WholeAnswer);
        let answer = request.send().await.map_err(|error| port_error(LIST_ACTIONS, &error))?;
        let actions = answer.action_execution_details().iter().map(action).collect();
        Ok(Actions { actions, next: token_of(answer.next_token()) })
    }

    async fn execution(&self, pipeline: &str, execution: &str) -> Result<Vec<Revision>, PortError> {
        let request = self.client.get_pipeline_execution().pipeline_name(pipeline).pipeline_execution_id(execution);
        let request = request.customize().interceptor(WholeAnswer);
        let answer = request.send().await.map_err(|error| port_error(GET_EXECUTION, &error))?;
        let execution = answer.pipeline_execution();
        let execution = execution.ok_or_else(|| incomplete(GET_EXECUTION, "no `pipelineExecution`"))?;
        let revisions = execution.artifact_revisions().iter();
        Ok(revisions.filter_map(|one| revision(one.name().unwrap_or_default(), one.revision_id())).collect())
    }

    async fn job_success(&self, job: &str, result: &JobSuccess) -> Result<(), PortError> {
        let told = result.summary.is_some() || result.external_id.is_some();
        let details = ExecutionDetails::builder()
            .set_summary(result.summary.clone())
            .set_external_execution_id(result.external_id.clone())
            .build();
        let variables = result.output_variables.clone().into_iter().collect();
        let request = self
            .client
            .put_job_success_result()
            .job_id(job)
            .set_continuation_token(result.continuation_token.clone())
            .set_execution_details(told.then_some(details))
            .set_output_variables((!result.output_variables.is_empty()).then_some(variables));
        request.send().await.map(drop).map_err(|error| port_error(PUT_SUCCESS, &error))
    }

    async fn job_failure(&self, job: &str, kind: JobFailure, message: &str) -> Result<(), PortError> {
        let details = FailureDetails::builder().r#type(failure_type(kind)).message(message).build();
        let details = details.map_err(|error| unbuildable(PUT_FAILURE, &error))?;
        let request = self.client.put_job_failure_result().job_id(job).failure_details(details);
        request.send().await.map(drop).map_err(|error| port_error(PUT_FAILURE, &error))
    }
}

fn execution(summary: &PipelineExecutionSummary) -> Execution {
    let revisions = summary.source_revisions().iter();
    Execution {
        id: summary.pipeline_execution_id().unwrap_or_default().to_owned(),
        status: summary.status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        rollback: summary.execution_type() == Some(&ExecutionType::Rollback),
        started: milliseconds(summary.start_time()),
        updated: milliseconds(summary.last_update_time()),
        revisions: revisions.filter_map(|one| revision(one.action_name(), one.revision_id())).collect(),
    }
}

fn action(detail: &ActionExecutionDetail) -> Action {
    let kind = detail.input().and_then(|input| input.action_type_id());
    let over = detail.status().is_some_and(|status| {
        matches!(
            status,
            ActionExecutionStatus::Abandoned | ActionExecutionStatus::Failed | ActionExecutionStatus::Succeeded
        )
    });
    Action {
        stage: detail.stage_name().unwrap_or_default().to_owned(),
        action: detail.action_name().unwrap_or_default().to_owned(),
        category: kind.map(|kind| kind.category().as_str().to_owned()).unwrap_or_default(),
        provider: kind.map(|kind| kind.provider().to_owned()).unwrap_or_default(),
        status: detail.status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        started: milliseconds(detail.start_time()),
        ended: milliseconds(detail.last_update_time()).filter(|_| over),
    }
}

fn revision(action: &str, id: Option<&str>) -> Option<Revision> {
    Some(Revision { action: action.to_owned(), revision: id?.to_owned() })
}

fn token_of(token: Option<&str>) -> Option<String> {
    token.filter(|token| !token.is_empty()).map(str::to_owned)
}

fn milliseconds(time: Option<&DateTime>) -> Option<i64> {
    time?.to_millis().ok()
}

fn failure_type(kind: JobFailure) -> FailureType {
    match kind {
        JobFailure::JobFailed => FailureType::JobFailed,
        JobFailure::Configuration => FailureType::ConfigurationError,
        JobFailure::Permission => FailureType::PermissionError,
        JobFailure::Unavailable => FailureType::SystemUnavailable,
    }
}
