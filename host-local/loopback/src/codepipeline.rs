//! CodePipeline's API, JSON 1.1, over the model of [`pipeline`](crate::pipeline): `ListPipelineExecutions`,
//! `ListActionExecutions`, `GetPipelineExecution`, `PutJobSuccessResult`, `PutJobFailureResult`.
//!
//! Shapes, error names and limits are those of the service model (botocore `codepipeline/2015-07-09`). That a summary comes
//! with a continuation token is allowed; that output variables do is refused (API reference of `PutJobSuccessResult`).

mod answer;
mod shapes;

use std::sync::Mutex;

use bytes::Bytes;
use hyper::Request;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::aws_error::{Service, empty_reply, json_error, json_reply};
use crate::faults::Faults;
use crate::http::Answer;
use crate::loopback::lock;
use crate::pipeline::{Execution, Pipeline};

/// The most executions of one page, and the number without `maxResults`.
pub const PAGE: usize = 100;

const TARGET: &str = "CodePipeline_20150709.";

/// An error of the API: its code and its message. All are HTTP 400.
struct Refusal(&'static str, String);

impl Refusal {
    fn validation(message: impl Into<String>) -> Self {
        Self("ValidationException", message.into())
    }
}

pub(crate) async fn answer(pipeline: &Mutex<Pipeline>, faults: &Faults, request: Request<Bytes>) -> Answer {
    let target = request.headers().get("X-Amz-Target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.strip_prefix(TARGET).unwrap_or_default().to_owned();
    let body = request.into_body();
    let effect = async {
        match operate(&mut lock(pipeline), &operation, &body) {
            Ok(Some(body)) => json_reply(200, &body),
            Ok(None) => empty_reply(),
            Err(Refusal(code, message)) => json_error(400, code, &message),
        }
    };
    faults.call(Service::CodePipeline, &operation, effect).await
}

/// One call without HTTP: the answer's JSON where it has one, or the error's code and message.
///
/// # Errors
/// What the API answers with status 400.
pub fn call(
    pipeline: &mut Pipeline,
    operation: &str,
    request: &Value,
) -> Result<Option<Value>, (&'static str, String)> {
    operate(pipeline, operation, request.to_string().as_bytes()).map_err(|Refusal(code, message)| (code, message))
}

fn operate(pipeline: &mut Pipeline, operation: &str, body: &[u8]) -> Result<Option<Value>, Refusal> {
    match operation {
        "ListPipelineExecutions" => list_executions(pipeline, &parse(body)?).map(Some),
        "ListActionExecutions" => list_actions(pipeline, &parse(body)?).map(Some),
        "GetPipelineExecution" => get_execution(pipeline, &parse(body)?).map(Some),
        "PutJobSuccessResult" => answer::success(pipeline, parse(body)?).map(|()| None),
        "PutJobFailureResult" => answer::failure(pipeline, parse(body)?).map(|()| None),
        _ => Err(Refusal("UnknownOperationException", format!("no operation `{operation}` here"))),
    }
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal("SerializationException", error.to_string()))
}

/// The fields of the requests that read, all optional: a missing one has an error of its own.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Query {
    pipeline_name: Option<String>,
    pipeline_execution_id: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
    filter: Option<Filter>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Filter {
    pipeline_execution_id: Option<String>,
    latest_in_pipeline_execution: Option<Latest>,
    succeeded_in_stage: Option<SucceededInStage>,
}

/// `startTimeRange` is taken, but nothing here is older than its `Latest`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Latest {
    pipeline_execution_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SucceededInStage {
    stage_name: Option<String>,
}

fn list_executions(pipeline: &Pipeline, query: &Query) -> Result<Value, Refusal> {
    check_pipeline(pipeline, query)?;
    let stage = query.filter.as_ref().and_then(|filter| filter.succeeded_in_stage.as_ref()?.stage_name.as_deref());
    let in_stage = |execution: &&Execution| stage.is_none_or(|stage| pipeline.succeeded_in(execution, stage));
    let newest_first: Vec<_> = pipeline.executions().iter().rev().filter(in_stage).collect();
    let (page, next) = page(&newest_first, query, "executions", |execution| &execution.id)?;
    let page: Vec<Value> = page.iter().map(|execution| shapes::summary(pipeline, execution)).collect();
    let mut answer = json!({ "pipelineExecutionSummaries": page });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(answer)
}

fn list_actions(pipeline: &Pipeline, query: &Query) -> Result<Value, Refusal> {
    check_pipeline(pipeline, query)?;
    let filter = query.filter.as_ref().and_then(|filter| {
        let latest =
            filter.latest_in_pipeline_execution.as_ref().and_then(|latest| latest.pipeline_execution_id.as_deref());
        filter.pipeline_execution_id.as_deref().or(latest)
    });
    if let Some(id) = filter {
        execution_of(pipeline, id)?;
    }
    let executions = pipeline.executions().iter().filter(|execution| filter.is_none_or(|id| execution.id == id));
    let mut actions: Vec<_> =
        executions.flat_map(|execution| execution.actions.iter().map(move |action| (execution, action))).collect();
    // Ids are issued in the order of time, which is finer than the clock.
    actions.sort_by(|(_, a), (_, b)| b.id.cmp(&a.id));
    let (page, next) = page(&actions, query, filter.unwrap_or("all"), |(_, action)| &action.id)?;
    let page: Vec<Value> = page.iter().map(|(execution, action)| shapes::action(pipeline, execution, action)).collect();
    let mut answer = json!({ "actionExecutionDetails": page });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(answer)
}

fn get_execution(pipeline: &Pipeline, query: &Query) -> Result<Value, Refusal> {
    check_pipeline(pipeline, query)?;
    let id = query.pipeline_execution_id.as_deref().ok_or_else(|| required("pipelineExecutionId"))?;
    Ok(json!({ "pipelineExecution": shapes::execution(pipeline, execution_of(pipeline, id)?) }))
}

fn check_pipeline(pipeline: &Pipeline, query: &Query) -> Result<(), Refusal> {
    let name = query.pipeline_name.as_deref().ok_or_else(|| required("pipelineName"))?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '@' | '-' | '_');
    if name.is_empty() || name.len() > 100 || !name.chars().all(is_word) {
        return Err(constraint("pipelineName", "Member must satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+"));
    }
    if name != pipeline.config().name {
        let message = format!("Account '{}' does not have a pipeline with name '{name}'", crate::account::ACCOUNT);
        return Err(Refusal("PipelineNotFoundException", message));
    }
    Ok(())
}

