//! The real `bootstrap` is killed before and after each call's effect, and its event comes again to a new process:
//! nothing is lost, nothing is bought twice.

use purgeplan_loopback::deploy::Mode;
use purgeplan_loopback::{DistributionConfig, Moment, Outcome, When};
use purgeplan_tests::deployment::{Bought, Deployment, Target};
use purgeplan_tests::each;
use purgeplan_tests::lambda::{DISTRIBUTION, Lambda};
use purgeplan_tests::release::Release;
use purgeplan_tests::site::Tree;

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
struct Site(Release);

impl Site {
    fn new() -> Self {
        let mut before = Tree::default();
        for n in 0..98 {
            before.file(format!("gone/{n:03}.html"), "old");
        }
        for name in ["index.html", "a b.html", "日本.html", "same.html"] {
            before.file(name, "old");
        }
        let mut after = Tree::default();
        after.file("same.html", "old");
        for name in ["index.html", "a b.html", "日本.html"] {
            after.file(name, "new");
        }
        Self(Release::of(&before, &after))
    }

    /// The new commit is in the bucket, and its events are to be sent.
    async fn deployed(&self, trigger: Trigger, distributions: usize) -> (Deployment<'_>, Vec<Vec<u8>>) {
        let distributions =
            [DISTRIBUTION, OTHER][..distributions].iter().map(|id| DistributionConfig::rest(*id)).collect();
        let target = Target { distributions, ..Target::default() };
        let deployment = self.0.pushed(target).await;
        let steps = deployment.upload(self.0.new, Mode::Extract);
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
            let outcome = lambda.invoke_or_die(event, &mut hook).await;
            kills += u32::from(outcome.is_none());
            succeeded(&match outcome {
                Some(outcome) => outcome,
                None => lambda.invoke(event.clone()).await,
            });
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
