//! The request to the core and its answer: the wire contract of ARCHITECTURE.md, as far as this host needs it.

use std::collections::BTreeSet;
use std::sync::Arc;

use purgeplan_core::ObjectKey;
use serde::{Deserialize, Serialize};

use crate::event::Batch;
use crate::failure::Failure;
use crate::history::CommitDiff;
use crate::settings::Settings;

#[derive(Serialize)]
struct Request<'a> {
    op: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    preset: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_attachment: Option<usize>,
    diffs: Vec<Diff<'a>>,
    trigger: Trigger,
    identity: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distribution: Option<&'a str>,
}

#[derive(Serialize)]
struct Diff<'a> {
    format: &'static str,
    attachments: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<&'a str>,
    head: &'a str,
}

#[derive(Serialize)]
struct Trigger {
    encoding: &'static str,
    uploaded: Vec<String>,
    removed: Vec<String>,
}

/// The tag of the core's answer. What this host does not use of an answer is not read.
#[derive(Debug, Deserialize)]
struct Tag {
    r#type: String,
}

#[derive(Debug, Deserialize)]
struct Refusal {
    errors: Vec<CoreError>,
}

#[derive(Debug, Deserialize)]
struct CoreError {
    code: String,
    message: String,
    #[serde(default)]
    help: String,
}

/// What is to be purged, and why.
#[derive(Debug, Deserialize)]
pub(crate) struct Plan {
    pub(crate) preset: String,
    pub(crate) decisions: Vec<Decision>,
    pub(crate) distributions: Vec<Distribution>,
    pub(crate) billed_paths: u64,
    pub(crate) trigger: Counts,
    #[serde(default)]
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// One change and what is done about it.
#[derive(Debug, Deserialize)]
pub(crate) struct Decision {
    pub(crate) change: String,
    pub(crate) path: String,
    pub(crate) from: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) outcome: String,
    pub(crate) reason: String,
    pub(crate) rule: Option<String>,
    pub(crate) commit: Option<String>,
    #[serde(default)]
    pub(crate) urls: Vec<Url>,
}

/// One URL of a changed object.
#[derive(Debug, Deserialize)]
pub(crate) struct Url {
    /// As the viewer asks for it, encoded.
    #[serde(rename = "url")]
    pub(crate) viewer: String,
    pub(crate) form: String,
    pub(crate) path: Option<String>,
}

/// The invalidations of one distribution.
#[derive(Debug, Deserialize)]
pub(crate) struct Distribution {
    pub(crate) id: String,
    pub(crate) batches: Vec<PathBatch>,
    pub(crate) wildcards: u64,
}

/// One `CreateInvalidation`.
#[derive(Debug, Deserialize)]
pub(crate) struct PathBatch {
    pub(crate) caller_reference: String,
    pub(crate) paths: Vec<String>,
}

/// What became of the event's keys.
#[derive(Debug, Deserialize)]
pub(crate) struct Counts {
    pub(crate) uploaded: u64,
    pub(crate) removed: u64,
    pub(crate) unchanged: u64,
}

/// Something that the person who owns the site should know.
#[derive(Debug, Deserialize)]
pub(crate) struct Diagnostic {
    pub(crate) severity: String,
    pub(crate) code: String,
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) help: String,
}

/// Asks the core for ONE plan for all records of an event.
pub(crate) fn plan(settings: &Settings, diffs: &[Arc<CommitDiff>], batch: &Batch) -> Result<Plan, Failure> {
    let mut attachments: Vec<&[u8]> = settings.policy_bytes().into_iter().collect();
    let policy_attachment = (!attachments.is_empty()).then_some(0);
    let mut described = Vec::with_capacity(diffs.len());
    for diff in diffs {
        let first = attachments.len();
        attachments.extend(diff.pages.iter().map(Vec::as_slice));
        described.push(Diff {
            format: "codecommit",
            attachments: (first..attachments.len()).collect(),
            base: diff.base.as_deref(),
            head: &diff.head,
        });
    }
    let request = Request {
        op: "plan",
        preset: policy_attachment.is_none().then_some("article"),
        policy_attachment,
        diffs: described,
        trigger: Trigger { encoding: "plain", uploaded: keys(&batch.uploaded), removed: keys(&batch.removed) },
        identity: batch.identity.iter().map(|text| purgeplan_core::escape(text.as_bytes()).into_owned()).collect(),
        distribution: settings.distribution.as_deref(),
    };
    let request = serde_json::to_vec(&request).map_err(|error| off_contract(&error))?;
    read(&purgeplan_core::call(&request, &attachments))
}

