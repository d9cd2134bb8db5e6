//! What S3 sends, and what the function says.

use std::process::Stdio;
use std::time::Duration;

use purgeplan_loopback::deploy::Mode;
use purgeplan_loopback::s3_event::test_event;
use purgeplan_loopback::{Fault, Outcome, When};
use purgeplan_tests::binaries;
use purgeplan_tests::deployment::{Target, now};
use purgeplan_tests::lambda::{BRANCH, BUCKET, DISTRIBUTION, Lambda, REPOSITORY};
use serde_json::{Value, json};

use super::{ARTICLE, Site, needless, send, succeeded};

/// Catches: only `Records[0]`, here an object that did not change.
#[tokio::test]
async fn trap_01_every_record_of_an_event_counts() {
    let site = Site::new(&["a.html", "b.html", "c.html"], |tree| tree.file("b.html", "new").file("c.html", "new"));
    assert_eq!(site.purged(ARTICLE, Target::default()).await, ["/b.html", "/c.html"]);
}

/// Catches: what is purged before it is in the bucket, so that the edge fetches the old bytes again.
#[tokio::test]
async fn trap_03_an_object_is_purged_by_its_own_event() {
    let names = ["a.html", "b.html", "c.html"];
    let site = Site::modified(&names);
    let deployment = site.live().await;
    deployment.push(site.new);
    let steps = deployment.site(site.new).steps(&deployment.aws.edge().bucket, Mode::Extract);
    let mut lambda = Lambda::start(&deployment.aws, &[]);
    for step in steps {
        deployment.aws.edge().bucket.apply(&step);
        let event = deployment.event(&[step]);
        succeeded(&lambda.invoke(event).await);
        // Viewers ask for everything, all the time.
        deployment.aws.edge().warm();
    }
    assert_eq!((deployment.stale(), needless(&deployment)), (vec![], vec![]));
    assert_eq!(deployment.paths(), names.map(|name| format!("/{name}")));
}

/// Catches: keys that are not form-decoded.
#[tokio::test]
async fn trap_20_keys_of_s3_events_are_form_encoded() {
    let names = ["a b.html", "a+b.html", "a&b=c.html", "日本 語.html"];
    let site = Site::modified(&names);
    let deployment = site.live().await;
    let events = deployment.events(&site.deploy(&deployment, Mode::Extract));
    assert!(events.iter().any(|event| String::from_utf8_lossy(event).contains("a+b.html")), "a space is a `+`");
    send(&deployment, ARTICLE, events).await;
    assert_eq!((deployment.stale(), deployment.paths().len()), (vec![], names.len()));
}

/// Catches: keys that are decoded twice.
#[tokio::test]
async fn trap_21_keys_are_decoded_once() {
    let names = ["a%20b.html", "a%2Bb.html", "100%25.html", "%E6%97%A5.html", "a%2525.html"];
    let site = Site::modified(&names);
    let deployment = site.live().await;
    let events = deployment.events(&site.deploy(&deployment, Mode::Extract));
    send(&deployment, ARTICLE, events).await;
    assert_eq!((deployment.stale(), deployment.paths().len()), (vec![], names.len()));
}

/// Catches: the event that S3 sends when the notification is set up as a failure, and calls for it.
#[tokio::test]
async fn trap_32_the_test_event_is_a_success_without_a_call() {
    let site = Site::modified(&["a.html"]);
    let deployment = site.live().await;
    send(&deployment, ARTICLE, [test_event(BUCKET, now())]).await;
    assert_eq!(deployment.aws.faults().calls().len(), 0);
}

/// Catches: throttling that is not known as such because it is not JSON.
#[tokio::test]
async fn trap_35_codecommits_throttling_in_xml_is_tried_again() {
    let site = Site::modified(&["a.html"]);
    let deployment = site.live().await;
    let event = deployment.event(&site.deploy(&deployment, Mode::Extract));
    for operation in ["GetBranch", "GetCommit", "GetDifferences"] {
        deployment.aws.faults().add(operation, When::First(1), Fault::ThrottleXml);
    }
    let lines = send(&deployment, ARTICLE, [event]).await;
    assert_eq!((deployment.stale(), deployment.paths()), (vec![], vec!["/a.html".to_owned()]));
    let retries: Vec<&Value> = lines.iter().filter(|line| line["message"] == "retry").collect();
    assert_eq!(retries.len(), 3, "{lines:#?}");
    assert!(retries.iter().all(|line| line["code"].as_str().is_some_and(|code| code.starts_with("Throttling"))));
}

