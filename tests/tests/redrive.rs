//! `purgeplan redrive` against Lambda's own `Invoke`, which hands the events to the real `bootstrap`: a dry run sends
//! nothing, what can be done is done, and what fails again is kept.

#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::path::Path;
use std::process::Output;

use purgeplan_loopback::deploy::Mode;
use purgeplan_loopback::events::sns;
use purgeplan_loopback::lambda::FUNCTION;
use purgeplan_loopback::{Fault, When};
use purgeplan_tests::binaries;
use purgeplan_tests::deployment::{Deployment, Target, minutes_ago, now};
use purgeplan_tests::lambda::Lambda;
use purgeplan_tests::site::{History, Mark, Repository, Tree};
use serde_json::{Value, json};

fn site() -> (Repository, Mark, Mark) {
    let (mut history, mut tree) = (History::default(), Tree::default());
    tree.file("a b.html", "old").file("b.html", "old").file("same.html", "old");
    let old = history.commit(&tree, &[], minutes_ago(600));
    tree.file("a b.html", "new").file("b.html", "new");
    let new = history.commit(&tree, &[old], minutes_ago(10));
    (history.build(new), old, new)
}

/// Runs the command in a folder, with the endpoints in its environment.
async fn redrive(deployment: &Deployment<'_>, folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output: Output = tokio::process::Command::new(binaries::purgeplan())
        .arg("redrive")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(deployment.aws.endpoints().environment())
        .output()
        .await
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// What the AWS CLI prints of a queue with these events, each in another wrapping, and one that cannot be read.
fn dead_letters(events: &[Vec<u8>]) -> String {
    let message =
        |id: &str, body: String| json!({ "MessageId": id, "ReceiptHandle": format!("AQEB{id}"), "Body": body });
    let event: Value = serde_json::from_slice(&events[1]).unwrap();
    let wrapped = json!({ "version": "1.0", "requestContext": { "condition": "RetriesExhausted" },
        "requestPayload": event, "responseContext": { "functionError": "Unhandled" } });
    let messages = [
        message("m0", String::from_utf8(events[0].clone()).unwrap()),
        message("m1", wrapped.to_string()),
        message("m2", String::from_utf8(sns::envelope(&events[2], now())).unwrap()),
        message("m3", "hush".to_owned()),
        message("m4", json!({ "password": "hush" }).to_string()),
    ];
    json!({ "Messages": messages }).to_string()
}

#[tokio::test]
async fn what_can_be_done_is_done_and_the_rest_is_kept_for_the_next_time() {
    let (repository, old, new) = site();
    let deployment = Deployment::of(&repository, old, Target::default()).await;
    deployment.push(new);
    let events = deployment.events(&deployment.upload(new, Mode::Extract));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("dlq.json"), dead_letters(&events)).unwrap();
    let _lambda = Lambda::start(&deployment.aws, &[]);

    let (code, dry, _) = redrive(&deployment, folder.path(), &["dlq.json"]).await;
    assert_eq!((code, deployment.calls("Invoke"), deployment.stale().len()), (0, 0, 2), "{dry}");
    for part in ["purge 1 object: a+b.html", "purge 1 object: same.html", "not JSON", "`password`", "5 events", "--yes"]
    {
        assert!(dry.contains(part), "no {part}: {dry}");
    }
    assert!(!dry.contains("hush") && dry.lines().all(|line| line.chars().count() <= 80), "{dry}");

    // Both tries that the purge of the first event has are refused, so it fails again.
    deployment.aws.faults().add("CreateInvalidation", When::First(1), Fault::Forbidden);
    deployment.aws.faults().add("Invoke", When::Nth(2), Fault::Throttle);
    let yes = ["dlq.json", "--function", FUNCTION, "--yes"];
    let (code, sent, error) = redrive(&deployment, folder.path(), &yes).await;
    assert_eq!((code, error.as_str()), (1, ""), "{sent}");
    assert!(sent.contains("2 done, 3 failed again: kept in redrive-failed.jsonl"), "{sent}");
    assert!(sent.contains("AccessDenied") && !sent.contains("hush"), "{sent}");
    assert_eq!(deployment.stale(), ["/a%20b.html"]);

    // The file is given to the next one, but never overwritten.
    let (code, _, error) = redrive(&deployment, folder.path(), &yes).await;
    assert!(code == 2 && error.contains("`redrive-failed.jsonl`") && error.contains("nothing was sent"), "{error}");
    let again = ["redrive-failed.jsonl", "--function", FUNCTION, "--yes", "--failed", "rest.jsonl"];
    let (code, sent, _) = redrive(&deployment, folder.path(), &again).await;
    assert!(code == 1 && sent.contains("1 done, 2 failed again: kept in rest.jsonl"), "{sent}");
    assert_eq!(deployment.stale(), [""; 0]);
    let rest = std::fs::read_to_string(folder.path().join("rest.jsonl")).unwrap();
    let ids: Vec<Value> =
        rest.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["MessageId"].take()).collect();
    assert_eq!(ids, ["m3", "m4"], "nothing is lost, receipts included");
}

#[tokio::test]
async fn a_function_that_cannot_be_called_is_told_before_anything_is_sent() {
    let (repository, old, _) = site();
    let deployment = Deployment::of(&repository, old, Target::default()).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("events.jsonl"), "{\"a\":1}\n{\"b\":2}\n").unwrap();
    let (code, _, error) = redrive(&deployment, folder.path(), &["events.jsonl", "--function", "other", "--yes"]).await;
    assert!(code == 2 && error.contains("ResourceNotFoundException") && error.contains("AWS_REGION"), "{error}");
    deployment.aws.faults().deny("Invoke");
    let (code, _, error) =
        redrive(&deployment, folder.path(), &["events.jsonl", "--function", FUNCTION, "--yes"]).await;
    assert!(code == 2 && error.contains("AccessDenied") && error.contains("lambda:InvokeFunction"), "{error}");
    assert!(!folder.path().join("redrive-failed.jsonl").exists());
    let (code, _, error) = redrive(&deployment, folder.path(), &["events.jsonl", "--yes"]).await;
    assert!(code == 2 && error.contains("--function"), "{error}");
    let (code, _, error) = redrive(&deployment, folder.path(), &["nowhere.json"]).await;
    assert!(code == 2 && error.contains("`nowhere.json`"), "{error}");
}

/// A queue that is empty prints nothing.
#[tokio::test]
async fn no_events_are_no_failure() {
    let (repository, old, _) = site();
    let deployment = Deployment::of(&repository, old, Target::default()).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("empty"), "").unwrap();
    let (code, said, _) = redrive(&deployment, folder.path(), &["empty"]).await;
    assert!(code == 0 && said.starts_with("No events"), "{said}");
}
