//! Deploys of a made repository through the endpoints of a [`Loopback`], for tests that look at one event or one call.

use std::cell::Cell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use purgeplan_loopback::deploy::{Mapping, Mode, ObjectChange, Site};
use purgeplan_loopback::git;
use purgeplan_loopback::s3_event::{Record, notification, sequencer};
use purgeplan_loopback::{Config, DistributionConfig, EdgeRules, Loopback};

use crate::lambda::{BRANCH, BUCKET, DISTRIBUTION, REPOSITORY};
use crate::site::{Mark, Repository};

/// When every event happens, in seconds since the Unix epoch. Fixed, so that two runs of one case send the same bytes.
const NOW: i64 = 1_790_000_000;

/// The committer date of a commit so many minutes before every event.
#[must_use]
pub fn minutes_ago(minutes: i64) -> i64 {
    NOW - minutes * 60
}

/// What is deployed to and by which rules.
#[derive(Clone, Debug)]
pub struct Target {
    /// The distributions on the bucket.
    pub distributions: Vec<DistributionConfig>,
    /// The edge's rules.
    pub rules: EdgeRules,
    /// Source folder and key prefix.
    pub mapping: Mapping,
}

impl Default for Target {
    fn default() -> Self {
        let distributions = vec![DistributionConfig::rest(DISTRIBUTION)];
        Self { distributions, rules: EdgeRules::default(), mapping: Mapping::default() }
    }
}

/// An invalidation as it was bought.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bought {
    /// The distribution.
    pub distribution: String,
    /// The caller reference.
    pub reference: String,
    /// The paths, in the order of the request.
    pub paths: Vec<String>,
}

/// A repository behind endpoints of its own.
#[derive(Debug)]
pub struct Deployment<'a> {
    /// The endpoints.
    pub aws: Loopback,
    repository: &'a Repository,
    mapping: Mapping,
    sequence: Cell<u64>,
}

impl<'a> Deployment<'a> {
    /// The bucket and the edge as `live` left them: every URL cached, nothing stale, the branch at this commit.
    ///
    /// # Panics
    /// When the endpoints cannot be started.
    pub async fn of(repository: &'a Repository, live: Mark, target: Target) -> Self {
        let mut config = Config::new(REPOSITORY, opened(repository), DistributionConfig::rest(DISTRIBUTION));
        config.distributions = target.distributions;
        config.rules = target.rules;
        let aws = Loopback::start(config).await.expect("ports are free");
        let deployment = Self { aws, repository, mapping: target.mapping, sequence: Cell::new(1) };
        deployment.upload(live, Mode::Extract);
        deployment.aws.edge().warm();
        deployment.push(live);
        deployment
    }

    /// Moves the branch.
    pub fn push(&self, commit: Mark) {
        self.aws.codecommit().set_branch(BRANCH, self.repository.id(commit));
    }

    /// Deploys a commit's site into the bucket; the branch stays where it is.
    ///
    /// # Panics
    /// On a commit of another repository.
    pub fn upload(&self, commit: Mark, mode: Mode) -> Vec<ObjectChange> {
        self.aws.edge().deploy(mode, &self.site(commit))
    }

    /// The site that a commit makes.
    ///
    /// # Panics
    /// On a commit of another repository.
    #[must_use]
    pub fn site(&self, commit: Mark) -> Site {
        let tree = opened(self.repository).tree(self.repository.id(commit)).expect("the commit is in the repository");
        Site::new(&tree, std::slice::from_ref(&self.mapping))
    }

    /// One event of these steps, with sequencers of its own.
    #[must_use]
    pub fn event(&self, steps: &[ObjectChange]) -> Vec<u8> {
        let first = self.sequence.get();
        let sequencers: Vec<String> = (first..).take(steps.len()).map(sequencer).collect();
        self.sequence.set(first + steps.len() as u64);
        let records = steps.iter().zip(&sequencers).map(|(step, number)| Record::of(step, BUCKET, number, now()));
        notification(&records.collect::<Vec<_>>())
    }

    /// One event for each step, as S3 sends them.
    #[must_use]
    pub fn events(&self, steps: &[ObjectChange]) -> Vec<Vec<u8>> {
        steps.iter().map(|step| self.event(std::slice::from_ref(step))).collect()
    }

    /// The stale URLs, each behind its distribution when there are several.
    #[must_use]
    pub fn stale(&self) -> Vec<String> {
        let edge = self.aws.edge();
        let several = edge.distributions().count() > 1;
        let name = |distribution: &str, url: String| if several { format!("{distribution} {url}") } else { url };
        edge.compare().stale.into_iter().map(|stale| name(&stale.distribution, stale.url)).collect()
    }

    /// Everything that was bought, by distribution, oldest first.
    ///
    /// # Panics
    /// Never: the edge knows its own distributions.
    #[must_use]
    pub fn bought(&self) -> Vec<Bought> {
        let edge = self.aws.edge();
        let of = |id: &str| {
            let ledger = edge.invalidations(id).expect("the edge knows its own distributions");
            let bought = ledger.iter().map(|one| Bought {
                distribution: id.to_owned(),
                reference: one.caller_reference.clone(),
                paths: one.paths.clone(),
            });
            bought.collect::<Vec<_>>()
        };
        edge.distributions().flat_map(|distribution| of(&distribution.id)).collect()
    }

    /// The paths that were bought, sorted; of all distributions together.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.bought().into_iter().flat_map(|bought| bought.paths).collect();
        paths.sort();
        paths
    }

    /// How often an operation was called.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u64 {
        self.aws.faults().calls().get(operation).copied().unwrap_or_default()
    }
}

/// When every event happens.
#[must_use]
pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW.unsigned_abs())
}

fn opened(repository: &Repository) -> git::Repository {
    git::Repository::open(repository.path()).expect("the repository was built")
}