/// What nobody may read in a log.
const SECRETS: [&str; 6] =
    ["hush-access-key", "hush-secret-key", "hush-session-token", "hush-other-variable", "hush-event", "hush-policy"];

/// Catches: credentials, environment or events in the log, at any level, also when something fails.
#[tokio::test]
async fn trap_37_no_credential_and_no_event_is_logged() {
    let site = Site::modified(&["a.html"]);
    let deployment = site.live().await;
    let steps = site.deploy(&deployment, Mode::Extract);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = std::fs::File::create(folder.path().join("log")).expect("a file");
    let environment = deployment.aws.endpoints().environment();
    let mut process = tokio::process::Command::new(binaries::bootstrap())
        .env_clear()
        .envs(environment)
        .envs([("repository_name", REPOSITORY), ("branch_name", BRANCH), ("dest_id", DISTRIBUTION)])
        .envs([("AWS_ACCESS_KEY_ID", SECRETS[0]), ("AWS_SECRET_ACCESS_KEY", SECRETS[1])])
        .envs([("AWS_SESSION_TOKEN", SECRETS[2]), ("OTHER", SECRETS[3])])
        .envs([("RUST_LOG", "trace"), ("AWS_LAMBDA_LOG_LEVEL", "trace"), ("RUST_BACKTRACE", "full")])
        .env("PURGEPLAN_POLICY", format!(r#"{{"ignore":["{}/**"]}}"#, SECRETS[5]))
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("a second handle"))
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .expect("the binary can be run");
    let mut ends = Vec::new();
    let good = planted(&deployment.event(&steps));
    for event in [good.clone(), job(), broken_record(), br#"{"a": hush-event}"#.to_vec(), b"\"hush-event".to_vec()] {
        ends.push(deployment.aws.runtime().invoke(event, Duration::from_mins(1)).await);
    }
    deployment.aws.faults().add("GetBranch", When::Always, Fault::Forbidden);
    ends.push(deployment.aws.runtime().invoke(good, Duration::from_mins(1)).await);
    process.kill().await.expect("a child can be killed");

    let text = std::fs::read_to_string(folder.path().join("log")).expect("a log");
    for part in ["\"summary\"", "\"decision\"", "\"failed\"", "\"DEBUG\"", "job-parameters", "AccessDenied"] {
        assert!(text.contains(part), "the log has no {part}: {text}");
    }
    succeeded(&ends[0]);
    let failures = ends.iter().filter_map(|end| match end {
        Outcome::Error(error) => Some(String::from_utf8_lossy(&error.body).into_owned()),
        _ => None,
    });
    let failures: Vec<String> = failures.collect();
    assert_eq!(failures.len(), 4, "{ends:?}");
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret}: {text}");
        assert!(!failures.iter().any(|failure| failure.contains(secret)), "{secret}: {failures:?}");
    }
}

/// The event with a secret in every field that the decision does not need.
fn planted(event: &[u8]) -> Vec<u8> {
    let mut event: Value = serde_json::from_slice(event).expect("an event is JSON");
    for record in event["Records"].as_array_mut().expect("records") {
        for field in ["userIdentity", "requestParameters", "responseElements", "awsRegion", "glacierEventData"] {
            record[field] = json!({ "secret": SECRETS[4] });
        }
        record["s3"]["configurationId"] = SECRETS[4].into();
        record["s3"]["bucket"]["ownerIdentity"] = SECRETS[4].into();
        record["s3"]["object"]["eTag"] = SECRETS[4].into();
    }
    event.to_string().into_bytes()
}

/// A CodePipeline job carries credentials; this one is answered with a failure. See also `secrets.rs`.
fn job() -> Vec<u8> {
    let credentials = json!({ "secretAccessKey": SECRETS[4], "sessionToken": SECRETS[4], "accessKeyId": SECRETS[4] });
    let data = json!({ "artifactCredentials": credentials, "inputArtifacts": [SECRETS[4]] });
    let id = "b0000000-0000-4000-8000-00000000ffff";
    json!({ "CodePipeline.job": { "id": id, "accountId": SECRETS[4], "data": data } }).to_string().into_bytes()
}

fn broken_record() -> Vec<u8> {
    let object = json!({ "key": { "no": SECRETS[4] }, "eTag": SECRETS[4] });
    let record = json!({ "eventName": "ObjectCreated:Put", "userIdentity": SECRETS[4], "s3": { "object": object } });
    json!({ "Records": [record] }).to_string().into_bytes()
}
