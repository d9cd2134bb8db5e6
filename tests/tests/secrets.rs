//! What must not be seen is not: the real `bootstrap` logs and answers at every level, with secrets planted wherever an
//! event, SNS or the environment can carry one, and with names that try to be more than names.
//!
//! See also `trap_37_…` in `traps/events.rs` (S3 events, broken events), and for hostile names as paths
//! `trap_22_…` to `trap_25_…` in `traps/names.rs`.

#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::process::Stdio;
use std::time::Duration;

use purgeplan_loopback::deploy::Mode;
use purgeplan_loopback::events::{sns, sqs};
use purgeplan_loopback::pipeline::{DEPLOY, PURGE, SECRET_ACCESS_KEY, SESSION_TOKEN};
use purgeplan_loopback::{Fault, Outcome, When};
use purgeplan_tests::binaries;
use purgeplan_tests::deployment::{Deployment, Target, minutes_ago, now};
use purgeplan_tests::lambda::{BRANCH, DISTRIBUTION, Lambda, REPOSITORY};
use purgeplan_tests::site::{History, Mark, Repository, Tree};
use serde_json::{Value, json};

/// What begins every planted secret.
const HUSH: &str = "hush-";

/// A repository of two commits whose files have these names.
fn site(names: &[&str]) -> (Repository, Mark, Mark) {
    let (mut history, mut tree) = (History::default(), Tree::default());
    for name in names {
        tree.file(name, "old");
    }
    let old = history.commit(&tree, &[], minutes_ago(600));
    for name in names {
        tree.file(name, "new");
    }
    let new = history.commit(&tree, &[old], minutes_ago(10));
    (history.build(new), old, new)
}

/// The event of a job for the new commit, with more secrets than AWS puts into one.
fn job(deployment: &Deployment<'_>, commit: &str, broken: bool) -> Vec<u8> {
    let (execution, event) = {
        let mut pipeline = deployment.aws.pipeline();
        let execution = pipeline.start(commit);
        pipeline.start_action(&execution, DEPLOY).unwrap();
        pipeline.succeed_action(&execution, DEPLOY).unwrap();
        let invocation = pipeline.invoke(&execution, PURGE).unwrap();
        (execution, invocation.event)
    };
    assert!(!execution.is_empty());
    let mut event: Value = serde_json::from_slice(&event).unwrap();
    let job = &mut event["CodePipeline.job"];
    job["accountId"] = "hush-account".into();
    let data = &mut job["data"];
    data["artifactCredentials"]["accessKeyId"] = "hush-access-key".into();
    data["inputArtifacts"] = json!([{ "location": { "s3Location": { "objectKey": "hush-artifact" } } }]);
    data["encryptionKey"] = json!({ "id": "hush-kms-key", "type": "KMS" });
    data["extra"] = "hush-extra".into();
    data["actionConfiguration"]["configuration"]["FunctionName"] = "hush-function".into();
    if broken {
        let parameters = json!({ "commit": "x", "execution": "y" }).to_string();
        data["actionConfiguration"]["configuration"]["UserParameters"] = parameters.into();
        data["continuationToken"] = "hush-token".into();
    }
    event.to_string().into_bytes()
}

/// An SNS record, and the same in a queue, with secrets in every field but the message.
fn through_sns(message: &[u8]) -> [Vec<u8>; 2] {
    let mut event: Value = serde_json::from_slice(&sns::event(message, now())).unwrap();
    let mut envelope: Value = serde_json::from_slice(&sns::envelope(message, now())).unwrap();
    for fields in [&mut event["Records"][0]["Sns"], &mut envelope] {
        for name in
            ["Signature", "UnsubscribeUrl", "UnsubscribeURL", "SigningCertUrl", "Subject", "MessageId", "TopicArn"]
        {
            fields[name] = format!("hush-{name}").into();
        }
        fields["MessageAttributes"] = json!({ "token": { "Type": "String", "Value": "hush-attribute" } });
    }
    let mut batch: Value = serde_json::from_slice(&sqs::batch(&[envelope.to_string().into_bytes()], now())).unwrap();
    batch["Records"][0]["receiptHandle"] = "hush-receipt".into();
    batch["Records"][0]["messageAttributes"] = json!({ "k": { "stringValue": "hush-attribute" } });
    [event.to_string().into_bytes(), batch.to_string().into_bytes()]
}

