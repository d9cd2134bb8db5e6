//! The pipeline's job and the queue's messages, through the real `bootstrap`: a job is answered on every path, and only a
//! bad message goes back.

#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::time::Duration;

use purgeplan_loopback::deploy::Mode;
use purgeplan_loopback::events::{codecommit, eventbridge, sns, sqs};
use purgeplan_loopback::pipeline::{Answer, DEPLOY, PURGE, Status};
use purgeplan_loopback::s3_event::{Record, test_event};
use purgeplan_loopback::{Fault, Outcome, When};
use purgeplan_tests::deployment::{Deployment, Target, now};
use purgeplan_tests::lambda::{BRANCH, BUCKET, Lambda, REPOSITORY};
use purgeplan_tests::release::Release;
use purgeplan_tests::site::Tree;
use serde_json::{Value, json};

struct Site(Release);

impl Site {
    fn new() -> Self {
        let mut before = Tree::default();
        for name in ["a.html", "b.html", "same.html"] {
            before.file(name, "old");
        }
        before.file("policy.json", r#"{"ignor":[]}"#);
        let mut after = before.clone();
        after.file("a.html", "new").file("b.html", "new").file("added.html", "new");
        Self(Release::of(&before, &after))
    }

    /// The new commit is deployed by the pipeline; the event of the job that is to purge it.
    async fn deployed(&self) -> (Deployment<'_>, String, Job) {
        let deployment = self.0.pushed(Target::default()).await;
        let execution = deployment.aws.pipeline().start(self.0.repository.id(self.0.new));
        deployment.aws.pipeline().start_action(&execution, DEPLOY).unwrap();
        deployment.upload(self.0.new, Mode::Extract);
        deployment.aws.pipeline().succeed_action(&execution, DEPLOY).unwrap();
        assert_eq!(deployment.stale().len(), 2);
        let invocation = deployment.aws.pipeline().invoke(&execution, PURGE).unwrap();
        let job = Job { id: invocation.job, event: serde_json::from_slice(&invocation.event).unwrap() };
        (deployment, execution, job)
    }
}

/// Of a job's `UserParameters`.
type Change = fn(&mut Value);

struct Job {
    id: String,
    event: Value,
}

impl Job {
    /// The same job with other `UserParameters`.
    fn with(mut self, change: impl FnOnce(&mut Value)) -> Self {
        let field =
            &mut self.event["CodePipeline.job"]["data"]["actionConfiguration"]["configuration"]["UserParameters"];
        let mut parameters: Value = serde_json::from_str(field.as_str().unwrap()).unwrap();
        change(&mut parameters);
        *field = parameters.to_string().into();
        self
    }

    fn bytes(&self) -> Vec<u8> {
        self.event.to_string().into_bytes()
    }

    fn answer(&self, deployment: &Deployment<'_>) -> Option<Answer> {
        deployment.aws.pipeline().job(&self.id).unwrap().answer.clone()
    }

