//! `PutJobSuccessResult` and `PutJobFailureResult`: what the API checks before it takes an answer.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Refusal, constraint, is_uuid, required};
use crate::pipeline::{Answer, AnswerRefusal, Details, MAX_SUMMARY, MAX_TOKEN, Pipeline};

/// The most bytes of all output variables of an action (CodePipeline's quotas).
const MAX_VARIABLES: usize = 122_880;
/// The most characters of a failure's message.
const MAX_MESSAGE: usize = 5_000;
/// The most characters of an id elsewhere.
const MAX_EXTERNAL_ID: usize = 1_500;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Success {
    job_id: Option<String>,
    continuation_token: Option<String>,
    execution_details: Option<Details>,
    output_variables: Option<BTreeMap<String, String>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Failure {
    job_id: Option<String>,
    failure_details: Option<FailureDetails>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct FailureDetails {
    #[serde(rename = "type")]
    kind: Option<String>,
    message: Option<String>,
    external_execution_id: Option<String>,
}

pub(super) fn success(pipeline: &mut Pipeline, input: Success) -> Result<(), Refusal> {
    let job = job_id(input.job_id)?;
    let details = input.execution_details.unwrap_or_default();
    check_length("executionDetails.summary", details.summary.as_deref(), MAX_SUMMARY)?;
    check_length("executionDetails.externalExecutionId", details.external_execution_id.as_deref(), MAX_EXTERNAL_ID)?;
    if details.percent_complete.is_some_and(|percent| !(0..=100).contains(&percent)) {
        return Err(constraint("executionDetails.percentComplete", "Member must have a value from 0 to 100"));
    }
    check_length("continuationToken", input.continuation_token.as_deref(), MAX_TOKEN)?;
    let answer = match (input.continuation_token, input.output_variables) {
        (Some(_), Some(variables)) if !variables.is_empty() => {
            let message = "Output variables can be included only when there is no continuation token on the request.";
            return Err(Refusal::validation(message));
        }
        (Some(token), _) => Answer::Continue { token, details },
        (None, variables) => {
            let output_variables = variables.unwrap_or_default();
            check_variables(&output_variables)?;
            Answer::Success { details, output_variables }
        }
    };
    take(pipeline, &job, answer)
}

pub(super) fn failure(pipeline: &mut Pipeline, input: Failure) -> Result<(), Refusal> {
    const TYPES: [&str; 6] = [
        "JobFailed",
        "ConfigurationError",
        "PermissionError",
        "RevisionOutOfSync",
        "RevisionUnavailable",
        "SystemUnavailable",
    ];
    let job = job_id(input.job_id)?;
    let details = input.failure_details.ok_or_else(|| required("failureDetails"))?;
    let kind = details.kind.ok_or_else(|| required("failureDetails.type"))?;
    if !TYPES.contains(&kind.as_str()) {
        let rule = format!("Member must satisfy enum value set: [{}]", TYPES.join(", "));
        return Err(constraint("failureDetails.type", &rule));
    }
    let message = details.message.ok_or_else(|| required("failureDetails.message"))?;
    check_length("failureDetails.message", Some(&message), MAX_MESSAGE)?;
    let external_execution_id = details.external_execution_id;
    check_length("failureDetails.externalExecutionId", external_execution_id.as_deref(), MAX_EXTERNAL_ID)?;
    take(pipeline, &job, Answer::Failure { kind, message, external_execution_id })
}

fn take(pipeline: &mut Pipeline, job: &str, answer: Answer) -> Result<(), Refusal> {
    pipeline.answer(job, answer).map_err(|refusal| match refusal {
        AnswerRefusal::NotFound => Refusal("JobNotFoundException", format!("Could not find job with ID {job}")),
        AnswerRefusal::InvalidState => {
            Refusal("InvalidJobStateException", "The job is in a state that takes no result".to_owned())
        }
    })
}

fn job_id(id: Option<String>) -> Result<String, Refusal> {
    let id = id.ok_or_else(|| required("jobId"))?;
    if !is_uuid(&id) {
        return Err(constraint("jobId", "Member must satisfy the pattern of an id"));
    }
    Ok(id)
}

fn check_length(field: &str, text: Option<&str>, most: usize) -> Result<(), Refusal> {
    if text.is_some_and(|text| text.is_empty() || text.chars().count() > most) {
        return Err(constraint(field, &format!("Member must have length from 1 to {most}")));
    }
    Ok(())
}

fn check_variables(variables: &BTreeMap<String, String>) -> Result<(), Refusal> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '-' | '_');
    if variables.keys().any(|name| name.is_empty() || !name.chars().all(is_word)) {
        return Err(constraint("outputVariables", "Map keys must satisfy the pattern [A-Za-z0-9@\\-_]+"));
    }
    if variables.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > MAX_VARIABLES {
        let message = "The output variables exceed the size limit of 122880 bytes".to_owned();
        return Err(Refusal("OutputVariablesSizeExceededException", message));
    }
    Ok(())
}
