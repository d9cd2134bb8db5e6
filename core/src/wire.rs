//! The one way in: JSON and attachments in, JSON out, the same for every host.
//!
//! `ARCHITECTURE.md` shows a request and an answer of each kind.

use alloc::{borrow::Cow, format, string::String, vec, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{
    answer::{CheckAnswer, ParseAnswer, PlanAnswer},
    error::Error,
    explain::{ExplainAnswer, Subject},
    locate,
    render::{Render, RenderRequest},
    request::{CheckRequest, ParseRequest, Prepared, changes, policy, read},
};

/// Which operation; the rest of the request is read by it.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    op: Option<Cow<'a, str>>,
    render: Option<RenderRequest>,
}

const OPERATIONS: &str = "`plan`, `parse`, `explain`, `check` and, where it is built in, `schema`";

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Answer<T> {
    Success {
        #[serde(flatten)]
        answer: T,
        #[serde(skip_serializing_if = "Option::is_none")]
        rendered: Option<String>,
    },
    Failure {
        errors: Vec<Error>,
        #[serde(skip_serializing_if = "Option::is_none")]
        rendered: Option<String>,
    },
}

/// A request and what comes with it.
struct Call<'a> {
    request: &'a [u8],
    attachments: &'a [&'a [u8]],
    render: Option<RenderRequest>,
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
    let (op, render) = match serde_json::from_slice::<Envelope<'_>>(request) {
        Ok(Envelope { op, render }) => (op, render),
        Err(error) => {
            let unread = Call { request, attachments, render: None };
            return unread.failed(vec![crate::request::json_error(&error, request)]);
        }
    };
    let call = Call { request, attachments, render };
    match op.as_deref() {
        Some("plan") => call.rendered(answer_plan(request, attachments)),
        Some("parse") => call.plain(answer_parse(request, attachments)),
        Some("explain") => call.rendered(answer_explain(request, attachments)),
        Some("check") => call.rendered(answer_check(request, attachments)),
        #[cfg(feature = "schema")]
        Some("schema") => {
            call.plain(read::<crate::request::SchemaRequest>(request).map(|_| crate::schema::SchemaAnswer::new()))
        }
        Some(other) => {
            let help = format!("the operations are {OPERATIONS}");
            let error = Error::new("op-unknown", format!("`{other}` is no operation"), help);
            call.failed(vec![locate::pointed(error, request, None, "/op")])
        }
        None => {
            let help = format!("name the operation: {OPERATIONS}");
            let error = Error::new("request-json", "the request has no `op`", help);
            call.failed(vec![error.at(None, 0, request.len())])
        }
    }
}

impl Call<'_> {
    /// An answer that can be shown as the request asks.
    fn rendered<T: Render + Serialize>(&self, result: Result<T, Vec<Error>>) -> Vec<u8> {
        let shown = result.and_then(|answer| match &self.render {
            Some(render) => match render.render(&answer, self.request) {
                Ok(text) => Ok((answer, Some(text))),
                Err(error) => Err(vec![error]),
            },
            None => Ok((answer, None)),
        });
        match shown {
            Ok((answer, rendered)) => write(&Answer::Success { answer, rendered }),
            Err(errors) => self.failed(errors),
        }
    }

    /// An answer that is data only.
    fn plain<T: Serialize>(&self, result: Result<T, Vec<Error>>) -> Vec<u8> {
        match result {
            Ok(answer) => write(&Answer::Success { answer, rendered: None }),
            Err(errors) => self.failed(errors),
        }
    }

    fn failed(&self, errors: Vec<Error>) -> Vec<u8> {
        let rendered = self.render.as_ref().map(|render| render.errors(&errors, self.request, self.attachments));
        write(&Answer::<()>::Failure { errors, rendered })
    }
}

fn write<T: Serialize>(answer: &Answer<T>) -> Vec<u8> {
    serde_json::to_vec(answer).expect("an answer holds only strings, numbers and lists")
}

fn answer_parse(request: &[u8], attachments: &[&[u8]]) -> Result<ParseAnswer, Vec<Error>> {
    let parsed: ParseRequest = read(request)?;
    let (changes, diagnostics) = changes(&parsed.diffs, attachments, None)?;
    Ok(ParseAnswer::new(&changes, diagnostics))
}

fn answer_plan(request: &[u8], attachments: &[&[u8]]) -> Result<PlanAnswer, Vec<Error>> {
    let mut prepared = Prepared::read(request, attachments)?;
    prepared.refuse_subject(request)?;
    let plan = prepared.plan()?;
    let trigger = prepared.trigger.as_ref();
    Ok(PlanAnswer::new(&prepared.policy, &plan, trigger, prepared.diffs(), &prepared.identity(attachments)))
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
