//! Simulation: random histories of a site through the real handler, judged by the loopback's edge model.
//!
//! People push, merge, revert, force and roll back; the pipeline uploads file by file, fails, is stopped, superseded,
//! retried or runs in parallel; viewers ask for any URL at any moment, also between two files of one upload; AWS throttles,
//! breaks, is silent, loses answers after their effect; events come late, twice and in any order; instances are killed at
//! any await. Then the weather is calm, and retries run through. One generator draws it all and time is tokio's paused
//! clock, so that a seed is a history, and waiting costs nothing.
//!
//! What each mode promises, and the [judge](judge) holds it to:
//!
//! - **A job of the pipeline, an event of its success** (whole deploys): nothing is stale whenever each execution that
//!   wrote to the bucket has been purged, or a later one that wrote every file has. A deploy that failed, or was purged
//!   only with a warning, is owed until someone retries it or releases again; this is what people do at the end. With `base`
//!   `ledger` and its permissions that holds wherever the purge stands. With `pipeline` alone it holds where a success of
//!   the pipeline means a purge: the purge in the deploy's stage, and `on_failure` `fail`. The first deploy of all is made in
//!   calm weather, unless a purge that fails shows as a deploy that failed: nothing else tells the next one of it. Without the
//!   permission to read the pipeline, the ledger holds as long as every deploy is of the branch's own line.
//! - **The bucket's events with a policy** (preset `sound`): nothing is stale when all are handled, within the look-back, as
//!   long as the branch is not forced back.
//! - **The article's three variables**: the same of bytes that changed; added files behind a cached error, and what left
//!   the bucket, are not promised.
//!
//! Viewers ask for canonical URLs only. An upload that is stopped writes nothing more.

mod delivery;
mod events;
mod faults;
mod function;
mod history;
mod judge;
mod people;
mod ports;
mod repository;
mod scenario;
mod world;

use std::ops::{AddAssign, Range};

use fastrand::Rng;

use faults::Weather;
use scenario::Scenario;
use world::{Shared, World};

/// Most steps of a history.
const STEPS: usize = 24;

/// What was played and judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is a count of what it is called")]
pub struct Figures {
    pub histories: u64,
    pub invocations: u64,
    pub kills: u64,
    pub calls: u64,
    pub faults: u64,
    pub invalidations: u64,
    pub paths: u64,
    /// Invalidations of everything.
    pub everything: u64,
    /// How often the whole edge was judged.
    pub judgements: u64,
    /// URLs that were looked at.
    pub urls: u64,
    /// Histories that left the look-back of the article's variables.
    pub outside: u64,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.histories += other.histories;
        self.invocations += other.invocations;
        self.kills += other.kills;
        self.calls += other.calls;
        self.faults += other.faults;
        self.invalidations += other.invalidations;
        self.paths += other.paths;
        self.everything += other.everything;
        self.judgements += other.judgements;
        self.urls += other.urls;
        self.outside += other.outside;
    }
}

/// A history that broke a promise.
#[derive(Debug, Clone)]
pub struct Broken {
    /// Its seed.
    pub seed: u64,
    /// How many steps it needs; the drawn ones, or fewer.
    pub steps: usize,
    /// What is wrong.
    pub faults: Vec<String>,
    /// What happened, line by line.
    pub story: Vec<String>,
    /// Other broken histories of the same run, by their seeds.
    pub others: Vec<u64>,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.story.join("\n"))?;
        writeln!(f, "seed {} with {} steps:", self.seed, self.steps)?;
        for fault in self.faults.iter().take(20) {
            writeln!(f, "  {fault}")?;
        }
        if !self.others.is_empty() {
            writeln!(f, "broken as well: {:?}", self.others)?;
        }
        write!(f, "again: cargo xtask simulate --seed {} --steps {}", self.seed, self.steps)
    }
}

/// Plays one history; `steps` cuts it short.
///
/// # Errors
/// The promise that was broken.
pub fn play(seed: u64, steps: Option<usize>) -> Result<Figures, Box<Broken>> {
    let (figures, broken) = played(seed, steps);
    broken.map_or(Ok(figures), |broken| Err(Box::new(broken)))
}

/// Plays one history and tells its story, whatever came of it.
#[must_use]
pub fn story(seed: u64, steps: Option<usize>) -> Vec<String> {
    run(seed, steps).1.story
}

/// The same history with as few steps as break a promise.
#[must_use]
pub fn shortest(broken: Broken) -> Broken {
    (0..broken.steps).find_map(|steps| play(broken.seed, Some(steps)).err()).map_or(broken, |short| *short)
}

/// Plays many histories on all cores.
///
/// # Errors
/// The broken one with the lowest seed, cut short.
pub fn play_all(seeds: Range<u64>) -> Result<Figures, Box<Broken>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let parts = std::thread::scope(|scope| {
        let play_some = |core: usize| {
            let seeds = seeds.clone().skip(core).step_by(cores);
            seeds.map(|seed| play(seed, None)).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..cores).map(|core| scope.spawn(move || play_some(core))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no history panics")).collect::<Vec<_>>()
    });
    let mut figures = Figures::default();
    let mut broken: Vec<Box<Broken>> = Vec::new();
    for part in parts {
        match part {
            Ok(part) => figures += part,
            Err(one) => broken.push(one),
        }
    }
    broken.sort_by_key(|one| one.seed);
    let others = broken.iter().skip(1).map(|one| one.seed).collect();
    match broken.into_iter().next() {
        Some(first) => Err(Box::new(Broken { others, ..shortest(*first) })),
        None => Ok(figures),
    }
}

fn played(seed: u64, steps: Option<usize>) -> (Figures, Option<Broken>) {
    let (figures, broken) = run(seed, steps);
    (figures, (!broken.faults.is_empty()).then_some(broken))
}

fn run(seed: u64, steps: Option<usize>) -> (Figures, Broken) {
    // The handler's own jitter comes from the thread's generator.
    fastrand::seed(seed);
    let mut rng = Rng::with_seed(seed);
    let scenario = Scenario::draw(&mut rng);
    let weather = Weather::draw(&mut rng);
    let drawn = rng.usize(1..=STEPS);
    let steps = steps.map_or(drawn, |steps| steps.min(drawn));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime can be made").block_on(async {
        let shared = Shared::new(World::new(scenario, rng, weather));
        {
            let mut world = shared.lock();
            let site = format!("{:?}", world.scenario);
            world.tell(site);
        }
        history::play(&shared, steps).await;
        let mut world = shared.lock();
        world.figures.histories = 1;
        let (faults, story) = (std::mem::take(&mut world.faults_found), std::mem::take(&mut world.story));
        (world.figures, Broken { seed, steps, faults, story, others: Vec::new() })
    })
}
