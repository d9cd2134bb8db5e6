//! All that is outside of the function: repository, pipeline, bucket, edge, viewers, and what the judge wrote down.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fastrand::Rng;
use purgeplan_loopback::deploy::{ObjectChange, Site};
use purgeplan_loopback::pipeline::{DEPLOY, PURGE, Pipeline, Position, Status};
use purgeplan_loopback::{Edge, s3_event};
use tokio::time::Instant;

use super::delivery::Deliveries;
use super::faults::Weather;
use super::judge::Purchase;
use super::repository::{Repository, Tree, edit};
use super::scenario::{Scenario, Trigger};
use super::{Figures, events};

/// When a history begins, in seconds since the Unix epoch: before this machine's clock, so that what is put off at all
/// counts as old (`escalate`).
const EPOCH: u64 = 1_700_000_000;
/// How much older than the history the root commit is, in seconds.
const ROOT_AGE: i64 = 10 * 24 * 3_600;

/// An upload that is under way.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) execution: String,
    steps: VecDeque<ObjectChange>,
}

/// The world. Everything in it is drawn from one generator, and nothing reads this machine's clock.
#[derive(Debug)]
pub(super) struct World {
    pub(super) scenario: Scenario,
    pub(super) rng: Rng,
    pub(super) weather: Weather,
    pub(super) repository: Repository,
    pub(super) edge: Edge,
    pub(super) pipeline: Pipeline,
    pub(super) uploads: Vec<Upload>,
    /// Who wrote which step of all uploads.
    pub(super) written: Vec<String>,
    pub(super) deliveries: Deliveries,
    /// What was bought: for what work, on which distribution, which paths.
    pub(super) purchases: BTreeMap<(String, String, Vec<String>), Purchase>,
    /// Every key that ever was in the bucket, or in a commit.
    keys: BTreeSet<String>,
    /// Newest sequencer.
    sequence: u64,
    started: Instant,
    pub(super) figures: Figures,
    pub(super) story: Vec<String>,
    pub(super) faults_found: Vec<String>,
}

/// The world as ports and runner share it. Nobody holds it over an await.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(super) fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    /// The world with its clocks set.
    pub(super) fn lock(&self) -> MutexGuard<'_, World> {
        let mut world = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, instant) = (world.now(), Instant::now().into_std());
        world.pipeline.set_time(now);
        world.edge.set_time(instant);
        world
    }
}

impl World {
    pub(super) fn new(scenario: Scenario, rng: Rng, weather: Weather) -> Self {
        let edge = Edge::new(scenario.rules, scenario.distributions.clone());
        let pipeline = Pipeline::new(scenario.pipeline());
        let mut world = Self {
            scenario,
            rng,
            weather,
            repository: Repository::default(),
            edge,
            pipeline,
            uploads: Vec::new(),
            written: Vec::new(),
            deliveries: Deliveries::default(),
            purchases: BTreeMap::new(),
            keys: BTreeSet::new(),
            sequence: 0,
            started: Instant::now(),
            figures: Figures::default(),
            story: Vec::new(),
            faults_found: Vec::new(),
        };
        let mut tree = Tree::new();
        for _ in 0..world.scenario.names.len() * 2 {
            edit(&mut tree, &world.scenario.names, &mut world.rng);
        }
        let time = world.seconds() - ROOT_AGE;
        world.repository.head = world.repository.commit(Vec::new(), tree, time);
        world
    }

