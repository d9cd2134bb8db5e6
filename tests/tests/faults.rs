//! What goes wrong at each AWS call, once, twice or until the invocation fails: nothing is lost, nothing is bought twice.
//!
//! The real `bootstrap` over real HTTP; each case has endpoints and a process of its own.

#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::time::{Duration, Instant};

use purgeplan_loopback::deploy::Mode;
use purgeplan_loopback::runtime_api::FunctionError;
use purgeplan_loopback::{DistributionConfig, EdgeRules, Fault, Outcome, Rate, When};
use purgeplan_tests::deployment::{Bought, Deployment, Target, minutes_ago};
use purgeplan_tests::each;
use purgeplan_tests::lambda::{DISTRIBUTION, Lambda};
use purgeplan_tests::site::{History, Mark, Repository, Tree};

/// An invocation's time: enough to get to the faulty call and to try it again, unless the machine is busy.
const SHORT: Duration = Duration::from_secs(2);
/// The most time that an invocation gets on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// Cases at a time: they mostly wait.
const AT_A_TIME: usize = 8;
/// `PURGEPLAN_ATTEMPT_TIMEOUT_MS` where a call is not answered at all.
const ATTEMPT: &str = "400";
/// Without a line for each decision.
const QUIET: (&str, Option<&str>) = ("AWS_LAMBDA_LOG_LEVEL", Some("info"));

/// A call of the drop-in, and which one of its operation it is in an invocation without faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Call {
    operation: &'static str,
    nth: u64,
}

const CALLS: [Call; 6] = [
    Call { operation: "GetBranch", nth: 1 },
    Call { operation: "GetCommit", nth: 1 },
    Call { operation: "GetCommit", nth: 2 },
    Call { operation: "GetDifferences", nth: 1 },
    Call { operation: "GetDifferences", nth: 2 },
    Call { operation: "CreateInvalidation", nth: 1 },
];

/// The faults that may pass, and what a failure says of them.
const PASSING: [(Fault, &[&str]); 8] = [
    (Fault::Throttle, &["Throttling"]),
    (Fault::ThrottleXml, &["Throttling"]),
    (Fault::Status500, &["Internal"]),
    (Fault::Status503, &["ServiceUnavailable"]),
    (Fault::Reset, &["connection"]),
    (Fault::Timeout(None), &["timeout", "no answer"]),
    (Fault::LostAnswer, &["connection"]),
    (Fault::Truncated, &["answer", "connection"]),
];

/// A history of two commits, of which the first is too old to be looked at.
struct Site {
    repository: Repository,
    old: Mark,
    new: Mark,
}

impl Site {
    fn of(names: &[String]) -> Self {
        let tree = |content: &str| {
            let mut tree = Tree::default();
            for name in names {
                tree.file(name, content);
            }
            tree
        };
        let mut history = History::default();
        let old = history.commit(&tree("old"), &[], minutes_ago(600));
        let new = history.commit(&tree("new"), &[old], minutes_ago(10));
        Self { repository: history.build(new), old, new }
    }

    /// HEAD changes more files than a page of `GetDifferences` holds.
    fn of_two_pages() -> Self {
        Self::of(&(0..101).map(|n| format!("p/{n:03}.html")).collect::<Vec<_>>())
    }

    /// HEAD changes so many files whose names each need a wildcard; CloudFront works on 15 at a time.
    fn of_wildcards(count: usize) -> Self {
        Self::of(&(0..count).map(|n| format!("{n:02}~main.js")).collect::<Vec<_>>())
    }

    /// The new commit is in the bucket, and its one event is to be sent.
    async fn deployed(&self, target: Target) -> (Deployment<'_>, Vec<u8>) {
        let deployment = Deployment::of(&self.repository, self.old, target).await;
        deployment.push(self.new);
        let event = deployment.event(&deployment.upload(self.new, Mode::Extract));
        assert!(!deployment.stale().is_empty());
        (deployment, event)
    }

