//! Bad input, through the real binaries: one clear error that says what, where, and what to do, and no invalidation.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, SystemTime};

use purgeplan_loopback::deploy::ChangeKind;
use purgeplan_loopback::git::Repository as GitRepository;
use purgeplan_loopback::s3_event::test_event;
use purgeplan_loopback::{Config, DistributionConfig, Loopback, Outcome};
use purgeplan_tests::lambda::{BRANCH, BUCKET, DISTRIBUTION, Lambda, REPOSITORY, event};
use purgeplan_tests::local::purgeplan;
use purgeplan_tests::site::{History, Repository, Tree};
use serde_json::Value;

/// When the second commit was made, in seconds since the epoch.
const COMMITTED: i64 = 1_700_086_400;

/// Two commits, of which the second one changes `a.html` and leaves `same.html`.
fn site() -> Repository {
    let mut history = History::default();
    let mut tree = Tree::default();
    let base = history.commit(tree.file("a.html", "old").file("same.html", "same"), &[], COMMITTED - 86_400);
    let head = history.commit(tree.file("a.html", "new"), &[base], COMMITTED);
    history.build(head)
}

/// The endpoints of that site, with its branch at the second commit.
async fn start(repository: &Repository) -> Loopback {
    let opened = GitRepository::open(repository.path()).expect("it was just made");
    let config = Config::new(REPOSITORY, opened, DistributionConfig::rest(DISTRIBUTION));
    let aws = Loopback::start(config).await.expect("any free port will do");
    aws.codecommit().set_branch(BRANCH, &repository.resolve("main"));
    aws
}

fn put(key: &[u8]) -> Vec<u8> {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(COMMITTED.unsigned_abs() + 60);
    event(&[key], ChangeKind::Created, 1, time)
}

fn calls(aws: &Loopback, operation: &str) -> u64 {
    aws.faults().calls().get(operation).copied().unwrap_or_default()
}

/// Whether a message names all of this.
fn says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "no {part:?} in: {message}");
    }
}

/// Hands the function an event that must fail; the log says what the answer says. Yields the code and the message.
async fn refused(aws: &Loopback, overrides: &[(&str, Option<&str>)], event: impl AsRef<[u8]>) -> (String, String) {
    let mut lambda = Lambda::start(aws, overrides);
    let outcome = lambda.invoke(event.as_ref().to_vec()).await;
    let Outcome::Error(error) = outcome else { panic!("no error but {outcome:?}") };
    let logged = lambda.lines_of("failed");
    assert_eq!(logged.len(), 1, "{:?}", lambda.lines());
    let text = |field: &str| logged[0][field].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        (error.kind.clone(), error.message.clone()),
        (text("code"), format!("{}; {}", text("error"), text("help")))
    );
    assert!(!text("help").is_empty(), "{}", error.message);
    assert_eq!(aws.edge().purchases().invalidations, 0);
    (error.kind, error.message)
}

/// The same, without a single call of AWS.
async fn refused_at_once(overrides: &[(&str, Option<&str>)], event: impl AsRef<[u8]>) -> (String, String) {
    let repository = site();
    let aws = start(&repository).await;
    let told = refused(&aws, overrides, event).await;
    assert_eq!(aws.faults().calls().len(), 0, "{:?}", aws.faults().calls());
    told
}

/// Hands the function an event that must succeed without an invalidation; yields the answer.
async fn does_nothing(overrides: &[(&str, Option<&str>)], event: impl AsRef<[u8]>) -> Value {
    let repository = site();
    let aws = start(&repository).await;
    let mut lambda = Lambda::start(&aws, overrides);
    let outcome = lambda.invoke(event.as_ref().to_vec()).await;
    let Outcome::Response(answer) = outcome else { panic!("no answer but {outcome:?}") };
    assert_eq!(calls(&aws, "CreateInvalidation"), 0);
    serde_json::from_slice(&answer).expect("the answer is JSON")
}

