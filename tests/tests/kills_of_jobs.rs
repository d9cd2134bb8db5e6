//! Every call of a whole deploy's job: the real `bootstrap` is killed before and after its effect, or its answer is lost,
//! cut or reset. The job is answered all the same, nothing stays stale, and nothing is bought twice.

#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use purgeplan_loopback::deploy::Mode;
use purgeplan_loopback::pipeline::{Answer, DEPLOY, PURGE};
use purgeplan_loopback::{Fault, Moment, Outcome, When};
use purgeplan_tests::deployment::{Bought, Deployment, Target};
use purgeplan_tests::each;
use purgeplan_tests::lambda::{BUCKET, Lambda};
use purgeplan_tests::release::Release;
use purgeplan_tests::site::Tree;
use serde_json::{Value, json};

/// Cases at a time.
const AT_A_TIME: usize = 4;
/// Most invocations for one job.
const PATIENCE: usize = 5;
/// The calls of the job, and how often each is made: the first one purges, a second one waits for it.
const CALLS: [(&str, u64); 10] = [
    ("GetFile", 1),
    ("ListInvalidations", 1),
    ("GetInvalidation", 2),
    ("ListPipelineExecutions", 1),
    ("ListActionExecutions", 1),
    ("GetDifferences", 1),
    ("GetDistributionConfig", 1),
    ("ListObjectsV2", 1),
    ("CreateInvalidation", 1),
    ("PutJobSuccessResult", 2),
];

/// Enough modified files that the bucket is listed.
fn site() -> Release {
    let tree = |content: &str| {
        let mut tree = Tree::default();
        tree.file("purgeplan.json", json!({ "bucket": BUCKET, "ignore": ["purgeplan.json"] }).to_string());
        for n in 0..20 {
            tree.file(format!("docs/{n:02}.html"), content);
        }
        tree.file("index.html", "same");
        tree
    };
    Release::of(&tree("old"), &tree("new"))
}

fn start<'a>(deployment: &'a Deployment<'_>) -> Lambda<'a> {
    let policy = ("PURGEPLAN_POLICY_PATH", Some("purgeplan.json"));
    Lambda::start(&deployment.aws, &[("AWS_LAMBDA_LOG_LEVEL", Some("info")), policy])
}

/// A job of the pipeline: its id and its event.
#[derive(Clone, Debug)]
struct Job {
    id: String,
    event: Vec<u8>,
}

impl Job {
    /// An execution uploads a commit and asks for its purge.
    fn of(deployment: &Deployment<'_>, site: &Release, commit: purgeplan_tests::site::Mark) -> Self {
        let execution = deployment.aws.pipeline().start(site.repository.id(commit));
        deployment.aws.pipeline().start_action(&execution, DEPLOY).unwrap();
        deployment.upload(commit, Mode::Extract);
        deployment.aws.pipeline().succeed_action(&execution, DEPLOY).unwrap();
        let invocation = deployment.aws.pipeline().invoke(&execution, PURGE).unwrap();
        let mut event: Value = serde_json::from_slice(&invocation.event).unwrap();
        let field = &mut event["CodePipeline.job"]["data"]["actionConfiguration"]["configuration"]["UserParameters"];
        let mut parameters: Value = serde_json::from_str(field.as_str().unwrap()).unwrap();
        parameters["wait"] = true.into();
        parameters["pipeline"] = deployment.aws.pipeline().config().name.clone().into();
        *field = parameters.to_string().into();
        Self { id: invocation.job, event: event.to_string().into_bytes() }
    }

    /// The job that the function asked to be called again for.
    fn next(&self, deployment: &Deployment<'_>) -> Option<Self> {
        match self.answer(deployment) {
            Some(Answer::Continue { .. }) => {
                let invocation = deployment.aws.pipeline().continue_job(&self.id).unwrap();
                Some(Self { id: invocation.job, event: invocation.event })
            }
            _ => None,
        }
    }

    fn answer(&self, deployment: &Deployment<'_>) -> Option<Answer> {
        deployment.aws.pipeline().job(&self.id).unwrap().answer.clone()
    }
}

/// The old commit was deployed and purged; the deploy of the new one failed once, and is done now.
async fn deployed(site: &Release) -> (Deployment<'_>, Job) {
    let deployment = site.pushed(Target::default()).await;
    let mut job = Some(Job::of(&deployment, site, site.old));
    let mut lambda = start(&deployment);
    while let Some(one) = job {
        succeeded(&lambda.invoke(one.event.clone()).await);
        job = one.next(&deployment);
    }
    deployment.aws.edge().warm();
    let failed = deployment.aws.pipeline().start(site.repository.id(site.new));
    deployment.aws.pipeline().start_action(&failed, DEPLOY).unwrap();
    deployment.aws.pipeline().fail_action(&failed, DEPLOY, "the test says so").unwrap();
    let job = Job::of(&deployment, site, site.new);
    assert_eq!(deployment.stale().len(), 20);
    drop(lambda);
    (deployment, job)
}

