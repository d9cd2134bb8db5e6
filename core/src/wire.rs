//! The one way in: JSON and attachments in, JSON out, the same for every host.
//!
//! `ARCHITECTURE.md` shows a request and an answer of each kind.

use alloc::{format, string::String, vec::Vec};
use serde::Serialize;

use crate::{
    answer::{CheckAnswer, ParseAnswer, PlanAnswer},
    error::Error,
    explain::{ExplainAnswer, Subject},
    json::{Json, TEXT, write},
    locate,
    render::{Answer, RENDER, RenderRequest},
    request::{CHECK, PARSE, Prepared, changes, check_shape, document, policy},
};

const OPERATIONS: &str = "`plan`, `parse`, `explain`, `check` and, where it is built in, `schema`";

/// An answer's values, for a host that makes objects of its own language of them.
///
/// ```
/// let answer = purgeplan_core::call(br#"{ "op": "check" }"#, &[]);
/// let again = serde_json::to_vec(&purgeplan_core::values(&answer)).unwrap();
/// assert_eq!(again, answer);
/// ```
#[must_use]
pub fn values(answer: &[u8]) -> impl Serialize {
    document(answer).tree(None).unwrap_or(Json::Null)
}

/// A request and what comes with it.
struct Call<'a> {
    request: &'a [u8],
    /// The request's fields; `null` until they are read.
    tree: Json<'a>,
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
    let mut call = Call { request, tree: Json::Null, attachments, render: None };
    if let Err(error) = call.envelope() {
        return call.failed(&[error]);
    }
    let answer = match call.tree["op"].text() {
        Some("plan") => call.plan(),
        Some("parse") => call.parse(),
        Some("explain") => call.explain(),
        Some("check") => call.check(),
        #[cfg(feature = "schema")]
        Some("schema") => call.schema(),
        Some(other) => {
            let help = format!("the operations are {OPERATIONS}");
            let error = Error::new("op-unknown", format!("`{other}` is no operation"), help);
            Err(locate::pointed(error, request, None, "/op").into())
        }
        None => {
            let help = format!("name the operation: {OPERATIONS}");
            let error = Error::new("request-json", "the request has no `op`", help);
            Err(error.at(None, 0, request.len()).into())
        }
    };
    answer.unwrap_or_else(|errors| call.failed(&errors))
}

impl Call<'_> {
    /// Reads the fields that every operation has; they stay in the tree, where the operation looks for them as well.
    fn envelope(&mut self) -> Result<(), Error> {
        let document = document(self.request);
        self.tree = document.tree(None)?;
        let render = &self.tree["render"];
        if !render.is_null() {
            document.check("/render", render, RENDER)?;
            self.render = Some(RenderRequest::new(render));
        }
        let op = &self.tree["op"];
        if op.is_null() { Ok(()) } else { document.check("/op", op, TEXT) }
    }

    fn failed(&self, errors: &[Error]) -> Vec<u8> {
        let rendered = self.render.as_ref().map(|render| render.errors(errors, self.request, self.attachments));
        write(&Failure { kind: "failure", errors, rendered })
    }

    /// The answer as the request asks to see it.
    fn rendered(&self, answer: &Answer<'_, '_>) -> Result<Option<String>, Vec<Error>> {
        Ok(self.render.as_ref().map(|render| render.render(answer, self.request)).transpose()?)
    }

    fn plan(&self) -> Result<Vec<u8>, Vec<Error>> {
        let mut prepared = Prepared::read(&self.tree, self.request, self.attachments)?;
        prepared.refuse_subject(self.request)?;
        let plan = prepared.plan()?;
        let identity = prepared.identity(self.attachments);
        let work = prepared.work(&identity);
        let (policy, trigger) = (&prepared.policy, prepared.trigger.as_ref());
        let mut answer = PlanAnswer::new(policy, &plan, trigger, prepared.diffs(), &work);
        answer.rendered = self.rendered(&Answer::Plan(&answer))?;
        Ok(write(&answer))
    }

    fn parse(&self) -> Result<Vec<u8>, Vec<Error>> {
        check_shape(&self.tree, self.request, PARSE)?;
        let (changes, diagnostics) = changes(&self.tree["diffs"], self.attachments, None)?;
        Ok(write(&ParseAnswer::new(&changes, diagnostics)))
    }

    fn explain(&self) -> Result<Vec<u8>, Vec<Error>> {
        let mut prepared = Prepared::read(&self.tree, self.request, self.attachments)?;
        let subject = Subject::read(&prepared.subject(), self.request)?;
        let plan = prepared.plan()?;
        let mut answer = ExplainAnswer::new(&subject, &prepared.policy, &plan, prepared.diffs());
        answer.rendered = self.rendered(&Answer::Explain(&answer))?;
        Ok(write(&answer))
    }

    fn check(&self) -> Result<Vec<u8>, Vec<Error>> {
        check_shape(&self.tree, self.request, CHECK)?;
        let policy = policy(&self.tree, self.request, self.attachments)?;
        let mut answer = CheckAnswer::new(&policy);
        answer.rendered = self.rendered(&Answer::Check(&answer))?;
        Ok(write(&answer))
    }

    #[cfg(feature = "schema")]
    fn schema(&self) -> Result<Vec<u8>, Vec<Error>> {
        check_shape(&self.tree, self.request, crate::request::SCHEMA)?;
        Ok(crate::schema::answer())
    }
}

#[derive(Serialize)]
struct Failure<'e> {
    #[serde(rename = "type")]
    kind: &'static str,
    errors: &'e [Error],
    #[serde(skip_serializing_if = "Option::is_none")]
    rendered: Option<String>,
}
