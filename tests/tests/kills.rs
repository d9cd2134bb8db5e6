//! The real `bootstrap` is killed before and after each call's effect, and its event comes again to a new process:
//! nothing is lost, nothing is bought twice.

use purgeplan_loopback::deploy::Mode;
use purgeplan_loopback::{DistributionConfig, Moment, Outcome, When};
use purgeplan_tests::deployment::{Bought, Deployment, Target, minutes_ago};
use purgeplan_tests::each;
use purgeplan_tests::lambda::{DISTRIBUTION, Lambda};
use purgeplan_tests::site::{History, Mark, Repository, Tree};

/// Cases at a time.
const AT_A_TIME: usize = 4;
/// The second distribution on the bucket.
const OTHER: &str = "E2OTHER";

/// How many records an event has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trigger {
    PerObject,
    Batched,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    operation: &'static str,
    /// Which call of the operation, of the whole deploy.
    nth: u64,
    moment: Moment,
    trigger: Trigger,
    distributions: usize,
}

/// Every call of the drop-in; each of the distributions has an invalidation of its own.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for trigger in [Trigger::PerObject, Trigger::Batched] {
        for distributions in [1, 2] {
            let reads =
                [("GetBranch", 1), ("GetCommit", 1), ("GetCommit", 2), ("GetDifferences", 1), ("GetDifferences", 2)];
            let writes = (1..=distributions as u64).map(|nth| ("CreateInvalidation", nth));
            // The event of another object than the first.
            let later = (trigger == Trigger::PerObject).then_some([("GetBranch", 3), ("CreateInvalidation", 3)]);
            for (operation, nth) in reads.into_iter().chain(writes).chain(later.into_iter().flatten()) {
                for moment in [Moment::BeforeEffect, Moment::AfterEffect] {
                    cases.push(Case { operation, nth, moment, trigger, distributions });
                }
            }
        }
    }
    cases
}

/// A deploy of three modified files, one deleted one, and so many unchanged ones that HEAD's differences, most of
/// them files that the site does not have any more, take two pages.
struct Site {
    repository: Repository,
    old: Mark,
    new: Mark,
}

impl Site {
    fn new() -> Self {
        let (mut history, mut tree) = (History::default(), Tree::default());
        for n in 0..98 {
            tree.file(format!("gone/{n:03}.html"), "old");
        }
        for name in ["index.html", "a b.html", "日本.html", "same.html"] {
            tree.file(name, "old");
        }
        let old = history.commit(&tree, &[], minutes_ago(600));
        for n in 0..98 {
            tree.delete(format!("gone/{n:03}.html"));
        }
        for name in ["index.html", "a b.html", "日本.html"] {
            tree.file(name, "new");
        }
        let new = history.commit(&tree, &[old], minutes_ago(10));
        Self { repository: history.build(new), old, new }
    }

    /// The new commit is in the bucket, and its events are to be sent.
    async fn deployed(&self, trigger: Trigger, distributions: usize) -> (Deployment<'_>, Vec<Vec<u8>>) {
        let distributions =
            [DISTRIBUTION, OTHER][..distributions].iter().map(|id| DistributionConfig::rest(*id)).collect();
        let target = Target { distributions, ..Target::default() };
        let deployment = Deployment::of(&self.repository, self.old, target).await;
        deployment.push(self.new);
        let steps = deployment.upload(self.new, Mode::Extract);
        let events = match trigger {
            Trigger::PerObject => deployment.events(&steps),
            Trigger::Batched => vec![deployment.event(&steps)],
        };
        (deployment, events)
    }

    /// What is bought when nobody is killed.
    async fn expected(&self, trigger: Trigger, distributions: usize) -> Vec<Bought> {
        let (deployment, events) = self.deployed(trigger, distributions).await;
        let mut lambda = start(&deployment, distributions);
        for event in events {
            succeeded(&lambda.invoke(event).await);
        }
        assert_eq!(deployment.stale(), [""; 0]);
        let bought = deployment.bought();
        assert_eq!(bought.len(), distributions * if trigger == Trigger::PerObject { 3 } else { 1 });
        bought
    }
}

fn start<'a>(deployment: &'a Deployment<'_>, distributions: usize) -> Lambda<'a> {
    let policy = format!(r#"{{"preset":"article","distributions":[{{"id":"{DISTRIBUTION}"}},{{"id":"{OTHER}"}}]}}"#);
    let policy = (distributions == 2).then_some(policy.as_str());
    Lambda::start(&deployment.aws, &[("AWS_LAMBDA_LOG_LEVEL", Some("info")), ("PURGEPLAN_POLICY", policy)])
}

fn succeeded(outcome: &Outcome) {
    assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
}

/// Sends an event; when the call is reached, the process is killed and the event comes again to a new one. Whether it was.
async fn send(
    deployment: &Deployment<'_>,
    lambda: &mut Lambda<'_>,
    hook: &mut purgeplan_loopback::faults::Hook,
    event: &[u8],
) -> bool {
    let stopped = tokio::select! {
        outcome = lambda.invoke(event.to_vec()) => {
            succeeded(&outcome);
            return false;
        }
        Some(stopped) = hook.reached() => stopped,
    };
    lambda.kill().await;
    // The killed client's call ends where it was stopped.
    drop(stopped);
    deployment.aws.faults().clear();
    lambda.respawn().await;
    succeeded(&lambda.invoke(event.to_vec()).await);
    true
}

#[tokio::test]
async fn a_kill_at_any_call_loses_nothing_and_buys_nothing_twice() {
    let site = Site::new();
    let mut expected = Vec::new();
    for trigger in [Trigger::PerObject, Trigger::Batched] {
        for distributions in [1, 2] {
            expected.push((trigger, distributions, site.expected(trigger, distributions).await));
        }
    }
    each::case(AT_A_TIME, cases(), async |case| {
        let Case { operation, nth, moment, trigger, distributions } = case;
        let (deployment, events) = site.deployed(trigger, distributions).await;
        let mut lambda = start(&deployment, distributions);
        let mut hook = deployment.aws.faults().hook(operation, When::Nth(nth), moment);
        let mut kills = 0;
        for event in &events {
            kills += u32::from(send(&deployment, &mut lambda, &mut hook, event).await);
        }
        assert_eq!(kills, 1, "the call was made");
        let expected = expected.iter().find(|(one, count, _)| (*one, *count) == (trigger, distributions));
        let (.., expected) = expected.expect("all were run");
        assert_eq!(deployment.stale(), [""; 0], "nothing is lost");
        assert_eq!(sorted(deployment.bought()), sorted(expected.clone()), "nothing is bought twice");
        // Delivered at least once, in no order: everything once more, backwards.
        for event in events.iter().rev() {
            succeeded(&lambda.invoke(event.clone()).await);
        }
        assert_eq!(sorted(deployment.bought()), sorted(expected.clone()), "a second delivery buys nothing");
    })
    .await;
}

fn sorted(mut bought: Vec<Bought>) -> Vec<Bought> {
    bought.sort();
    bought
}