fn succeeded(outcome: &Outcome) {
    assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
}

/// Runs a job until it is answered for good.
async fn run(deployment: &Deployment<'_>, lambda: &mut Lambda<'_>, mut job: Job) -> Option<Answer> {
    for _ in 0..PATIENCE {
        succeeded(&lambda.invoke(job.event.clone()).await);
        match job.next(deployment) {
            Some(next) => job = next,
            None => return job.answer(deployment),
        }
    }
    panic!("never done");
}

/// What is bought when nothing goes wrong, and each call is made at least as often as it says.
async fn expected(site: &Release) -> Vec<Bought> {
    let (deployment, job) = deployed(site).await;
    let before: Vec<u64> = CALLS.iter().map(|(operation, _)| deployment.calls(operation)).collect();
    let answer = run(&deployment, &mut start(&deployment), job).await;
    assert!(matches!(answer, Some(Answer::Success { .. })), "{answer:?}");
    for ((operation, times), before) in CALLS.iter().zip(before) {
        assert!(deployment.calls(operation) - before >= *times, "{operation}");
    }
    let bought = deployment.bought();
    assert_eq!(bought.last().unwrap().paths, ["/docs/*"], "the live keys are known");
    bought
}

fn purged(deployment: &Deployment<'_>, answer: Option<&Answer>, expected: &[Bought]) {
    assert!(matches!(answer, Some(Answer::Success { .. })), "{answer:?}");
    assert_eq!(deployment.stale(), [""; 0], "nothing is lost");
    assert_eq!(deployment.bought(), expected, "nothing is bought twice");
}

#[tokio::test]
async fn a_kill_at_any_call_of_a_job_loses_nothing_and_buys_nothing_twice() {
    let site = site();
    let expected = expected(&site).await;
    let calls = CALLS.iter().flat_map(|(operation, times)| (1..=*times).map(|nth| (*operation, nth)));
    let moments = [Moment::BeforeEffect, Moment::AfterEffect];
    let cases = calls.flat_map(|(operation, nth)| moments.map(|moment| (operation, nth, moment)));
    each::case(AT_A_TIME, cases, async |(operation, nth, moment)| {
        let (deployment, mut job) = deployed(&site).await;
        let mut lambda = start(&deployment);
        let mut hook = deployment.aws.faults().hook(operation, When::Nth(nth), moment);
        while let Some(outcome) = lambda.invoke_or_die(&job.event, &mut hook).await {
            succeeded(&outcome);
            job = job.next(&deployment).expect("the call was made");
        }
        let answer = run(&deployment, &mut lambda, job).await;
        purged(&deployment, answer.as_ref(), &expected);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_lost_cut_or_reset_is_asked_for_again() {
    let site = site();
    let expected = expected(&site).await;
    let calls = CALLS.iter().flat_map(|(operation, times)| (1..=*times).map(|nth| (*operation, nth)));
    let faults = [Fault::LostAnswer, Fault::Truncated, Fault::Reset];
    let cases = calls.flat_map(|(operation, nth)| faults.map(|fault| (operation, nth, fault)));
    each::case(AT_A_TIME, cases, async |(operation, nth, fault)| {
        let (deployment, job) = deployed(&site).await;
        deployment.aws.faults().add(operation, When::Nth(nth), fault);
        let answer = run(&deployment, &mut start(&deployment), job).await;
        purged(&deployment, answer.as_ref(), &expected);
    })
    .await;
}

/// What goes wrong at the answer of a job that fails.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    Killed(Moment),
    Broken(Fault),
}

#[tokio::test]
async fn a_failure_is_told_once_whatever_happens_to_its_answer() {
    let site = site();
    let troubles = [
        Trouble::Killed(Moment::BeforeEffect),
        Trouble::Killed(Moment::AfterEffect),
        Trouble::Broken(Fault::LostAnswer),
        Trouble::Broken(Fault::Truncated),
        Trouble::Broken(Fault::Reset),
    ];
    each::case(AT_A_TIME, troubles, async |trouble| {
        let (deployment, job) = deployed(&site).await;
        let before = deployment.bought();
        let mut lambda = start(&deployment);
        deployment.aws.faults().deny("CreateInvalidation");
        match trouble {
            Trouble::Killed(moment) => {
                let mut hook = deployment.aws.faults().hook("PutJobFailureResult", When::Nth(1), moment);
                assert!(lambda.invoke_or_die(&job.event, &mut hook).await.is_none(), "the call was made");
                deployment.aws.faults().deny("CreateInvalidation");
            }
            Trouble::Broken(fault) => deployment.aws.faults().add("PutJobFailureResult", When::Nth(1), fault),
        }
        succeeded(&lambda.invoke(job.event.clone()).await);
        let answer = job.answer(&deployment);
        assert!(matches!(&answer, Some(Answer::Failure { kind, .. }) if kind == "PermissionError"), "{answer:?}");
        assert_eq!(deployment.bought(), before);
    })
    .await;
}