fn execution_of<'a>(pipeline: &'a Pipeline, id: &str) -> Result<&'a Execution, Refusal> {
    if !is_uuid(id) {
        return Err(constraint("pipelineExecutionId", "Member must satisfy the pattern of an id"));
    }
    pipeline.execution(id).ok_or_else(|| {
        let message = format!("Pipeline execution with ID '{id}' does not exist");
        Refusal("PipelineExecutionNotFoundException", message)
    })
}

/// A page, and the token of the next one: it names the list and the last id, so that what is added on top moves nothing.
fn page<'a, T>(
    items: &'a [T],
    query: &Query,
    list: &str,
    id: impl Fn(&T) -> &str,
) -> Result<(&'a [T], Option<String>), Refusal> {
    let size = match query.max_results {
        None => PAGE,
        Some(most) => usize::try_from(most).ok().filter(|most| (1..=PAGE).contains(most)).ok_or_else(|| {
            constraint("maxResults", "Member must have value less than or equal to 100, and at least 1")
        })?,
    };
    let start = match query.next_token.as_deref() {
        None => 0,
        Some(token) => {
            let before = token.split_once(' ').filter(|(of, _)| *of == list).map(|(_, before)| before);
            let at = before.and_then(|before| items.iter().position(|item| id(item) == before));
            1 + at.ok_or_else(|| Refusal("InvalidNextTokenException", "The next token is invalid".to_owned()))?
        }
    };
    let end = items.len().min(start + size);
    let next = (end < items.len()).then(|| format!("{list} {}", id(&items[end - 1])));
    Ok((&items[start..end], next))
}

fn required(field: &str) -> Refusal {
    constraint(field, "Member must not be null")
}

fn constraint(field: &str, rule: &str) -> Refusal {
    Refusal::validation(format!("1 validation error detected: Value at '{field}' failed to satisfy constraint: {rule}"))
}

fn is_uuid(text: &str) -> bool {
    let hyphens = [8, 13, 18, 23];
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match byte {
            b'-' => hyphens.contains(&at),
            _ => !hyphens.contains(&at) && matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}
