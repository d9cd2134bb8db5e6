//! The endpoints against an AWS SDK that shares no code with this project: boto3.

#![expect(clippy::unwrap_used, reason = "a test")]

mod repo;

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::Duration;

use purgeplan_loopback::edge::{Behaviour, Object};
use purgeplan_loopback::git::ObjectId;
use purgeplan_loopback::pipeline::{
    ActionStatus, Answer, DEPLOY, ExecutionMode, Kind, PURGE, Pipeline, Revision, SOURCE, Status,
};
use purgeplan_loopback::{Config, DistributionConfig, Fault, Loopback, When};
use repo::Repo;
use serde_json::{Value, json};
use tokio::process::Command;

/// Runs a script, which checks every answer, and ends with `all as expected`.
async fn run(aws: &Loopback, script: &str, arguments: &[&str]) {
    let python = std::env::var("PURGEPLAN_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let probe = Command::new(&python).args(["-c", "import boto3"]).output().await;
    let has_boto3 = probe.is_ok_and(|output| output.status.success());
    assert!(
        has_boto3,
        "`{python}` cannot import boto3. Run `cargo xtask test`, which installs it into a virtual environment, or set \
         PURGEPLAN_PYTHON to a Python that has it (python3 -m venv DIR && DIR/bin/pip install boto3)"
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    let mut client = Command::new(&python);
    client.arg(script).args(arguments).envs(aws.endpoints().environment()).kill_on_drop(true);
    let output = client.output().await.unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert_eq!(out.trim(), "all as expected", "the script ran to its end");
}

#[tokio::test]
async fn boto3_is_answered_as_by_aws() {
    let repo = Repo::new();
    for n in 0..150 {
        repo.write(format!("file {n:03} 日本.html"), "old");
    }
    let base = repo.commit("base\n\nbody 本文");
    repo.git(&["mv", "file 000 日本.html", "renamed ~+&<.html"]);
    for n in 1..=120 {
        repo.write(format!("file {n:03} 日本.html"), "new");
    }
    let binary: Vec<u8> = (0..=255).cycle().take(768).chain([0xFF]).collect();
    std::fs::create_dir(repo.path().join("policy")).unwrap();
    std::fs::write(repo.path().join("policy/binary"), binary).unwrap();
    std::fs::set_permissions(repo.path().join("policy/binary"), PermissionsExt::from_mode(0o755)).unwrap();
    symlink("policy/binary", repo.path().join("link")).unwrap();
    repo.write("big", &"x".repeat(6 << 20));
    repo.write("bigger", &"x".repeat((6 << 20) + 1));
    let head = repo.commit("head");

    let mut config = Config::new("site", repo.open(), DistributionConfig::rest("E1"));
    config.distributions.push(DistributionConfig::website("E3"));
    let aws = Loopback::start(config).await.unwrap();
    aws.codecommit().set_branch("main", &head);
    let draft = Behaviour { lambda_functions: vec!["origin-request".to_owned()], ..Behaviour::uncached() };
    aws.edge().reconfigure(DistributionConfig {
        origin_path: "/production".to_owned(),
        default_behaviour: Behaviour { functions: vec!["viewer-request".to_owned()], ..Behaviour::default() },
        behaviours: vec![("/api/*".to_owned(), Behaviour::other("api.example.org")), ("draft/<&>*".to_owned(), draft)],
        error_caching: vec![(404, 60)],
        ..DistributionConfig::rest("E1")
    });
    let object = || Object { content: ObjectId::new("e"), size: 3 };
    for n in 0..2_500 {
        aws.edge().bucket.put(format!("k{n:04}"), object());
    }
    for key in ["a b+%20&<.html", "日本/~.html", "bad\u{1}\r\nkey", "p/", "p/q", "😀"] {
        aws.edge().bucket.put(key, object());
    }
    run(&aws, "boto3_client.py", &[&base, &head]).await;
    assert_eq!(aws.edge().purchases().invalidations, 5);
    assert_eq!(aws.faults().calls()["GetBranch"], 3);
}

fn revision(digit: char) -> Revision {
    Revision { commit: digit.to_string().repeat(40), message: "mess\"age 本".to_owned() }
}

fn deploy(pipeline: &mut Pipeline, execution: &str) {
    pipeline.start_action(execution, DEPLOY).unwrap();
    pipeline.succeed_action(execution, DEPLOY).unwrap();
}

/// What the script is to find.
fn setup(pipeline: &Pipeline) -> Value {
    let executions: Vec<Value> = pipeline
        .executions()
        .iter()
        .rev()
        .map(|one| {
            let kind = if one.kind == Kind::Standard { "STANDARD" } else { "ROLLBACK" };
            let commit = one.has_source.then_some(&one.revision.commit);
            json!([one.id, one.status.as_str(), kind, commit])
        })
        .collect();
    let actions = pipeline.executions().iter().map(|one| {
        let newest_first = one.actions.iter().rev();
        let shown = newest_first.map(|action| json!([action.stage, action.name, action.status.as_str()]));
        (one.id.clone(), shown.collect())
    });
    let deployed = pipeline.executions().iter().filter(|one| one.status == Status::Succeeded).count();
    json!({
        "mode": pipeline.config().mode.as_str(),
        "executions": executions,
        "actions": actions.collect::<serde_json::Map<String, Value>>(),
        "deployed": deployed,
    })
}

async fn start(mode: ExecutionMode) -> (Loopback, Repo, String) {
    let repo = Repo::new();
    repo.write("a", "1");
    let head = repo.commit("root");
    let mut config = Config::new("site", repo.open(), DistributionConfig::rest("E1"));
    config.pipeline.mode = mode;
    let aws = Loopback::start(config).await.unwrap();
    aws.codecommit().set_branch("main", &head);
    (aws, repo, head)
}

#[tokio::test]
async fn boto3_sees_executions_that_wait_for_each_other() {
    let (aws, _repo, _) = start(ExecutionMode::Superseded).await;
    let setup = {
        let mut pipeline = aws.pipeline();
        let failed = pipeline.start(revision('1'));
        pipeline.start_action(&failed, DEPLOY).unwrap();
        pipeline.fail_action(&failed, DEPLOY, "half of the files").unwrap();
        let stopped = pipeline.start(revision('2'));
        deploy(&mut pipeline, &stopped);
        pipeline.invoke(&stopped, PURGE).unwrap();
        pipeline.stop(&stopped, true, "a bad idea").unwrap();
        let purging = pipeline.start(revision('3'));
        deploy(&mut pipeline, &purging);
        let job = pipeline.invoke(&purging, PURGE).unwrap().job;
        pipeline.start(revision('4'));
        pipeline.start(revision('5'));
        let without_source = pipeline.trigger(revision('6'));
        pipeline.start_action(&without_source, SOURCE).unwrap();
        pipeline.fail_action(&without_source, SOURCE, "no such branch").unwrap();
        let mut setup = setup(&pipeline);
        setup["job"] = json!([job, purging]);
        setup
    };
    let ends: Vec<&str> = setup["executions"].as_array().unwrap().iter().map(|one| one[1].as_str().unwrap()).collect();
    assert_eq!(ends, ["Failed", "InProgress", "Superseded", "InProgress", "Stopped", "Failed"]);
    run(&aws, "boto3_pipeline.py", &[&setup.to_string()]).await;
    let mut pipeline = aws.pipeline();
    let waiting = pipeline.executions()[4].id.clone();
    pipeline.start_action(&waiting, DEPLOY).expect("the answered job has unlocked the stage");
}

#[tokio::test]
async fn boto3_answers_jobs() {
    let (aws, _repo, _) = start(ExecutionMode::Parallel).await;
    let setup = {
        let mut pipeline = aws.pipeline();
        let mut job = |digit| {
            let id = pipeline.start(revision(digit));
            deploy(&mut pipeline, &id);
            json!([pipeline.invoke(&id, PURGE).unwrap().job, id])
        };
        let [done, continued, failed] = ['1', '2', '3'].map(&mut job);
        let mut setup = setup(&pipeline);
        (setup["job"], setup["continued"], setup["failed"]) = (done, continued, failed);
        setup
    };
    run(&aws, "boto3_pipeline.py", &[&setup.to_string()]).await;
    let mut pipeline = aws.pipeline();
    let answer = |pipeline: &Pipeline, name: &str| {
        pipeline.job(setup[name][0].as_str().unwrap()).unwrap().answer.clone().unwrap()
    };
    let Answer::Success { details, output_variables } = answer(&pipeline, "job") else { panic!("it succeeded") };
    assert_eq!((details.summary.as_deref(), details.percent_complete), (Some("2 paths"), Some(100)));
    assert_eq!(output_variables["Paths"], "2");
    let Answer::Failure { kind, message, external_execution_id } = answer(&pipeline, "failed") else {
        panic!("it failed")
    };
    assert_eq!(
        (&*kind, &*message, external_execution_id.as_deref()),
        ("ConfigurationError", "no such bucket", Some("x"))
    );

    let job = setup["continued"][0].as_str().unwrap();
    let next = pipeline.continue_job(job).unwrap();
    let event: Value = serde_json::from_slice(&next.event).unwrap();
    let token = event["CodePipeline.job"]["data"]["continuationToken"].as_str().unwrap();
    assert_eq!((token.len(), next.job == job), (2_048, false));
    assert!(pipeline.continue_job(job).is_err(), "it is continued already");
    pipeline.time_out(&next.job).unwrap();
    let execution = pipeline.execution(setup["continued"][1].as_str().unwrap()).unwrap();
    assert_eq!((execution.status, execution.action(PURGE).unwrap().status), (Status::Failed, ActionStatus::Failed));
}

#[tokio::test]
async fn boto3_invokes_the_function() {
    let (aws, ..) = start(ExecutionMode::Superseded).await;
    run(&aws, "boto3_lambda.py", &[]).await;
    assert_eq!(aws.faults().calls()["Invoke"], 9);
}

#[tokio::test]
async fn boto3_knows_every_fault_of_every_operation() {
    const OPERATIONS: [&str; 14] = [
        "GetBranch",
        "GetCommit",
        "GetDifferences",
        "GetFile",
        "CreateInvalidation",
        "GetInvalidation",
        "ListInvalidations",
        "GetDistributionConfig",
        "ListPipelineExecutions",
        "ListActionExecutions",
        "GetPipelineExecution",
        "PutJobSuccessResult",
        "PutJobFailureResult",
        "ListObjectsV2",
    ];
    let (aws, _repo, head) = start(ExecutionMode::Parallel).await;
    aws.edge().invalidate("E1", "0", &["/a".to_owned()]).unwrap();
    let jobs = {
        let mut pipeline = aws.pipeline();
        ['1', '2'].map(|digit| {
            let id = pipeline.start(revision(digit));
            deploy(&mut pipeline, &id);
            pipeline.invoke(&id, PURGE).unwrap().job
        })
    };
    let faults = [
        Fault::Throttle,
        Fault::Forbidden,
        Fault::Status500,
        Fault::Status503,
        Fault::Reset,
        Fault::Timeout(Some(Duration::from_millis(10))),
        Fault::LostAnswer,
        Fault::Truncated,
    ];
    for operation in OPERATIONS {
        // The script lists the executions once before.
        let before = u64::from(operation == "ListPipelineExecutions");
        for (n, fault) in (1..).zip(faults) {
            aws.faults().add(operation, When::Nth(before + n), fault);
        }
    }
    run(&aws, "boto3_faults.py", &[&head, &jobs[0], &jobs[1]]).await;
    let calls = aws.faults().calls();
    assert!(OPERATIONS.iter().all(|operation| calls[*operation] >= 8), "{calls:?}");
    assert_eq!(calls.len(), OPERATIONS.len(), "{calls:?}");
    assert_eq!(aws.edge().purchases().invalidations, 2, "the lost answer bought, the retries did not");
}
