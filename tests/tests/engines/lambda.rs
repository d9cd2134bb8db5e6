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
        let Some(Deploy { page, keys, policy }) = deploy(&case) else { continue };
        let said: Value = serde_json::from_str(&policy).unwrap_or_default();
        let named = said.get("distributions").is_some();
        let bucket = said["bucket"].as_str().unwrap_or("bucket");
        let environment = |name: &str| match name {
            "repository_name" => Some("site".to_owned()),
            "branch_name" => Some("main".to_owned()),
            "dest_id" => (!named).then(|| "E1".to_owned()),
            "PURGEPLAN_POLICY" => Some(policy.clone()),
            _ => None,
        };
        let Ok(settings) = Settings::from_env(environment) else { continue };
        let played = Played { page: page.clone(), sent: Arc::default() };
        let handler = Handler::new(settings, Services::drop_in(played.clone(), played.clone()));
        let outcome = handler.handle(&uploads(&keys, bucket), &Invocation::lasting("r", Duration::from_mins(1))).await;
        let sent = played.sent.lock().expect("one thread").clone();
        let expected = expected(&policy, named, page, &keys);
        assert_eq!(outcome.is_ok(), expected.is_some(), "{}: {outcome:?}", file.display());
        assert_eq!(sent, expected.unwrap_or_default(), "{}", file.display());
        for path in sent.values().flatten() {
            let within = |whole: &str| whole.strip_suffix('*').is_some_and(|prefix| path.starts_with(prefix));
            let answered = strings(&case.answer["paths"]).any(|whole| whole == path || within(whole));
            assert!(answered, "{}: the case's answer has no `{path}`", file.display());
        }
        told += 1;
    }
    assert!(told > 20, "only {told} cases fit the Lambda");
    println!("lambda: {told} cases");
}

/// A case as a deploy: CodeCommit's page, the keys that are uploaded, the policy.
struct Deploy {
    page: Vec<u8>,
    keys: Vec<String>,
    policy: String,
}

/// Nothing for a case that a Lambda cannot have: no plan, live sets or facts, names that CodeCommit's JSON cannot hold.
fn deploy(case: &Case) -> Option<Deploy> {
    let request = &case.request;
    let foreign =
        ["live", "distribution_configs", "distribution", "trigger", "render", "deploy", "everything", "widen_to"];
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
    let keys = case.answer["decisions"].as_array()?.iter().filter_map(|decision| decision["key"].as_str());
    let keys: BTreeSet<&str> = keys.collect();
    if keys.is_empty() || keys.iter().any(|key| key.contains('\\')) {
        return None;
    }
    let page = json!({ "differences": differences }).to_string().into_bytes();
    Some(Deploy { page, keys: keys.into_iter().map(form_encoded).collect(), policy })
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

fn uploads(keys: &[String], bucket: &str) -> Payload {
    let record = |key: &String| {
        json!({ "eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "eventTime": "2026-11-22T10:00:00.000Z",
            "s3": { "bucket": { "name": bucket }, "object": { "key": key, "sequencer": "01" } } })
    };
    Payload(Ok(json!({ "Records": keys.iter().map(record).collect::<Vec<_>>() })))
}

/// What the core says, natively; nothing for a plan that it refuses.
fn expected(policy: &str, named: bool, page: Vec<u8>, keys: &[String]) -> Option<Sent> {
    let mut request = json!({ "op": "plan", "policy_attachment": 1,
        "diffs": [{ "format": "codecommit", "attachments": [0] }],
        "trigger": { "encoding": "s3-event", "uploaded": keys } });
    if !named {
        request["distribution"] = json!("E1");
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