    /// What is bought when nothing goes wrong.
    async fn expected(&self, target: Target) -> Vec<Bought> {
        let (deployment, event) = self.deployed(target).await;
        succeeded(&start(&deployment).invoke(event).await);
        assert_eq!(deployment.stale(), [""; 0]);
        deployment.bought()
    }
}

fn start<'a>(deployment: &'a Deployment<'_>) -> Lambda<'a> {
    Lambda::start(&deployment.aws, &[QUIET])
}

fn start_for<'a>(deployment: &'a Deployment<'_>, fault: Fault) -> Lambda<'a> {
    let attempt = matches!(fault, Fault::Timeout(_)).then_some(ATTEMPT);
    Lambda::start(&deployment.aws, &[QUIET, ("PURGEPLAN_ATTEMPT_TIMEOUT_MS", attempt)])
}

/// Puts the fault on the call and on so many after it.
fn set(deployment: &Deployment<'_>, call: Call, times: u64, fault: Fault) {
    for nth in call.nth..call.nth + times {
        deployment.aws.faults().add(call.operation, When::Nth(nth), fault);
    }
}

fn passing() -> impl Iterator<Item = (Call, Fault, &'static [&'static str])> {
    let all = CALLS.into_iter().flat_map(|call| PASSING.into_iter().map(move |(fault, words)| (call, fault, words)));
    // CloudFront speaks XML anyway: its throttling is the other fault.
    all.filter(|(call, fault, _)| *fault != Fault::ThrottleXml || call.operation != "CreateInvalidation")
}

fn succeeded(outcome: &Outcome) {
    assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
}

fn failure(outcome: Outcome) -> FunctionError {
    match outcome {
        Outcome::Error(error) => error,
        other => panic!("the invocation did not fail by itself: {other:?}"),
    }
}

/// The fault is over: the event comes again, to the same process, and does what was to be done.
async fn mended(deployment: &Deployment<'_>, lambda: &mut Lambda<'_>, event: &[u8], expected: &[Bought]) {
    deployment.aws.faults().clear();
    succeeded(&lambda.invoke(event.to_vec()).await);
    assert_eq!(deployment.stale(), [""; 0], "nothing is lost");
    assert_eq!(deployment.bought(), expected, "nothing is bought twice");
}

#[tokio::test]
async fn a_fault_that_passes_is_mended_inside_the_invocation() {
    let site = Site::of_two_pages();
    let expected = site.expected(Target::default()).await;
    let cases = passing().flat_map(|(call, fault, _)| [1, 2].map(|times| (call, fault, times)));
    each::case(AT_A_TIME, cases, async |(call, fault, times)| {
        let (deployment, event) = site.deployed(Target::default()).await;
        set(&deployment, call, times, fault);
        let mut lambda = start_for(&deployment, fault);
        succeeded(&lambda.invoke(event.clone()).await);
        assert_eq!(deployment.stale(), [""; 0], "nothing is lost");
        assert_eq!(deployment.bought(), expected, "nothing is bought twice");
        let retries = lambda.lines_of("retry");
        let of_the_call = retries.iter().filter(|line| line["operation"] == call.operation).count();
        assert!(of_the_call as u64 >= times, "each retry is told: {retries:#?}");
        mended(&deployment, &mut lambda, &event, &expected).await;
    })
    .await;
}

