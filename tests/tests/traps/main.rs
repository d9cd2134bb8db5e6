//! The traps of AWS.md ("Where a naive handler goes wrong"), from end to end: the real `bootstrap`, a real repository,
//! real HTTP, and an edge that knows what is stale. The number in a test's name is the trap's.
//!
//! Each test names the mistake that it catches. What the core alone decides also has a unit test of the same number there.

mod diff;
mod events;
mod names;
mod purchases;

use purgeplan_loopback::deploy::{Mode, ObjectChange};
use purgeplan_loopback::{DistributionConfig, Outcome};
use purgeplan_tests::deployment::{Deployment, Target, minutes_ago};
use purgeplan_tests::lambda::{DISTRIBUTION, Lambda};
use purgeplan_tests::site::{History, Mark, Repository, Tree};
use serde_json::Value;

/// A policy that says nothing: the preset `sound`.
const SOUND: Option<&str> = Some("{}");
/// No policy: the article's three variables alone.
const ARTICLE: Option<&str> = None;

/// A repository of two commits: the old one is live and too old to be looked at, the new one is about to be deployed.
struct Site {
    repository: Repository,
    old: Mark,
    new: Mark,
}

impl Site {
    /// The old commit has these files; `edit` makes the new one.
    fn new<P: AsRef<[u8]>>(files: &[P], edit: impl FnOnce(&mut Tree) -> &mut Tree) -> Self {
        let (mut history, mut tree) = (History::default(), files_of(files, "old"));
        let old = history.commit(&tree, &[], minutes_ago(600));
        edit(&mut tree);
        let new = history.commit(&tree, &[old], minutes_ago(10));
        Self { repository: history.build(new), old, new }
    }

    /// Every one of the files has new bytes.
    fn modified<P: AsRef<[u8]>>(files: &[P]) -> Self {
        Self::new(files, |tree| {
            for file in files {
                tree.file(file, "new");
            }
            tree
        })
    }

    async fn live(&self) -> Deployment<'_> {
        self.live_at(Target::default()).await
    }

    /// The old commit is in the bucket and at the edge.
    async fn live_at(&self, target: Target) -> Deployment<'_> {
        Deployment::of(&self.repository, self.old, target).await
    }

    /// The new commit is pushed and put into the bucket; what its events are about.
    fn deploy(&self, deployment: &Deployment<'_>, mode: Mode) -> Vec<ObjectChange> {
        deployment.push(self.new);
        deployment.upload(self.new, mode)
    }

    /// Deploys the new commit over the old one, all objects in one event, and tells the paths that were bought.
    async fn purged(&self, policy: Option<&str>, target: Target) -> Vec<String> {
        let deployment = self.live_at(target).await;
        let steps = self.deploy(&deployment, Mode::Extract);
        assert!(!deployment.stale().is_empty(), "the deploy makes something stale");
        send(&deployment, policy, [deployment.event(&steps)]).await;
        assert_eq!(deployment.stale(), [""; 0]);
        assert_eq!(needless(&deployment), [""; 0]);
        deployment.paths()
    }
}

/// A tree in which every file holds the same.
fn files_of<P: AsRef<[u8]>>(files: &[P], content: &str) -> Tree {
    let mut tree = Tree::default();
    for file in files {
        tree.file(file, content);
    }
    tree
}

/// Starts the function, sends it the events one by one, each of which succeeds, and tells what it logged.
async fn send(
    deployment: &Deployment<'_>,
    policy: Option<&str>,
    events: impl IntoIterator<Item = Vec<u8>>,
) -> Vec<Value> {
    let mut lambda = Lambda::start(&deployment.aws, &[("PURGEPLAN_POLICY", policy)]);
    for event in events {
        succeeded(&lambda.invoke(event).await);
    }
    lambda.lines()
}

fn succeeded(outcome: &Outcome) {
    assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// URLs that were purged although the edge had what the origin had.
fn needless(deployment: &Deployment<'_>) -> Vec<String> {
    deployment.aws.edge().needless().map(|(_, _, purged)| purged.url.clone()).collect()
}

/// A distribution with this origin path, through a website endpoint.
fn website(id: &str, origin_path: &str) -> DistributionConfig {
    DistributionConfig { origin_path: origin_path.to_owned(), ..DistributionConfig::website(id) }
}

/// The usual distribution's only one in a target.
fn only(distribution: DistributionConfig) -> Target {
    assert_eq!(distribution.id, DISTRIBUTION);
    Target { distributions: vec![distribution], ..Target::default() }
}
