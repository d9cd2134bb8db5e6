//! The one way in: JSON and attachments in, JSON out, the same for every host.
//!
//! `ARCHITECTURE.md` shows a request and an answer of each kind.

use alloc::{borrow::ToOwned, collections::BTreeSet, format, string::String, vec, vec::Vec};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    answer::{ParseAnswer, PlanAnswer},
    change::ChangeSet,
    diff::{self, Format, attachment},
    error::Error,
    locate,
    plan::{Diagnostic, plan},
    policy::{Policy, Preset},
    policy_file::PolicyFile,
    trigger::{Trigger, TriggerRequest},
};

/// Which operation; the rest of the request is read by it.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    op: Option<alloc::borrow::Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanRequest {
    #[serde(rename = "op")]
    _op: String,
    preset: Option<Preset>,
    policy: Option<alloc::boxed::Box<RawValue>>,
    policy_attachment: Option<usize>,
    diffs: Vec<DiffRequest>,
    trigger: Option<TriggerRequest>,
    #[serde(default)]
    identity: Vec<String>,
    distribution: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParseRequest {
    #[serde(rename = "op")]
    _op: String,
    diffs: Vec<DiffRequest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffRequest {
    #[serde(default)]
    format: Format,
    attachments: Vec<usize>,
    /// Whether a diff that is cut off may be read as far as it goes.
    #[serde(default)]
    partial: bool,
    pub(crate) base: Option<String>,
    pub(crate) head: Option<String>,
}

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
            return write::<()>(Err(vec![
                Error::new("request-json", "the request has no `op`", "name the operation: `plan` or `parse`").at(
                    None,
                    0,
                    request.len(),
                ),
            ]));
        }
        Err(error) => return write::<()>(Err(vec![request_error(&error, request)])),
    };
    match op.as_ref() {
        "plan" => write(answer_plan(request, attachments)),
        "parse" => write(answer_parse(request, attachments)),
        other => {
            let error =
                Error::new("op-unknown", format!("`{other}` is no operation"), "the operations are `plan` and `parse`");
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

fn request_error(error: &serde_json::Error, request: &[u8]) -> Error {
    locate::json_error(
        "request-json",
        error,
        request,
        None,
        "see ARCHITECTURE.md, The wire, for the fields of a request",
    )
}

fn answer_parse(request: &[u8], attachments: &[&[u8]]) -> Result<ParseAnswer, Vec<Error>> {
    let parsed: ParseRequest = serde_json::from_slice(request).map_err(|error| vec![request_error(&error, request)])?;
    let (changes, diagnostics) = changes(&parsed.diffs, attachments)?;
    Ok(ParseAnswer::new(&changes, diagnostics))
}

fn answer_plan(request: &[u8], attachments: &[&[u8]]) -> Result<PlanAnswer, Vec<Error>> {
    let parsed: PlanRequest = serde_json::from_slice(request).map_err(|error| vec![request_error(&error, request)])?;
    let policy = policy(&parsed, request, attachments)?;
    let (changes, diagnostics) = changes(&parsed.diffs, attachments)?;
    let trigger = parsed.trigger.as_ref().map(|trigger| Trigger::read(trigger, attachments)).transpose()?;
    check_distribution(&policy, parsed.distribution.as_deref(), request)?;
    let distributions = policy.planned_distributions(parsed.distribution.as_deref());
    let mut plan = plan(&policy, distributions, &changes, trigger.as_ref()).map_err(|error| vec![error])?;
    plan.diagnostics.splice(..0, diagnostics);
    Ok(PlanAnswer::new(&policy, &plan, trigger.as_ref(), &parsed.diffs, &identity(&parsed)))
}

fn changes(diffs: &[DiffRequest], attachments: &[&[u8]]) -> Result<(ChangeSet, Vec<Diagnostic>), Vec<Error>> {
    let (mut errors, mut diagnostics) = (Vec::new(), Vec::new());
    let mut changes = Vec::with_capacity(diffs.len());
    for diff in diffs {
        match diff::parse(diff.format, diff.partial, &diff.attachments, attachments) {
            Ok(parsed) => {
                changes.push(parsed.changes);
                diagnostics.extend(parsed.diagnostics);
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok((ChangeSet::union(changes), diagnostics)) } else { Err(errors) }
}

fn policy(parsed: &PlanRequest, request: &[u8], attachments: &[&[u8]]) -> Result<Policy, Vec<Error>> {
    let given = usize::from(parsed.preset.is_some())
        + usize::from(parsed.policy.is_some())
        + usize::from(parsed.policy_attachment.is_some());
    if given > 1 {
        let error = Error::new(
            "request-contradiction",
            "the request gives more than one of `preset`, `policy` and `policy_attachment`",
            "give one of them; a policy names its own preset",
        );
        return Err(vec![error.at(None, 0, request.len())]);
    }
    if let Some(index) = parsed.policy_attachment {
        return Policy::from_attachment(attachment(index, attachments).map_err(|error| vec![error])?, index);
    }
    if let Some(inline) = &parsed.policy {
        let file: PolicyFile = serde_json::from_str(inline.get()).map_err(|error| {
            let inner = locate::json_error(
                "policy-json",
                &error,
                inline.get().as_bytes(),
                None,
                "see the policy table in the README for the fields and their values",
            );
            vec![locate::within(inner, request, "/policy")]
        })?;
        return Policy::from_file(file, request, None, "/policy");
    }
    Ok(Policy::preset(parsed.preset.unwrap_or(Preset::Sound)))
}

/// A distribution that the policy does not name is a mistake in one of the two.
fn check_distribution(policy: &Policy, requested: Option<&str>, request: &[u8]) -> Result<(), Vec<Error>> {
    let Some(id) = requested else { return Ok(()) };
    let named = policy.distributions();
    if named.is_empty() || named.iter().any(|distribution| distribution.id() == id) {
        return Ok(());
    }
    let ids: Vec<&str> = named.iter().map(crate::policy::Distribution::id).collect();
    let error = Error::new(
        "distribution-contradiction",
        format!("distribution `{id}` is asked for, but the policy names {}", ids.join(", ")),
        "list it under `distributions` in the policy, or ask for one that is listed",
    );
    Err(vec![locate::pointed(error, request, None, "/distribution")])
}

/// What makes this piece of work itself; for a preview, which diffs it is of.
fn identity(parsed: &PlanRequest) -> BTreeSet<String> {
    if !parsed.identity.is_empty() {
        return parsed.identity.iter().cloned().collect();
    }
    let ends = parsed.diffs.iter().flat_map(|diff| [&diff.base, &diff.head]);
    ends.flatten().map(ToOwned::to_owned).collect()
}
