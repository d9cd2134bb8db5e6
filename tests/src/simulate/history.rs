//! A history: steps drawn at random, then calm weather until all is through.

use std::time::Duration;

use purgeplan_loopback::pipeline::Status;
use tokio::time::{Instant, sleep_until};

use super::delivery::{deliver, runs};
use super::faults::Weather;
use super::function::Function;
use super::judge;
use super::people;
use super::world::{Shared, short};

/// Rounds after which a history has to be through.
const ROUNDS: usize = 400;
/// What the look-back of the article's three variables reaches: commits, and seconds.
const LOOKBACK: (usize, u64) = (20, 3_300);

/// Plays a history of so many steps.
pub(super) async fn play(shared: &Shared, steps: usize) {
    let mut warm = Vec::new();
    let weather = shared.lock().weather;
    if !shared.lock().scenario.is_strict() {
        shared.lock().weather = Weather::CALM;
    }
    begin(shared, &mut warm).await;
    shared.lock().weather = weather;
    for _ in 0..steps {
        people::step(&mut shared.lock());
        pass(shared, &mut warm).await;
    }
    {
        let mut world = shared.lock();
        world.weather = Weather::CALM;
        world.tell("-- the weather is calm");
    }
    end(shared, &mut warm).await;
}

/// The first deploy. What viewers had asked for before it, they were told is not there.
async fn begin(shared: &Shared, warm: &mut Vec<Function>) {
    {
        let mut world = shared.lock();
        let head = world.repository.head.clone();
        world.announce(&head);
        for _ in 0..4 {
            world.view();
        }
        world.release(&head);
    }
    rest(shared, warm).await;
    let mut world = shared.lock();
    world.edge.warm();
    world.tell("-- the history begins");
}

/// Until retries are through and nothing that was written is left without its purge.
async fn end(shared: &Shared, warm: &mut Vec<Function>) {
    for _ in 0..4 {
        rest(shared, warm).await;
        let mut world = shared.lock();
        world.deliveries.redrive();
        if !world.deliveries.is_empty() || runs(&world) {
            continue;
        }
        if !world.scenario.is_whole() || (world.written.is_empty() && world.uploads.is_empty()) {
            break;
        }
        // What the pipeline shows as failed, or was warned about, is retried, or released again.
        let last = world.pipeline.executions().last().map(|one| (one.id.clone(), one.status));
        match last {
            Some((id, Status::Failed)) if world.rng.bool() && world.pipeline.retry(&id, true).is_ok() => {
                world.tell(format!("{} is retried", short(&id)));
            }
            _ => {
                let head = world.repository.head.clone();
                world.release(&head);
            }
        }
        world.pump();
    }
    rest(shared, warm).await;
    let mut world = shared.lock();
    if !world.deliveries.is_empty() || runs(&world) {
        world.fault("it does not come to rest");
    }
    if world.scenario.is_whole() {
        if !world.written.is_empty() {
            world.fault("a deploy in calm weather was not purged");
        }
    } else if world.scenario.policy.is_none()
        && (world.repository.commits.len() > LOOKBACK.0 || world.elapsed().as_secs() > LOOKBACK.1)
    {
        world.figures.outside += 1;
        return;
    }
    judge::nothing_stale(&mut world);
}

/// Delivers and uploads until nothing is on its way.
async fn rest(shared: &Shared, warm: &mut Vec<Function>) {
    for _ in 0..ROUNDS {
        let (idle, next) = {
            let mut world = shared.lock();
            world.continue_jobs();
            world.pump();
            let mut idle = true;
            for _ in 0..8 {
                idle &= !world.upload_step();
            }
            world.view();
            (idle && world.deliveries.next().is_none(), world.deliveries.next())
        };
        if idle {
            let quiet = !runs(&shared.lock());
            if quiet {
                return;
            }
        }
        if !deliver(shared, warm).await
            && let Some(next) = next
        {
            let now = shared.lock().elapsed();
            sleep_until(Instant::now() + next.saturating_sub(now) + Duration::from_millis(1)).await;
        }
    }
}

/// A little time, in which something is delivered or uploaded.
async fn pass(shared: &Shared, warm: &mut Vec<Function>) {
    let time = {
        let mut world = shared.lock();
        world.continue_jobs();
        world.pump();
        for _ in 0..world.rng.usize(..12) {
            world.upload_step();
        }
        world.view();
        let most = [1_000, 20_000, 60_000][world.rng.usize(..3)];
        Duration::from_millis(world.rng.u64(..most))
    };
    sleep_until(Instant::now() + time).await;
    deliver(shared, warm).await;
}