    /// Kind and message of the failure that it was answered with.
    fn failure(&self, deployment: &Deployment<'_>) -> (String, String) {
        match self.answer(deployment) {
            Some(Answer::Failure { kind, message, .. }) => (kind, message),
            other => panic!("{other:?}"),
        }
    }
}

fn succeeded(outcome: &Outcome) {
    assert!(matches!(outcome, Outcome::Response(_)), "a job that was answered must not be tried again: {outcome:?}");
}

/// Catches: an action that hangs until its timeout because its job is not answered.
#[tokio::test]
async fn trap_36_a_job_that_succeeds_tells_what_was_purged() {
    let site = Site::new();
    let (deployment, execution, job) = site.deployed().await;
    succeeded(&Lambda::start(&deployment.aws, &[]).invoke(job.bytes()).await);
    let Some(Answer::Success { details, output_variables }) = job.answer(&deployment) else { panic!("not answered") };
    assert_eq!(output_variables["BilledPaths"], "3");
    assert_eq!(details.external_execution_id.as_ref(), output_variables.get("InvalidationIds"));
    assert!(details.summary.is_some_and(|summary| summary.starts_with("3 paths purged")));
    assert_eq!(deployment.stale(), [""; 0]);
    assert_eq!(deployment.aws.pipeline().execution(&execution).unwrap().status, Status::Succeeded);
}

#[tokio::test]
async fn trap_36_a_job_that_cannot_be_read_fails_and_says_why() {
    let site = Site::new();
    let wrong: [(&str, Change); 4] = [
        ("`commit` is `HEAD`", |parameters| parameters["commit"] = "HEAD".into()),
        ("`execution` is `#{codepipeline", |parameters| {
            parameters["execution"] = "#{codepipeline.PipelineExecutionId}".into();
        }),
        ("unknown field `comit`", |parameters| parameters["comit"] = 1.into()),
        ("no user parameters", |parameters| *parameters = Value::Null),
    ];
    for (says, change) in wrong {
        let (deployment, execution, job) = site.deployed().await;
        let mut job = job.with(change);
        if says.starts_with("no ") {
            job.event["CodePipeline.job"]["data"]["actionConfiguration"]["configuration"]["UserParameters"] = "".into();
        }
        succeeded(&Lambda::start(&deployment.aws, &[]).invoke(job.bytes()).await);
        let (kind, message) = job.failure(&deployment);
        assert!(kind == "ConfigurationError" && message.contains(says), "{kind}: {message}");
        assert_eq!(deployment.aws.pipeline().execution(&execution).unwrap().status, Status::Failed);
    }
}

#[tokio::test]
async fn trap_36_a_refusal_for_good_fails_the_job_or_only_warns() {
    let site = Site::new();
    for warn in [false, true] {
        let (deployment, _, job) = site.deployed().await;
        let job = if warn { job.with(|parameters| parameters["on_failure"] = "warn".into()) } else { job };
        deployment.aws.faults().deny("CreateInvalidation");
        succeeded(&Lambda::start(&deployment.aws, &[]).invoke(job.bytes()).await);
        if warn {
            let Some(Answer::Success { details, .. }) = job.answer(&deployment) else { panic!("not answered") };
            assert!(details.summary.is_some_and(|summary| summary.contains("AccessDenied")));
        } else {
            let (kind, message) = job.failure(&deployment);
            assert!(kind == "PermissionError" && message.contains("CreateInvalidation"), "{kind}: {message}");
        }
    }
}

#[tokio::test]
async fn trap_36_a_policy_of_the_repository_that_is_wrong_fails_the_job() {
    let site = Site::new();
    for (path, says) in [("policy.json", "ignor"), ("nowhere.json", "nowhere.json")] {
        let (deployment, _, job) = site.deployed().await;
        let mut lambda = Lambda::start(&deployment.aws, &[("PURGEPLAN_POLICY_PATH", Some(path))]);
        succeeded(&lambda.invoke(job.bytes()).await);
        let (_, message) = job.failure(&deployment);
        assert!(message.contains(says), "{message}");
        assert_eq!(deployment.bought(), [], "the base is kept");
    }
}

/// Catches: retriable trouble that fails the stage, and a token with output variables, which CodePipeline refuses.
#[tokio::test]
async fn trap_36_trouble_that_may_pass_is_put_off_until_it_has_passed() {
    let site = Site::new();
    let (deployment, _, job) = site.deployed().await;
    let mut lambda = Lambda::start(&deployment.aws, &[]);
    deployment.aws.faults().add("CreateInvalidation", When::Always, Fault::Throttle);
    succeeded(&lambda.invoke_within(job.bytes(), Duration::from_secs(4)).await);
    let Some(Answer::Continue { token, .. }) = job.answer(&deployment) else { panic!("{:?}", job.answer(&deployment)) };
    assert!(token.len() <= 2_048);
    assert_eq!(deployment.stale().len(), 2);
    deployment.aws.faults().clear();
    let next = deployment.aws.pipeline().continue_job(&job.id).unwrap();
    succeeded(&lambda.invoke(next.event).await);
    let answer = deployment.aws.pipeline().job(&next.job).unwrap().answer.clone();
    assert!(matches!(answer, Some(Answer::Success { .. })), "{answer:?}");
    assert_eq!(deployment.stale(), [""; 0]);
}

/// Catches: an answer that is given twice, or a failed invocation after one, which makes Lambda run a closed job again.
#[tokio::test]
async fn trap_36_an_answer_that_was_lost_is_not_needed_again() {
    let site = Site::new();
    for fault in [Fault::LostAnswer, Fault::Throttle, Fault::Status500, Fault::Reset] {
        let (deployment, _, job) = site.deployed().await;
        deployment.aws.faults().add("PutJobSuccessResult", When::First(1), fault);
        let mut lambda = Lambda::start(&deployment.aws, &[]);
        succeeded(&lambda.invoke(job.bytes()).await);
        assert!(matches!(job.answer(&deployment), Some(Answer::Success { .. })), "{fault:?}");
        let bought = deployment.bought();
        succeeded(&lambda.invoke(job.bytes()).await);
        assert_eq!(deployment.bought(), bought, "{fault:?}: the same job again buys nothing");
    }
}

/// When no answer can be given at all the invocation fails, so that Lambda tries again.
#[tokio::test]
async fn trap_36_a_job_that_cannot_be_answered_is_lambdas_to_try_again() {
    let site = Site::new();
    let (deployment, _, job) = site.deployed().await;
    deployment.aws.faults().add("PutJobSuccessResult", When::First(1), Fault::Forbidden);
    let mut lambda = Lambda::start(&deployment.aws, &[]);
    assert!(matches!(lambda.invoke(job.bytes()).await, Outcome::Error(_)));
    succeeded(&lambda.invoke(job.bytes()).await);
    assert!(matches!(job.answer(&deployment), Some(Answer::Success { .. })));
    assert_eq!(deployment.bought().len(), 1);
}

/// A push is no deploy: the edge would take the old bytes again.
#[tokio::test]
async fn a_push_is_refused_with_the_reason() {
    let site = Site::new();
    let (deployment, ..) = site.deployed().await;
    let event = codecommit::branch_event(REPOSITORY, BRANCH, None, Some(site.0.repository.id(site.0.new)), now());
    let outcome = Lambda::start(&deployment.aws, &[]).invoke(event).await;
    let Outcome::Error(error) = outcome else { panic!("{outcome:?}") };
    assert!(error.kind == "event-push" && error.message.contains("before the deploy"), "{error:?}");
    assert_eq!(deployment.calls("CreateInvalidation"), 0);
}

/// Catches: a whole batch that comes again because of one message.
#[tokio::test]
async fn trap_33_only_the_bad_message_of_a_batch_goes_back() {
    let site = Site::new();
    let (deployment, ..) = site.deployed().await;
    let steps = deployment.upload(site.0.new, Mode::Extract);
    let mut bodies = deployment.events(&steps);
    bodies[0] = sns::envelope(&bodies[0], now());
    let by_bridge = |key: &str| {
        let step = steps.iter().find(|step| step.key == key).unwrap();
        eventbridge::object_event(&Record::of(step, BUCKET, "0099", now()))
    };
    bodies.extend([b"{\"no\":".to_vec(), by_bridge("b.html"), json!({ "who": "knows" }).to_string().into_bytes()]);
    bodies.push(test_event(BUCKET, now()));
    let bad = [steps.len(), steps.len() + 2].map(|at| json!({ "itemIdentifier": sqs::message_id(at) }));
    let mut lambda = Lambda::start(&deployment.aws, &[("PURGEPLAN_POLICY", Some("{}"))]);
    let outcome = lambda.invoke(sqs::batch(&bodies, now())).await;
    let Outcome::Response(answer) = outcome else { panic!("{outcome:?}") };
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": bad }));
    assert_eq!((deployment.stale(), deployment.bought().len()), (vec![], 1), "one invalidation for all others");
}

/// A failure of AWS hands back the messages that hang on it, and none is lost.
#[tokio::test]
async fn trap_33_messages_whose_purge_failed_go_back_together() {
    let site = Site::new();
    let (deployment, ..) = site.deployed().await;
    let mut bodies = deployment.events(&deployment.upload(site.0.new, Mode::Extract));
    bodies.push(test_event(BUCKET, now()));
    let ids: Vec<Value> = (0..bodies.len() - 1).map(|at| json!({ "itemIdentifier": sqs::message_id(at) })).collect();
    deployment.aws.faults().add("CreateInvalidation", When::First(1), Fault::Forbidden);
    let mut lambda = Lambda::start(&deployment.aws, &[("PURGEPLAN_POLICY", Some("{}"))]);
    for expected in [ids, vec![]] {
        let outcome = lambda.invoke(sqs::batch(&bodies, now())).await;
        let Outcome::Response(answer) = outcome else { panic!("{outcome:?}") };
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": expected }));
    }
    assert_eq!(deployment.stale(), [""; 0]);
}
