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
        Some("plan") => call.answered(call.plan()),
        Some("parse") => call.answered(call.parse()),
        Some("explain") => call.answered(call.explain()),
        Some("check") => call.answered(call.check()),
        #[cfg(feature = "schema")]
        Some("schema") => call.answered(call.schema()),
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
    fn answered(&self, result: Result<Vec<u8>, Vec<Error>>) -> Vec<u8> {
        result.unwrap_or_else(|errors| self.failed(errors))
    }

    fn failed(&self, errors: Vec<Error>) -> Vec<u8> {
        let rendered = self.render.as_ref().map(|render| render.errors(&errors, self.request, self.attachments));
        write(&Answer::<()>::Failure { errors, rendered })
    }

    /// An answer that can be shown as the request asks.
    fn rendered<T: Render + Serialize>(&self, answer: T) -> Result<Vec<u8>, Vec<Error>> {
        let rendered = self.render.as_ref().map(|render| render.render(&answer, self.request)).transpose();
        let rendered = rendered.map_err(|error| vec![error])?;
        Ok(write(&Answer::Success { answer, rendered }))
    }

    fn plan(&self) -> Result<Vec<u8>, Vec<Error>> {
        let mut prepared = Prepared::read(self.request, self.attachments)?;
        prepared.refuse_subject(self.request)?;
        let plan = prepared.plan()?;
        let (trigger, identity) = (prepared.trigger.as_ref(), prepared.identity(self.attachments));
        self.rendered(PlanAnswer::new(&prepared.policy, &plan, trigger, prepared.diffs(), &identity))
    }

    fn parse(&self) -> Result<Vec<u8>, Vec<Error>> {
        let parsed: ParseRequest = read(self.request)?;
        let (changes, diagnostics) = changes(&parsed.diffs, self.attachments, None)?;
        Ok(write(&Answer::Success { answer: ParseAnswer::new(&changes, diagnostics), rendered: None }))
    }

    fn explain(&self) -> Result<Vec<u8>, Vec<Error>> {
        let mut prepared = Prepared::read(self.request, self.attachments)?;
        let subject = Subject::read(&prepared.subject(), self.request).map_err(|error| vec![error])?;
        let plan = prepared.plan()?;
        self.rendered(ExplainAnswer::new(&subject, &prepared.policy, &plan, prepared.diffs()))
    }

    fn check(&self) -> Result<Vec<u8>, Vec<Error>> {
        let parsed: CheckRequest = read(self.request)?;
        let policy = policy(&parsed.source(), self.request, self.attachments)?;
        self.rendered(CheckAnswer::new(&policy))
    }

    #[cfg(feature = "schema")]
    fn schema(&self) -> Result<Vec<u8>, Vec<Error>> {
        let _: crate::request::SchemaRequest = read(self.request)?;
        Ok(write(&Answer::Success { answer: crate::schema::SchemaAnswer::new(), rendered: None }))
    }
}

fn write<T: Serialize>(answer: &Answer<T>) -> Vec<u8> {
    serde_json::to_vec(answer).expect("an answer holds only strings, numbers and lists")
}
