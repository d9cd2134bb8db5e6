//! The cases through the Lambda's handler, with a CodeCommit and a CloudFront that are played: what reaches CloudFront is
//! what the core says for the same pages and the same keys.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use purgeplan_lambda::event::Payload;
use purgeplan_lambda::handler::{Handler, Services};
use purgeplan_lambda::ports::{CloudFront, CodeCommit, Commit, Created, Page, PortError};
use purgeplan_lambda::retry::Invocation;
use purgeplan_lambda::settings::Settings;
use purgeplan_tests::cases::{self, Attachment, Case};
use purgeplan_tests::engines::{Engine, LAMBDA, Native, Question};
use serde_json::{Value, json};

/// For each distribution, the paths of its invalidations.
type Sent = BTreeMap<String, BTreeSet<String>>;

/// One commit whose changes are these pages.
#[derive(Clone)]
struct Played {
    page: Vec<u8>,
    sent: Arc<Mutex<Sent>>,
}

impl CodeCommit for Played {
    async fn branch_head(&self) -> Result<String, PortError> {
        Ok("c".repeat(40))
    }

    async fn commit(&self, id: &str) -> Result<Commit, PortError> {
        Ok(Commit { id: id.to_owned(), parents: vec!["b".repeat(40)], committed_at: Some(0) })
    }

    async fn differences(&self, _: Option<&str>, _: &str, _: Option<&str>) -> Result<Page, PortError> {
        Ok(Page { json: self.page.clone(), next: None })
    }
}

impl CloudFront for Played {
    async fn create_invalidation(&self, id: &str, _: &str, paths: &[String]) -> Result<Created, PortError> {
        self.sent.lock().expect("one thread").entry(id.to_owned()).or_default().extend(paths.iter().cloned());
        Ok(Created { id: String::from("I1") })
    }
}

#[tokio::test]
async fn the_handler_sends_what_the_core_says() {
    if std::env::var("PURGEPLAN_ENGINE").is_ok_and(|wanted| wanted != LAMBDA) {
        return;
    }
    let mut told = 0;
    for (file, case) in cases::all() {
        let Some(Deploy { page, keys, policy, distribution }) = deploy(&case) else { continue };
        let said: Value = serde_json::from_str(&policy).unwrap_or_default();
        let named = said.get("distributions").is_some();
        let bucket = said["bucket"].as_str().unwrap_or("bucket");
        let environment = |name: &str| match name {
            "repository_name" => Some("site".to_owned()),
            "branch_name" => Some("main".to_owned()),
            "dest_id" => (!named).then(|| distribution.clone()),
            "PURGEPLAN_POLICY" => Some(policy.clone()),
            _ => None,
        };
        let Ok(settings) = Settings::from_env(environment) else { continue };
        let played = Played { page: page.clone(), sent: Arc::default() };
        let handler = Handler::new(settings, Services::drop_in(played.clone(), played.clone()));
        let outcome = handler.handle(&keys.event(bucket), &Invocation::lasting("r", Duration::from_mins(1))).await;
        let sent = played.sent.lock().expect("one thread").clone();
        let expected = expected(&policy, (!named).then_some(distribution), page, &keys);
        assert_eq!(outcome.is_ok(), expected.is_some(), "{}: {outcome:?}", file.display());
        assert_eq!(sent, expected.unwrap_or_default(), "{}", file.display());
        for path in sent.values().flatten() {
            let within = |whole: &str| whole.strip_suffix('*').is_some_and(|prefix| path.starts_with(prefix));
            let answered = strings(&case.answer["paths"]).any(|whole| whole == path || within(whole));
            assert!(answered, "{}: the case's answer has no `{path}`", file.display());
        }
        told += 1;
    }
    assert!(told >= 43, "only {told} cases fit the Lambda");
    println!("lambda: {told} cases");
}

/// A case as a deploy: CodeCommit's page, the keys that change in the bucket, the policy, its distribution.
struct Deploy {
    page: Vec<u8>,
    keys: Keys,
    policy: String,
    distribution: String,
}

/// Keys of objects, as S3's events write them.
struct Keys {
    uploaded: Vec<String>,
    removed: Vec<String>,
}

/// Nothing for a case that a Lambda of one event cannot have: no plan, live sets or facts, whole deploys, names that
/// CodeCommit's JSON cannot hold.
fn deploy(case: &Case) -> Option<Deploy> {
    let request = &case.request;
    let foreign = ["live", "distribution_configs", "deploy", "everything", "widen_to"];
    if request["op"] != "plan"
        || case.answer["type"] != "success"
        || foreign.iter().any(|name| request.get(name).is_some())
    {
        return None;
    }
    let attachments: Vec<Vec<u8>> = case.attachments.iter().map(Attachment::bytes).collect();
    let policy = match (request.get("policy"), request.get("policy_attachment").and_then(Value::as_u64)) {
        (Some(policy), _) => policy.to_string(),
        (None, Some(index)) => String::from_utf8(attachments.get(usize::try_from(index).ok()?)?.clone()).ok()?,
        (None, None) => json!({ "preset": request.get("preset").unwrap_or(&json!("sound")) }).to_string(),
    };
    let parse = json!({ "op": "parse", "diffs": request["diffs"] });
    let parsed = Native.answer(&Question { request: parse.to_string().into_bytes(), attachments });
    let parsed: Value = serde_json::from_slice(&parsed).ok()?;
    let mut differences = Vec::new();
    for change in parsed["changes"].as_array()? {
        differences.extend(differences_of(change)?);
    }
    let page = json!({ "differences": differences }).to_string().into_bytes();
    let distribution = request["distribution"].as_str().unwrap_or("E1").to_owned();
    Some(Deploy { page, keys: keys_of(case)?, policy, distribution })
}