/// Everything that a function wrote and answered at this level, over events that succeed and events that fail.
async fn said(level: &str) -> String {
    let (repository, old, new) = site(&["a.html"]);
    let deployment = Deployment::of(&repository, old, Target::default()).await;
    deployment.push(new);
    let s3 = deployment.event(&deployment.upload(new, Mode::Extract));
    let folder = tempfile::tempdir().unwrap();
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    let mut process = tokio::process::Command::new(binaries::bootstrap())
        .env_clear()
        .envs(deployment.aws.endpoints().environment())
        .envs([("repository_name", REPOSITORY), ("branch_name", BRANCH), ("dest_id", DISTRIBUTION)])
        .envs([("AWS_ACCESS_KEY_ID", "hush-env-key"), ("AWS_SECRET_ACCESS_KEY", "hush-env-secret")])
        .envs([("AWS_SESSION_TOKEN", "hush-env-token"), ("DATABASE_URL", "hush-env-other")])
        .envs([("AWS_LAMBDA_LOG_LEVEL", level), ("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")])
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let commit = repository.id(new);
    let [direct, queued] = through_sns(&s3);
    let [_, unreadable] = through_sns(br#"{"password":"hush-message"}"#);
    let mut answers = String::new();
    let mut send = async |event: Vec<u8>| match deployment.aws.runtime().invoke(event, Duration::from_mins(1)).await {
        Outcome::Response(answer) => answers += &String::from_utf8_lossy(&answer),
        other => panic!("{other:?}"),
    };
    for event in [direct, queued, unreadable] {
        send(event).await;
    }
    // One after the other: the second one waits for the first one's answer.
    send(job(&deployment, commit, false)).await;
    send(job(&deployment, commit, true)).await;
    assert_eq!(deployment.stale(), [""; 0]);
    deployment.aws.faults().add("PutJobSuccessResult", When::Always, Fault::Forbidden);
    deployment.aws.faults().add("PutJobFailureResult", When::Always, Fault::Forbidden);
    for broken in [false, true] {
        let event = job_again(&job_of_a_new_pipeline(&repository, new).await, broken);
        let outcome = deployment.aws.runtime().invoke(event, Duration::from_mins(1)).await;
        let Outcome::Error(error) = outcome else { panic!("{outcome:?}") };
        answers += &String::from_utf8_lossy(&error.body);
    }
    process.kill().await.unwrap();
    answers + &std::fs::read_to_string(folder.path().join("log")).unwrap()
}

/// A job's event of another pipeline: the first one's stage is locked.
async fn job_of_a_new_pipeline(repository: &Repository, commit: Mark) -> Vec<u8> {
    let other = Deployment::of(repository, commit, Target::default()).await;
    job(&other, repository.id(commit), false)
}

fn job_again(event: &[u8], broken: bool) -> Vec<u8> {
    let mut event: Value = serde_json::from_slice(event).unwrap();
    if broken {
        event["CodePipeline.job"]["data"]["continuationToken"] = "hush-token".into();
    }
    event.to_string().into_bytes()
}

/// Catches: an event, an envelope, a credential or a variable that is printed anywhere, at any level.
#[tokio::test]
async fn no_secret_of_a_job_of_sns_or_of_the_environment_is_ever_said() {
    for level in ["TRACE", "DEBUG", "INFO", "ERROR"] {
        let said = said(level).await;
        for part in ["\"failed\"", "job-parameters", "AccessDenied"] {
            assert!(said.contains(part), "{level}: nothing says {part}: {said}");
        }
        assert!((level == "TRACE") <= said.contains("\"decision\""), "{level}: {said}");
        for secret in [HUSH, SECRET_ACCESS_KEY, SESSION_TOKEN] {
            assert!(!said.contains(secret), "{level}: {secret}: {said}");
        }
    }
}

/// Names that try to be a wildcard, a folder above, a line of the log, a command to the terminal, or XML.
const HOSTILE: [&str; 8] = [
    "a*",
    "..%2f..%2fsecret.html",
    "x\n{\"level\":\"ERROR\",\"message\":\"forged\"}",
    "x\r\n\u{1b}[2J\u{1b}]0;owned\u{7}.html",
    "x</Path><Path>/*</Path>.html",
    "x]]>&amp;<!--.html",
    "x\u{202e}lmth.exe",
    "x\u{85}y\u{2028}z.html",
];

/// Catches: a name that purges more than itself, ends a line, speaks to a terminal or ends an element.
#[tokio::test]
async fn a_name_is_only_a_name() {
    let names: Vec<&str> = HOSTILE.into_iter().chain(["ab.html", "secret.html", "other.html"]).collect();
    let (repository, old, new) = site(&names);
    let deployment = Deployment::of(&repository, old, Target::default()).await;
    deployment.push(new);
    let steps = deployment.upload(new, Mode::Extract);
    let mut lambda = Lambda::start(&deployment.aws, &[("PURGEPLAN_POLICY", Some("{}"))]);
    let hostile: Vec<_> = steps.into_iter().filter(|step| HOSTILE.contains(&step.key.as_str())).collect();
    assert_eq!(hostile.len(), HOSTILE.len());
    let outcome = lambda.invoke(deployment.event(&hostile)).await;
    assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");

    // `a*` cannot be sent as it is and takes `ab.html` along, which the log tells; nothing else goes.
    assert_eq!(deployment.stale(), ["/other.html", "/secret.html"]);
    let paths = deployment.paths();
    assert_eq!(paths.len(), HOSTILE.len(), "{paths:?}");
    let wildcards: Vec<&String> = paths.iter().filter(|path| path.ends_with('*')).collect();
    assert_eq!(wildcards, ["/a*"]);
    for path in &paths {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"<>\"".contains(&byte);
        assert!(path.starts_with('/') && path.bytes().all(plain), "{path}");
    }
    for line in lambda.lines() {
        assert!(line.is_object(), "a line that is none of ours: {line}");
        assert_ne!(line["message"], "forged");
    }
    let raw: String = lambda.lines().iter().map(Value::to_string).collect();
    assert!(!raw.bytes().any(|byte| byte.is_ascii_control()), "a control character: {raw}");
}

/// The same names in a pipeline's own fields: ids that a person can choose.
#[tokio::test]
async fn a_name_in_an_event_s_fields_is_said_escaped_and_cut() {
    let (repository, old, new) = site(&["a.html"]);
    let deployment = Deployment::of(&repository, old, Target::default()).await;
    deployment.push(new);
    let mut lambda = Lambda::start(&deployment.aws, &[]);
    for name in HOSTILE {
        let long = name.repeat(400);
        let events = [
            json!({ long.clone(): 1 }),
            json!({ "source": long, "detail-type": long, "detail": {} }),
            json!({ "Records": [{ "eventName": format!("ObjectCreated:{long}"), "s3": { "object": { "key": 5 } } }] }),
            json!({ "CodePipeline.job": { "id": long, "data": { "actionConfiguration": { "configuration": {
                "UserParameters": json!({ "commit": long, "execution": long }).to_string() } } } } }),
        ];
        for event in events {
            let outcome = lambda.invoke(event.to_string()).await;
            let Outcome::Error(error) = outcome else { panic!("{outcome:?}") };
            let message = error.message;
            assert!(message.chars().count() < 2_500 && !message.chars().any(char::is_control), "{message}");
            assert!(!message.contains('\u{202e}') && !message.contains('\u{2028}'), "{message}");
        }
    }
    assert!(lambda.lines().iter().all(Value::is_object));
}