/// Starts a function that must refuse to start; yields what it tells the log and Lambda.
async fn not_started(overrides: &[(&str, Option<&str>)]) -> String {
    let repository = site();
    let aws = start(&repository).await;
    let mut lambda = Lambda::start(&aws, overrides);
    assert!(!lambda.ended().await.success());
    let logged = lambda.lines();
    assert_eq!(logged.len(), 1, "{logged:?}");
    assert_eq!(logged[0]["message"], "not started");
    let text = |field: &str| logged[0][field].as_str().unwrap_or_default().to_owned();
    let message = format!("{}; {}", text("error"), text("help"));
    if overrides.iter().all(|(name, _)| *name != "AWS_LAMBDA_RUNTIME_API") {
        let reported = aws.runtime().first_next().await.expect_err("it did not start");
        assert_eq!((reported.kind, reported.message), (text("code"), message.clone()));
    }
    assert_eq!(aws.faults().calls().len(), 0);
    message
}

/// Runs the command line on input that it must refuse; yields what it says.
fn cli_refuses(arguments: &[&str]) -> String {
    let output = purgeplan(arguments);
    let said = String::from_utf8(output.stderr).expect("messages are text");
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(output.stdout, b"", "nothing but the error is said");
    assert!(said.starts_with("error: "), "{said}");
    said
}

/// The text of a path in a temporary folder.
fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder has a plain name")
}

#[tokio::test]
async fn unknown_branch() {
    let repository = site();
    let aws = start(&repository).await;
    assert!(aws.codecommit().remove_branch(BRANCH));
    let (code, message) = refused(&aws, &[], put(b"a.html")).await;
    assert_eq!(code, "aws-refused");
    says(
        &message,
        &["BranchDoesNotExistException", "GetBranch", "branch `main` of repository `site`", "`branch_name`"],
    );
}

#[tokio::test]
async fn unknown_repository() {
    let repository = site();
    let aws = start(&repository).await;
    let (code, message) = refused(&aws, &[("repository_name", Some("other"))], put(b"a.html")).await;
    assert_eq!(code, "aws-refused");
    says(&message, &["RepositoryDoesNotExistException", "GetBranch", "repository `other`", "`repository_name`"]);
}

#[tokio::test]
async fn unknown_distribution() {
    let repository = site();
    let aws = start(&repository).await;
    let (code, message) = refused(&aws, &[("dest_id", Some("EUNKNOWN"))], put(b"a.html")).await;
    assert_eq!(code, "aws-refused");
    says(&message, &["NoSuchDistribution", "CreateInvalidation", "distribution `EUNKNOWN`", "`dest_id`"]);
    assert_eq!(calls(&aws, "CreateInvalidation"), 1, "a retry cannot mend it");
}

#[tokio::test]
async fn commit_gone() {
    let repository = site();
    let aws = start(&repository).await;
    let gone = "0123456789abcdef0123456789abcdef01234567";
    aws.codecommit().set_branch(BRANCH, gone);
    let (code, message) = refused(&aws, &[], put(b"a.html")).await;
    assert_eq!(code, "aws-refused");
    says(
        &message,
        &["CommitIdDoesNotExistException", "GetCommit", &format!("commit `{gone}` of repository `site`"), "force-push"],
    );
    assert_eq!(calls(&aws, "CreateInvalidation"), 0);
}

#[tokio::test]
async fn event_that_is_no_json() {
    let (code, message) = refused_at_once(&[], "{\"Records\": [").await;
    assert_eq!(code, "event-not-json");
    says(&message, &["the event is not JSON", "S3 notifications"]);
}

