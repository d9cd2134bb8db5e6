//! The one way in: JSON and attachments in, JSON out, the same for every host.
//!
//! `ARCHITECTURE.md` shows a request and an answer of each kind.

use alloc::{borrow::Cow, format, vec, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{
    answer::{CheckAnswer, ParseAnswer, PlanAnswer},
    error::Error,
    explain::{ExplainAnswer, Subject},
    locate,
    request::{CheckRequest, ParseRequest, Prepared, changes, policy, read},
};

/// Which operation; the rest of the request is read by it.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    op: Option<Cow<'a, str>>,
}

const OPERATIONS: &str = "`plan`, `parse`, `explain`, `check` and, where it is built in, `schema`";

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Answer<T> {
    Success(T),
    Failure { errors: Vec<Error> },
}

/// Answers a request.
///
/// The request is JSON; `attachments` are what it names by index: diffs, key lists, a policy. The answer is JSON,
/// tagged `success` or `failure`. Whatever comes in, this returns; it never panics.
///
/// ```
/// let answer = purgeplan_core::call(b"{}", &[]);
/// assert!(answer.starts_with(br#"{"type":"failure","errors":[{"code":"request-json""#));
/// ```
#[must_use]
pub fn call(request: &[u8], attachments: &[&[u8]]) -> Vec<u8> {
    let op = match serde_json::from_slice::<Envelope<'_>>(request) {
        Ok(Envelope { op: Some(op) }) => op,
        Ok(Envelope { op: None }) => {
            let help = format!("name the operation: {OPERATIONS}");
            let error = Error::new("request-json", "the request has no `op`", help);
            return write::<()>(Err(vec![error.at(None, 0, request.len())]));
        }
        Err(error) => return write::<()>(Err(vec![crate::request::json_error(&error, request)])),
    };
    match op.as_ref() {
        "plan" => write(answer_plan(request, attachments)),
        "parse" => write(answer_parse(request, attachments)),
        "explain" => write(answer_explain(request, attachments)),
        "check" => write(answer_check(request, attachments)),
        #[cfg(feature = "schema")]
        "schema" => write(read::<crate::request::SchemaRequest>(request).map(|_| crate::schema::SchemaAnswer::new())),
        other => {
            let help = format!("the operations are {OPERATIONS}");
            let error = Error::new("op-unknown", format!("`{other}` is no operation"), help);
            write::<()>(Err(vec![locate::pointed(error, request, None, "/op")]))
        }
    }
}

fn write<T: Serialize>(result: Result<T, Vec<Error>>) -> Vec<u8> {
    let answer = match result {
        Ok(answer) => Answer::Success(answer),
        Err(errors) => Answer::Failure { errors },
    };
    serde_json::to_vec(&answer).expect("an answer holds only strings, numbers and lists")
}

fn answer_parse(request: &[u8], attachments: &[&[u8]]) -> Result<ParseAnswer, Vec<Error>> {
    let parsed: ParseRequest = read(request)?;
    let (changes, diagnostics) = changes(&parsed.diffs, attachments)?;
    Ok(ParseAnswer::new(&changes, diagnostics))
}

fn answer_plan(request: &[u8], attachments: &[&[u8]]) -> Result<PlanAnswer, Vec<Error>> {
    let mut prepared = Prepared::read(request, attachments)?;
    prepared.refuse_subject(request)?;
    let plan = prepared.plan()?;
    let trigger = prepared.trigger.as_ref();
    Ok(PlanAnswer::new(&prepared.policy, &plan, trigger, prepared.diffs(), &prepared.identity()))
}

fn answer_explain(request: &[u8], attachments: &[&[u8]]) -> Result<ExplainAnswer, Vec<Error>> {
    let mut prepared = Prepared::read(request, attachments)?;
    let subject = Subject::read(&prepared.subject(), request).map_err(|error| vec![error])?;
    let plan = prepared.plan()?;
    Ok(ExplainAnswer::new(&subject, &prepared.policy, &plan, prepared.diffs()))
}

fn answer_check(request: &[u8], attachments: &[&[u8]]) -> Result<CheckAnswer, Vec<Error>> {
    let parsed: CheckRequest = read(request)?;
    Ok(CheckAnswer::new(&policy(&parsed.source(), request, attachments)?))
}