/// The keys of the case's own event; without one, all that its decisions speak of are uploaded.
fn keys_of(case: &Case) -> Option<Keys> {
    let (uploaded, removed): (BTreeSet<&str>, _) = match case.request.get("trigger") {
        Some(trigger) if trigger.get("encoding").is_none() => {
            (strings(&trigger["uploaded"]).collect(), strings(&trigger["removed"]).collect())
        }
        Some(_) => return None,
        None => {
            let decisions = case.answer["decisions"].as_array()?.iter();
            (decisions.filter_map(|decision| decision["key"].as_str()).collect(), BTreeSet::new())
        }
    };
    let mut all = uploaded.iter().chain(&removed).peekable();
    if all.peek().is_none() || all.any(|key| key.contains('\\')) {
        return None;
    }
    let encoded = |keys: BTreeSet<&str>| keys.into_iter().map(form_encoded).collect();
    Some(Keys { uploaded: encoded(uploaded), removed: encoded(removed) })
}

/// CodeCommit knows no renames, and every side of it has a blob.
fn differences_of(change: &Value) -> Option<Vec<Value>> {
    let blob = |side: &str, path: &str, id: &str| {
        let entry = &change[side];
        let mode = entry["mode"].as_str().unwrap_or("100644");
        json!({ "blobId": entry["blob"].as_str().unwrap_or(id), "path": path, "mode": mode })
    };
    let path = change["path"].as_str().filter(|path| !path.contains('\\'))?;
    let from = change["from"].as_str().unwrap_or(path);
    let (old, new) = ("1".repeat(40), "2".repeat(40));
    let before = || json!({ "beforeBlob": blob("before", from, &old), "changeType": "D" });
    let after = || json!({ "afterBlob": blob("after", path, &new), "changeType": "A" });
    Some(match change["change"].as_str()? {
        "added" | "copied" => vec![after()],
        "deleted" => vec![before()],
        "renamed" => vec![before(), after()],
        _ => vec![
            json!({ "beforeBlob": blob("before", path, &old), "afterBlob": blob("after", path, &new), "changeType": "M" }),
        ],
    })
}

fn form_encoded(key: &str) -> String {
    let encode = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        byte if byte.is_ascii_alphanumeric() || b"/-_.*".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    key.bytes().map(encode).collect()
}

impl Keys {
    /// One event of S3 with all of them.
    fn event(&self, bucket: &str) -> Payload {
        let record = |name: &str, key: &String| {
            json!({ "eventSource": "aws:s3", "eventName": name, "eventTime": "2026-11-22T10:00:00.000Z",
                "s3": { "bucket": { "name": bucket }, "object": { "key": key, "sequencer": "01" } } })
        };
        let uploaded = self.uploaded.iter().map(|key| record("ObjectCreated:Put", key));
        let removed = self.removed.iter().map(|key| record("ObjectRemoved:Delete", key));
        Payload(Ok(json!({ "Records": uploaded.chain(removed).collect::<Vec<_>>() })))
    }
}

/// What the core says, natively; nothing for a plan that it refuses.
fn expected(policy: &str, distribution: Option<String>, page: Vec<u8>, keys: &Keys) -> Option<Sent> {
    let mut request = json!({ "op": "plan", "policy_attachment": 1,
        "diffs": [{ "format": "codecommit", "attachments": [0] }],
        "trigger": { "encoding": "s3-event", "uploaded": keys.uploaded, "removed": keys.removed } });
    if let Some(distribution) = distribution {
        request["distribution"] = distribution.into();
    }
    let question =
        Question { request: request.to_string().into_bytes(), attachments: vec![page, policy.as_bytes().to_vec()] };
    let answer: Value = serde_json::from_slice(&Native.answer(&question)).expect("an answer is JSON");
    let mut sent = Sent::new();
    for distribution in answer["distributions"].as_array()? {
        let batches = distribution["batches"].as_array()?.iter();
        let paths: BTreeSet<String> = batches.flat_map(|batch| strings(&batch["paths"])).map(str::to_owned).collect();
        if !paths.is_empty() {
            sent.insert(distribution["id"].as_str()?.to_owned(), paths);
        }
    }
    Some(sent)
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}