#[tokio::test]
async fn a_fault_that_lasts_fails_the_invocation_and_the_events_retry_does_the_work() {
    let site = Site::of_two_pages();
    let expected = site.expected(Target::default()).await;
    each::case(AT_A_TIME, passing(), async |(call, fault, words)| {
        let (deployment, event) = site.deployed(Target::default()).await;
        set(&deployment, call, 1_000, fault);
        let mut lambda = start_for(&deployment, fault);
        let told = |error: &FunctionError| words.iter().any(|word| error.message.contains(word));
        let named = |error: &FunctionError| error.message.contains(call.operation) && told(error);
        let mut limit = SHORT;
        let error = loop {
            match lambda.invoke_within(event.clone(), limit).await {
                Outcome::Error(error) if deployment.calls(call.operation) > call.nth && named(&error) => break error,
                // A busy machine did not get so far, or gave up on the first try; Lambda ends the process when the time is over.
                Outcome::Error(_) | Outcome::TimedOut if limit < PATIENCE => lambda.respawn().await,
                other => panic!("not tried again, or not named: {other:?}"),
            }
            limit *= 2;
        };
        assert_eq!(error.kind, "aws-unavailable", "{error:?}");
        assert_eq!(lambda.lines_of("failed").len(), 1, "one line tells the failure");
        if call.operation != "CreateInvalidation" {
            assert_eq!(deployment.bought(), [], "nothing is bought without a whole plan");
        }
        mended(&deployment, &mut lambda, &event, &expected).await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_permission_is_told_at_once_and_not_tried_again() {
    let site = Site::of_two_pages();
    let expected = site.expected(Target::default()).await;
    each::case(AT_A_TIME, CALLS, async |call| {
        let (deployment, event) = site.deployed(Target::default()).await;
        set(&deployment, call, 1_000, Fault::Forbidden);
        let mut lambda = start(&deployment);
        let error = failure(lambda.invoke(event.clone()).await);
        assert_eq!(error.kind, "aws-refused", "{error:?}");
        let code = if call.operation == "CreateInvalidation" { "`AccessDenied`" } else { "`AccessDeniedException`" };
        for part in [call.operation, code, "host-lambda/iam"] {
            assert!(error.message.contains(part), "{part}: {error:?}");
        }
        assert_eq!(deployment.calls(call.operation), call.nth, "a permanent error is not tried again");
        assert_eq!(lambda.lines_of("failed").len(), 1, "one line tells the failure");
        assert_eq!(deployment.bought(), []);
        mended(&deployment, &mut lambda, &event, &expected).await;
    })
    .await;
}

/// A completion time that an invocation of [`SOME`] does not reach.
const COMPLETION: Duration = Duration::from_secs(6);
/// Time for some calls also on a busy machine.
const SOME: Duration = Duration::from_secs(4);

/// The edge at which an invalidation takes so long.
fn completing(completion: Duration) -> Target {
    Target { rules: EdgeRules { completion, ..EdgeRules::default() }, ..Target::default() }
}

/// Somebody else's wildcards, so many that no other is taken until they are complete.
fn occupy(deployment: &Deployment<'_>) -> Bought {
    let paths: Vec<String> = (0..15).map(|n| format!("/elsewhere/{n:02}*")).collect();
    deployment.aws.edge().invalidate(DISTRIBUTION, "somebody else", &paths).unwrap();
    Bought { distribution: DISTRIBUTION.to_owned(), reference: "somebody else".to_owned(), paths }
}

/// A process that is ready: from now on only its work takes time.
async fn started<'a>(deployment: &'a Deployment<'_>) -> Lambda<'a> {
    let lambda = start(deployment);
    deployment.aws.runtime().first_next().await.unwrap();
    lambda
}

#[tokio::test]
async fn too_many_invalidations_in_progress_are_waited_for_inside_the_invocation() {
    let site = Site::of_wildcards(16);
    let expected = site.expected(Target::default()).await;
    let completion = Duration::from_secs(1);
    let (deployment, event) = site.deployed(completing(completion)).await;
    let mut lambda = started(&deployment).await;
    let (started, others) = (Instant::now(), occupy(&deployment));
    succeeded(&lambda.invoke(event.clone()).await);
    assert!(started.elapsed() > 2 * completion, "first for the others', then for its own first batch");
    let retries = lambda.lines_of("retry");
    assert!(retries.iter().any(|line| line["code"] == "TooManyInvalidationsInProgress"), "{retries:#?}");
    mended(&deployment, &mut lambda, &event, &[vec![others], expected].concat()).await;
}

#[tokio::test]
async fn too_many_invalidations_in_progress_for_too_long_fail_the_invocation() {
    let site = Site::of_wildcards(1);
    let expected = site.expected(Target::default()).await;
    let (deployment, event) = site.deployed(completing(COMPLETION)).await;
    let mut lambda = started(&deployment).await;
    let others = occupy(&deployment);
    let error = failure(lambda.invoke_within(event.clone(), SOME).await);
    assert_eq!(error.kind, "aws-unavailable");
    for part in ["CreateInvalidation", "TooManyInvalidationsInProgress", DISTRIBUTION] {
        assert!(error.message.contains(part), "{part}: {error:?}");
    }
    assert_eq!(deployment.bought(), std::slice::from_ref(&others));
    assert!(deployment.calls("CreateInvalidation") > 1, "it was tried again inside the invocation");
    mended(&deployment, &mut lambda, &event, &[vec![others], expected].concat()).await;
}

#[tokio::test]
async fn a_batch_that_was_bought_is_found_again_when_the_next_one_failed() {
    let site = Site::of_wildcards(16);
    let expected = site.expected(Target::default()).await;
    assert_eq!(expected.iter().map(|one| one.paths.len()).collect::<Vec<_>>(), [15, 1]);
    let (deployment, event) = site.deployed(completing(COMPLETION)).await;
    let mut lambda = started(&deployment).await;
    let error = failure(lambda.invoke_within(event.clone(), SOME).await);
    assert!(error.message.contains("of 2 invalidations, created: I"), "{error:?}");
    assert_eq!((deployment.bought(), deployment.stale().len()), (expected[..1].to_vec(), 1));
    mended(&deployment, &mut lambda, &event, &expected).await;
}

/// Two distributions in an account with this rate.
fn rated(per_second: f64) -> Target {
    let rules = EdgeRules { rate: Some(Rate { per_second, burst: 1 }), ..EdgeRules::default() };
    let distributions = [DISTRIBUTION, "E2OTHER"].map(DistributionConfig::rest).to_vec();
    Target { rules, distributions, ..Target::default() }
}

fn start_for_two<'a>(deployment: &'a Deployment<'_>) -> Lambda<'a> {
    let policy = format!(r#"{{"preset":"article","distributions":[{{"id":"{DISTRIBUTION}"}},{{"id":"E2OTHER"}}]}}"#);
    Lambda::start(&deployment.aws, &[QUIET, ("PURGEPLAN_POLICY", Some(&policy))])
}

#[tokio::test]
async fn the_accounts_rate_is_waited_for_inside_the_invocation() {
    let site = Site::of_two_pages();
    let (deployment, event) = site.deployed(rated(1.0)).await;
    let mut lambda = start_for_two(&deployment);
    succeeded(&lambda.invoke(event.clone()).await);
    let retries = lambda.lines_of("retry");
    assert!(retries.iter().any(|line| line["code"] == "Throttling"), "{retries:#?}");
    let bought = deployment.bought();
    assert_eq!(bought.len(), 2);
    mended(&deployment, &mut lambda, &event, &bought).await;
}

#[tokio::test]
async fn the_accounts_rate_of_too_few_calls_fails_the_invocation() {
    let site = Site::of_two_pages();
    let (deployment, event) = site.deployed(rated(0.0)).await;
    let mut lambda = start_for_two(&deployment);
    let error = failure(lambda.invoke_within(event.clone(), SOME).await);
    for part in ["CreateInvalidation", "Throttling", "of 2 invalidations, created: I"] {
        assert!(error.message.contains(part), "{part}: {error:?}");
    }
    // They are asked at the same time: either may get the one call.
    let refused = [DISTRIBUTION, "E2OTHER"].map(|id| error.message.contains(&format!("distribution `{id}`")));
    assert!(refused[0] != refused[1], "{error:?}");
    let first = deployment.bought();
    assert_eq!(first.len(), 1);
    deployment.aws.edge().set_rules(EdgeRules::default());
    succeeded(&lambda.invoke(event.clone()).await);
    assert_eq!(deployment.stale(), [""; 0], "nothing is lost");
    let bought = deployment.bought();
    assert_eq!((bought.len(), bought.contains(&first[0])), (2, true), "nothing is bought twice");
}