#[tokio::test]
async fn event_of_another_shape() {
    for (event, seen) in [
        ("[1]", "an array"),
        (r#"{"CodePipeline.job":{"data":{"artifactCredentials":{"secretAccessKey":"SECRET"}}}}"#, "`CodePipeline.job`"),
        (
            r#"{"Records":[{"eventSource":"aws:dynamodb","dynamodb":"SECRET"}]}"#,
            "record 0 of the event is not from S3 but from `aws:dynamodb`",
        ),
        (r#"{"Records":[{"eventSource":"aws:sqs","body":"SECRET"}]}"#, "the event is not JSON"),
        (
            r#"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{}}}]}"#,
            "record 0 of the event has no object key",
        ),
    ] {
        let (code, message) = refused_at_once(&[], event).await;
        assert!(code.starts_with("event-"), "{code}");
        says(&message, &[seen, "S3 notifications"]);
        assert!(!message.contains("SECRET"), "what an event holds is nobody's business: {message}");
    }
}

#[tokio::test]
async fn test_event_is_a_success() {
    let answer = does_nothing(&[], test_event(BUCKET, SystemTime::UNIX_EPOCH)).await;
    assert_eq!(answer["event"], "test-event");
}

#[tokio::test]
async fn empty_records() {
    let (code, message) = refused_at_once(&[], r#"{"Records":[]}"#).await;
    assert_eq!(code, "event-empty");
    says(&message, &["`Records` is empty", "S3 notifications"]);
}

#[tokio::test]
async fn key_of_another_bucket() {
    let policy = [("PURGEPLAN_POLICY", Some(r#"{"bucket":"production-site"}"#))];
    let (code, message) = refused_at_once(&policy, put(b"a.html")).await;
    assert_eq!(code, "another-bucket");
    says(&message, &["`site-bucket`", "`production-site`", "`bucket`"]);
}

#[tokio::test]
async fn key_that_is_not_in_the_diff() {
    for key in [&b"same.html"[..], b"never/heard/of.html"] {
        let answer = does_nothing(&[], put(key)).await;
        assert_eq!((&answer["uploaded"], &answer["unchanged"], &answer["purge"]), (&1.into(), &1.into(), &0.into()));
    }
}

#[tokio::test]
async fn invalid_utf8_in_a_key() {
    let event = put(b"a\xff.html");
    assert!(String::from_utf8_lossy(&event).contains("a%FF.html"), "it is sent as S3 would");
    let answer = does_nothing(&[], event).await;
    assert_eq!((&answer["unchanged"], &answer["purge"]), (&1.into(), &0.into()));
}

#[tokio::test]
async fn key_that_cannot_be_decoded() {
    let event = String::from_utf8(put(b"a.html")).expect("it is JSON").replace("a.html", "a%zz.html");
    let repository = site();
    let aws = start(&repository).await;
    let (code, message) = refused(&aws, &[], event).await;
    assert_eq!(code, "event-key");
    says(&message, &["`a%zz.html`", "byte 1"]);
    assert_eq!(calls(&aws, "CreateInvalidation"), 0);
}

/// Policies with a fault, the line of it, and what must be said.
const POLICIES: [(&str, usize, &[&str]); 6] = [
    ("{\n \"ignored\": []\n}", 2, &["unknown field `ignored`", "README"]),
    ("{\n \"ignore\": [\n  \"ok\",\n  \"a[b\"]\n}", 4, &["pattern `a[b`", "character 2"]),
    (
        "{\"mappings\": [\n {\"source\": \"\"},\n {\"source\": \"docs\"}]}",
        3,
        &["mapping 1 is never reached", "narrower"],
    ),
    (
        "{\"urls\": {\n \"directory\": true,\n \"index_document\": \"\"}}",
        2,
        &["`directory` is on, but `index_document` is empty", "turn the form off"],
    ),
    ("{\"lookback\":\n {\"commits\": 0}}", 2, &["`commits` is 0", "write 1"]),
    ("{\"preset\":\n \"sound\"", 2, &["EOF", "README"]),
];

#[tokio::test]
async fn policy_that_cannot_be_used_stops_the_function() {
    for (policy, _, parts) in POLICIES {
        let message = not_started(&[("PURGEPLAN_POLICY", Some(policy))]).await;
        says(&message, &["`PURGEPLAN_POLICY`"]);
        says(&message, parts);
    }
}

#[tokio::test]
async fn policy_file_that_is_not_there_stops_the_function() {
    let message = not_started(&[("PURGEPLAN_POLICY", Some("nowhere/policy.json"))]).await;
    says(&message, &["`PURGEPLAN_POLICY`, file `nowhere/policy.json`", "No such file", "deployment package"]);
}

#[tokio::test]
async fn policy_and_distribution_that_contradict_each_other_stop_the_function() {
    let message = not_started(&[("PURGEPLAN_POLICY", Some(r#"{"distributions":[{"id":"E2"}]}"#))]).await;
    says(&message, &[&format!("`dest_id` is `{DISTRIBUTION}`"), "`E2`", "set `dest_id` to one of them"]);
}

#[tokio::test]
async fn each_missing_variable_stops_the_function() {
    for name in ["repository_name", "branch_name", "dest_id"] {
        for value in [None, Some(" ")] {
            let message = not_started(&[(name, value)]).await;
            says(&message, &[&format!("environment variable `{name}` is not set or empty"), "nothing is purged"]);
        }
    }
    let message = not_started(&[("repository_name", None), ("dest_id", None)]).await;
    says(&message, &["`repository_name`, `dest_id` are not set"]);
}

#[tokio::test]
async fn each_missing_variable_of_lambda_itself_stops_the_function() {
    for name in [
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
    ] {
        let message = not_started(&[(name, None)]).await;
        says(&message, &[&format!("environment variable `{name}` is not set"), "`purgeplan local`"]);
    }
}

#[tokio::test]
async fn wrong_mode_or_timeout_stops_the_function() {
    for (name, value) in [("PURGEPLAN_MODE", "dry-run"), ("PURGEPLAN_ATTEMPT_TIMEOUT_MS", "10s")] {
        let message = not_started(&[(name, Some(value))]).await;
        says(&message, &[&format!("`{name}` is `{value}`"), "set it to", "nothing is purged"]);
    }
}

#[test]
fn cli_policy_that_cannot_be_used() {
    let repository = site();
    let file = repository.path().join("policy.json");
    for (policy, line, parts) in POLICIES {
        std::fs::write(&file, policy).expect("the folder can be written to");
        for command in ["local", "plan"] {
            let said = cli_refuses(&[command, "--repo", text(repository.path()), "--policy", text(&file)]);
            says(&said, &["help: ", &format!("{}:{line}:", file.display())]);
            says(&said, parts);
        }
    }
}

#[test]
fn cli_policy_file_that_is_not_there() {
    let repository = site();
    for command in ["local", "plan"] {
        let said = cli_refuses(&[command, "--repo", text(repository.path()), "--policy", "/nowhere/policy.json"]);
        says(&said, &["policy file `/nowhere/policy.json` cannot be read", "No such file", "help: ", "`--policy`"]);
    }
}

#[test]
fn cli_folder_that_is_no_repository() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for command in ["local", "plan"] {
        let said = cli_refuses(&[command, "--repo", text(folder.path())]);
        says(&said, &[&format!("`{}` is not a git repository", folder.path().display()), "give the folder of one"]);
    }
    let said = cli_refuses(&["local", "--repo", "/nowhere/at/all"]);
    says(&said, &["`/nowhere/at/all` is not a git repository", "No such file"]);
}

#[test]
fn cli_unknown_commit() {
    let repository = site();
    for command in ["local", "plan"] {
        for end in ["--head", "--base"] {
            for revision in ["nowhere", "0123456789abcdef0123456789abcdef01234567"] {
                let said = cli_refuses(&[command, "--repo", text(repository.path()), end, revision]);
                says(&said, &[&format!("`{revision}` names no commit"), text(repository.path()), "give a branch"]);
            }
        }
    }
    let said =
        cli_refuses(&["local", "--repo", text(repository.path()), "--walk", "--base", "main", "--head", "main~1"]);
    says(&said, &["is not on the first-parent line of head", "help: "]);
}

#[test]
fn cli_port_in_use() {
    let repository = site();
    let other = TcpListener::bind("127.0.0.1:0").expect("any free port will do");
    let port = other.local_addr().expect("it listens").port().to_string();
    for (option, service) in [
        ("--runtime-port", "the Lambda Runtime API"),
        ("--codecommit-port", "CodeCommit"),
        ("--cloudfront-port", "CloudFront"),
    ] {
        let said = cli_refuses(&["local", "--repo", text(repository.path()), option, &port]);
        says(&said, &[&format!("port {port} for {service} is in use"), "choose another"]);
    }
}

#[test]
fn cli_bootstrap_missing_or_no_program() {
    let repository = site();
    let said = cli_refuses(&["local", "--repo", text(repository.path()), "--bootstrap", "/nowhere/bootstrap"]);
    says(&said, &["`/nowhere/bootstrap` does not exist", "help: ", "cargo build -p purgeplan-lambda", "`--bootstrap`"]);
    let file = repository.path().join("no-program");
    std::fs::write(&file, "text").expect("the folder can be written to");
    let said = cli_refuses(&["local", "--repo", text(repository.path()), "--bootstrap", text(&file)]);
    says(&said, &[&format!("`{}` cannot be run", file.display()), "help: ", "cargo build -p purgeplan-lambda"]);
}
