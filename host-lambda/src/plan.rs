//! The request to the core and its answer: the wire contract of ARCHITECTURE.md, as far as this host needs it.

use std::collections::BTreeSet;
use std::sync::Arc;

use purgeplan_core::ObjectKey;
use serde::{Deserialize, Serialize};

use crate::event::Batch;
use crate::failure::Failure;
use crate::history::CommitDiff;
use crate::policy::Loaded;

/// What the core is asked.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) policy: &'a Loaded,
    /// Where there is no policy.
    pub(crate) preset: &'static str,
    pub(crate) distribution: Option<&'a str>,
    /// Oldest first.
    pub(crate) diffs: &'a [Arc<CommitDiff>],
    pub(crate) scope: Scope<'a>,
    /// Why everything is to be purged.
    pub(crate) everything: Option<&'a str>,
    /// Configurations of distributions, each with its id.
    pub(crate) configs: &'a [(String, Arc<Vec<u8>>)],
    /// Every object key, each with a NUL behind it.
    pub(crate) live: Option<&'a [u8]>,
    /// Most paths, whatever the policy says.
    pub(crate) widen_to: Option<usize>,
}

/// What a plan is limited to, and what makes it itself.
#[derive(Clone, Copy)]
pub(crate) enum Scope<'a> {
    /// The objects of an event.
    Objects(&'a Batch),
    /// A whole deploy, whose purge is recorded, and what asked for it.
    Deploy(Deploy<'a>, &'a str),
    /// A whole deploy of which too little is known to record it.
    Unrecorded(&'a [String]),
}

/// What the caller references of a whole deploy say.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Deploy<'a> {
    pub(crate) site: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base: Option<&'a str>,
    pub(crate) head: &'a str,
    pub(crate) execution: &'a str,
}

#[derive(Serialize)]
struct Request<'a> {
    op: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    preset: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_attachment: Option<usize>,
    diffs: Vec<Diff<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    everything: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<Trigger>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    identity: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deploy: Option<Deploy<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distribution: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    distribution_configs: Vec<Config<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<Live>,
    #[serde(skip_serializing_if = "Option::is_none")]
    widen_to: Option<usize>,
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

#[derive(Serialize)]
struct Config<'a> {
    id: &'a str,
    attachment: usize,
}

#[derive(Serialize)]
struct Live {
    attachment: usize,
    complete: bool,
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
    #[serde(default)]
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
    pub(crate) over_purged: Option<u64>,
}

/// One `CreateInvalidation`.
#[derive(Debug, Deserialize)]
pub(crate) struct PathBatch {
    pub(crate) caller_reference: String,
    pub(crate) paths: Vec<String>,
}

/// What became of the event's keys.
#[derive(Debug, Default, Deserialize)]
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

/// Asks the core for ONE plan.
pub(crate) fn plan(question: &Question<'_>) -> Result<Plan, Failure> {
    let mut attachments: Vec<&[u8]> = Vec::new();
    let mut attach = |bytes| {
        attachments.push(bytes);
        attachments.len() - 1
    };
    let policy_attachment = question.policy.bytes.as_deref().map(&mut attach);
    let diffs = question.diffs.iter().map(|diff| Diff {
        format: "codecommit",
        attachments: diff.pages.iter().map(|page| attach(page)).collect(),
        base: diff.base.as_deref(),
        head: &diff.head,
    });
    let diffs = diffs.collect();
    let configs = question.configs.iter().map(|(id, config)| Config { id, attachment: attach(config) }).collect();
    let live = question.live.map(|keys| Live { attachment: attach(keys), complete: true });
    let (trigger, identity, deploy) = match question.scope {
        Scope::Objects(batch) => {
            let (uploaded, removed) = (keys(&batch.uploaded), keys(&batch.removed));
            (Some(Trigger { encoding: "plain", uploaded, removed }), escaped(&batch.identity), None)
        }
        Scope::Deploy(deploy, occasion) => {
            (None, vec![purgeplan_core::escape(occasion.as_bytes()).into_owned()], Some(deploy))
        }
        Scope::Unrecorded(identity) => (None, escaped(identity), None),
    };
    let request = Request {
        op: "plan",
        preset: policy_attachment.is_none().then_some(question.preset),
        policy_attachment,
        diffs,
        everything: question.everything,
        trigger,
        identity,
        deploy,
        distribution: question.distribution,
        distribution_configs: configs,
        live,
        widen_to: question.widen_to,
    };
    let request = serde_json::to_vec(&request).map_err(|error| off_contract(&error))?;
    read(&purgeplan_core::call(&request, &attachments))
}

fn escaped<'a>(texts: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    texts.into_iter().map(|text| purgeplan_core::escape(text.as_bytes()).into_owned()).collect()
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
        let policy = Loaded { policy: purgeplan_core::Policy::article(), bytes: None };
        let question = Question {
            policy: &policy,
            preset: "article",
            distribution: Some("E1"),
            diffs: &diffs,
            scope: Scope::Objects(&batch),
            everything: None,
            configs: &[],
            live: None,
            widen_to: None,
        };
        let plan = plan(&question).expect("a plan");
        assert_eq!(plan.preset, "article");
        assert_eq!((plan.trigger.uploaded, plan.trigger.removed, plan.trigger.unchanged), (2, 0, 1));
        assert_eq!(plan.decisions[0].commit.as_deref(), Some("a".repeat(40).as_str()));
        assert_eq!(plan.distributions[0].id, "E1");
        assert_eq!(plan.distributions[0].batches[0].paths, ["/a%20b.html"]);
    }
}