    pub(super) fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(EPOCH) + self.started.elapsed()
    }

    pub(super) fn seconds(&self) -> i64 {
        let seconds = self.now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        i64::try_from(seconds).unwrap_or(i64::MAX)
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn tell(&mut self, line: impl Into<String>) {
        let at = self.started.elapsed().as_secs();
        self.story.push(format!("{at:>6} s  {}", line.into()));
    }

    pub(super) fn fault(&mut self, what: impl Into<String>) {
        let what = what.into();
        self.tell(format!("!! {what}"));
        self.faults_found.push(what);
    }

    /// The site that a commit makes.
    pub(super) fn site(&self, commit: &str) -> Site {
        Site::new(&self.repository.tree(commit), std::slice::from_ref(&self.scenario.mapping))
    }

    /// What may happen beside the function at any moment.
    pub(super) fn background(&mut self) {
        match self.rng.u8(..8) {
            0..=3 => self.view(),
            4 | 5 => drop(self.upload_step()),
            _ => {}
        }
    }

    /// Viewers hear of a commit's objects.
    pub(super) fn announce(&mut self, commit: &str) {
        let site = self.site(commit);
        self.keys.extend(site.objects().keys().cloned());
    }

    /// A viewer asks for some URL of some key that is or was.
    pub(super) fn view(&mut self) {
        let keys: Vec<&String> = self.keys.iter().collect();
        if keys.is_empty() {
            return;
        }
        for _ in 0..self.rng.usize(1..=6) {
            let config = &self.scenario.distributions[self.rng.usize(..self.scenario.distributions.len())];
            let urls = config.urls_of_key(keys[self.rng.usize(..keys.len())]);
            if urls.is_empty() {
                continue;
            }
            let mut url = urls[self.rng.usize(..urls.len())].clone();
            if url.ends_with("/search.html") && self.has_query_strings() && self.rng.bool() {
                url += ["?q=1", "?q=a%20b"][self.rng.usize(..2)];
            }
            self.edge.fetch(&config.id, &url);
        }
    }

    fn has_query_strings(&self) -> bool {
        self.scenario.policy.as_ref().is_some_and(|policy| policy.get("query_strings").is_some())
    }

    /// Starts every deploy action whose turn it is, and calls the function for every purge whose turn it is.
    pub(super) fn pump(&mut self) {
        let inside = |world: &Self| -> Vec<(String, String)> {
            let of = |one: &purgeplan_loopback::pipeline::Execution| (one.id.clone(), one.revision.commit.clone());
            let inside = world.pipeline.executions().iter();
            inside
                .filter(|one| one.status == Status::InProgress && matches!(one.position, Position::Inside(_)))
                .map(of)
                .collect()
        };
        for (execution, commit) in inside(self) {
            if self.pipeline.start_action(&execution, DEPLOY).is_ok() {
                self.announce(&commit);
                let site = self.site(&commit);
                let mut steps = site.steps(&self.edge.bucket, self.scenario.deploy);
                self.rng.shuffle(&mut steps);
                self.tell(format!("{} uploads {} in {} steps", short(&execution), &commit[..4], steps.len()));
                self.uploads.push(Upload { execution, steps: steps.into() });
            }
        }
        for (execution, _) in inside(self) {
            if self.scenario.trigger == Trigger::Job
                && let Ok(invocation) = self.pipeline.invoke(&execution, PURGE)
            {
                self.tell(format!("{} asks for its purge, job {}", short(&execution), short(&invocation.job)));
                self.deliver_job(invocation);
            }
        }
        self.deliver_changes();
    }

    /// One step of one upload; whether there was one.
    pub(super) fn upload_step(&mut self) -> bool {
        if self.uploads.is_empty() {
            return false;
        }
        let at = self.rng.usize(..self.uploads.len());
        let execution = self.uploads[at].execution.clone();
        if let Some(step) = self.uploads[at].steps.pop_front() {
            self.edge.bucket.apply(&step);
            self.written.push(execution);
            self.sequence += 1;
            let sequencer = s3_event::sequencer(self.sequence);
            if let Trigger::Objects(wrapping) | Trigger::Queue(wrapping) = self.scenario.trigger {
                let body = events::object(&step, &sequencer, self.now(), wrapping);
                self.deliver_object(step.key.clone(), body, wrapping);
            }
        } else {
            self.uploads.remove(at);
            self.tell(format!("{} has uploaded all", short(&execution)));
            // A stopped one waits for the end of its action too; an abandoned one is not here any more.
            let _ = self.pipeline.succeed_action(&execution, DEPLOY);
            self.pump();
        }
        true
    }

    /// An upload ends before its time.
    pub(super) fn break_upload(&mut self, how: &str) {
        if self.uploads.is_empty() {
            return;
        }
        let at = self.rng.usize(..self.uploads.len());
        let upload = self.uploads.remove(at);
        self.tell(format!("{} {how} with {} steps left", short(&upload.execution), upload.steps.len()));
        if how == "fails" {
            let _ = self.pipeline.fail_action(&upload.execution, DEPLOY, "the simulation says so");
        } else {
            let _ = self.pipeline.stop(&upload.execution, true, "the simulation says so");
        }
        self.pump();
    }

    /// A pipeline execution of a commit.
    pub(super) fn release(&mut self, commit: &str) {
        let execution = self.pipeline.start(commit);
        self.tell(format!("{} is started with {}", short(&execution), &commit[..4]));
        self.pump();
    }

    /// The keys of the site that differ between any two of these commits.
    pub(super) fn changed_keys(&self, commits: &BTreeSet<Option<String>>) -> BTreeSet<String> {
        let sites: Vec<Site> = commits
            .iter()
            .map(|commit| commit.as_deref().map(|commit| self.site(commit)).unwrap_or_default())
            .collect();
        let mut seen: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
        for key in sites.iter().flat_map(|site| site.objects().keys()) {
            let contents = sites.iter().map(|site| site.objects().get(key).map(|object| object.content.as_str()));
            seen.entry(key).or_insert_with(|| contents.collect());
        }
        seen.into_iter().filter(|(_, contents)| contents.len() > 1).map(|(key, _)| key.to_owned()).collect()
    }
}

/// The end of an id, which tells it apart.
pub(super) fn short(id: &str) -> String {
    format!("{}{}", &id[..1], id[id.len().saturating_sub(4)..].trim_start_matches('0'))
}