fn keys(keys: &BTreeSet<ObjectKey>) -> Vec<String> {
    keys.iter().map(|key| key.escaped().into_owned()).collect()
}

fn read(answer: &[u8]) -> Result<Plan, Failure> {
    let tag: Tag = serde_json::from_slice(answer).map_err(|error| off_contract(&error))?;
    if tag.r#type == "success" {
        return serde_json::from_slice(answer).map_err(|error| off_contract(&error));
    }
    let refusal: Refusal = serde_json::from_slice(answer).map_err(|error| off_contract(&error))?;
    Err(refused(refusal.errors))
}

/// The core's own words: its first error gives the code and the help.
fn refused(errors: Vec<CoreError>) -> Failure {
    let message = errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ");
    match errors.into_iter().next() {
        Some(first) => Failure::new(first.code, format!("no plan: {message}"), first.help),
        None => off_contract(&"a failure without an error"),
    }
}

fn off_contract(cause: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        "wire",
        format!("the core's answer cannot be read: {cause}"),
        "this is a bug: please report it with this message",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_the_cores_code_message_and_help() {
        let answer = br#"{"type":"failure","errors":[
            {"code":"max-paths","message":"12 paths","help":"raise `max_paths`","pointer":"/max_paths"},
            {"code":"other","message":"more","help":""}]}"#;
        let failure = read(answer).expect_err("refused");
        assert_eq!(failure, Failure::new("max-paths", "no plan: 12 paths; more", "raise `max_paths`"));
    }

    #[test]
    fn an_answer_off_the_contract_is_a_failure_and_never_an_empty_plan() {
        for answer in ["", "{}", r#"{"type":"success"}"#, r#"{"type":"failure","errors":[]}"#] {
            assert_eq!(read(answer.as_bytes()).expect_err(answer).code, "wire");
        }
    }

    #[test]
    fn the_drop_in_plans_with_the_articles_preset_and_its_distribution() {
        let lookup = |name: &str| match name {
            "repository_name" => Some("site".to_owned()),
            "branch_name" => Some("main".to_owned()),
            "dest_id" => Some("E1".to_owned()),
            _ => None,
        };
        let settings = Settings::from_env(lookup).expect("complete");
        let diff = |head: &str, pages: &[&str]| {
            let pages = pages.iter().map(|page| page.as_bytes().to_vec()).collect();
            Arc::new(CommitDiff { base: Some("0".repeat(40)), head: head.repeat(40), pages })
        };
        let page = r#"{"differences":[{"changeType":"M",
            "beforeBlob":{"blobId":"1111111111111111111111111111111111111111","path":"a b.html","mode":"100644"},
            "afterBlob":{"blobId":"2222222222222222222222222222222222222222","path":"a b.html","mode":"100644"}}]}"#;
        let diffs = [diff("a", &[page]), diff("b", &[r#"{"differences":[]}"#, r#"{"differences":[]}"#])];
        let batch = Batch {
            uploaded: ["a b.html", "same.html"].into_iter().filter_map(ObjectKey::new).collect(),
            identity: BTreeSet::from(["1:a".to_owned()]),
            ..Batch::default()
        };
        let plan = plan(&settings, &diffs, &batch).expect("a plan");
        assert_eq!(plan.preset, "article");
        assert_eq!((plan.trigger.uploaded, plan.trigger.removed, plan.trigger.unchanged), (2, 0, 1));
        assert_eq!(plan.decisions[0].commit.as_deref(), Some("a".repeat(40).as_str()));
        assert_eq!(plan.distributions[0].id, "E1");
        assert_eq!(plan.distributions[0].batches[0].paths, ["/a%20b.html"]);
    }
}
