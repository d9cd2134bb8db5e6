//! A history: steps drawn at random, then calm weather until all is through.

use std::time::Duration;

use purgeplan_loopback::pipeline::Status;
use tokio::time::{Instant, sleep_until};

use super::delivery::{deliver, runs};
use super::faults::Weather;
use super::function::Function;
use super::judge;
use super::repository::{CONTENTS, FILE, blob, edit};
use super::world::{Shared, World, short};

/// Rounds after which a history has to be through.
const ROUNDS: usize = 400;
/// What the look-back of the article's three variables reaches: commits, and seconds.
const LOOKBACK: (usize, u64) = (20, 3_300);

/// Plays a history of so many steps.
pub(super) async fn play(shared: &Shared, steps: usize) {
    let mut warm = Vec::new();
    let weather = std::mem::replace(&mut shared.lock().weather, Weather::CALM);
    begin(shared, &mut warm).await;
    shared.lock().weather = weather;
    for _ in 0..steps {
        step(&mut shared.lock());
        pass(shared, &mut warm).await;
    }
    {
        let mut world = shared.lock();
        world.weather = Weather::CALM;
        world.tell("-- the weather is calm");
    }
    end(shared, &mut warm).await;
}

/// The first deploy, in calm weather: what an empty bucket was compared with, no mode promises.
async fn begin(shared: &Shared, warm: &mut Vec<Function>) {
    {
        let mut world = shared.lock();
        let head = world.repository.head.clone();
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

/// What people do.
fn step(world: &mut World) {
    match world.rng.u8(..20) {
        0..=5 => {
            push(world);
            let head = world.repository.head.clone();
            world.release(&head);
        }
        6 => push(world),
        7 => again(world),
        8 => rollback(world),
        9 | 10 => world.break_upload("fails"),
        11 => world.break_upload("is stopped"),
        12 => stop(world),
        13 => retry(world),
        14 => force(world),
        15 => revert(world),
        16 => give_up_a_job(world),
        _ => {}
    }
    if world.scenario.crowded {
        someone_else(world);
    }
}

/// Invalidations that are not ours crowd the newest ones.
fn someone_else(world: &mut World) {
    for _ in 0..world.rng.usize(..8) {
        let reference = format!("cli-{}", world.rng.u64(..));
        let _ = world.edge.invalidate("E1", &reference, &["/not-of-this-site".to_owned()]);
    }
}

/// One or several commits, some of them merges.
fn push(world: &mut World) {
    for _ in 0..world.rng.usize(1..=4) {
        let (mut tree, mut parents) = (world.repository.head().tree.clone(), vec![world.repository.head.clone()]);
        let mut what = Vec::new();
        if world.rng.u8(..5) == 0 {
            // A branch that left a while ago, and comes back with a commit of its own.
            let line = world.repository.line(&world.repository.head);
            let fork = line[world.rng.usize(..line.len())].clone();
            let mut side = world.repository.commits[&fork].tree.clone();
            what.push(edit(&mut side, &world.scenario.names, &mut world.rng));
            let time = world.seconds();
            let side_id = world.repository.commit(vec![fork], side.clone(), time);
            parents.push(side_id);
            for (path, entry) in side {
                if world.rng.u8(..3) == 0 {
                    tree.insert(path, entry);
                }
            }
        }
        for _ in 0..world.rng.usize(1..=3) {
            what.push(edit(&mut tree, &world.scenario.names, &mut world.rng));
        }
        if world.rng.u8(..4) == 0 {
            // A new build of all scripts: with some names more wildcards than one purge may have.
            let content = world.rng.u64(..CONTENTS);
            for path in world.scenario.names.iter().filter(|name| name.ends_with("~.js")) {
                tree.insert(path.clone(), (FILE, blob(path, content)));
            }
            what.push(format!("build scripts #{content}"));
        }
        let time = world.seconds();
        world.repository.head = world.repository.commit(parents, tree, time);
        world.tell(format!("{} is pushed: {}", &world.repository.head[..4].to_owned(), what.join(", ")));
    }
}

/// A commit that takes everything back to an earlier one.
fn revert(world: &mut World) {
    let line = world.repository.line(&world.repository.head);
    let to = &line[world.rng.usize(..line.len().min(4))];
    let tree = world.repository.commits[to].tree.clone();
    let (parents, time) = (vec![world.repository.head.clone()], world.seconds());
    let head = world.repository.commit(parents, tree, time);
    world.tell(format!("{} reverts to {}", &head[..4], &to[..4]));
    world.repository.head.clone_from(&head);
    world.release(&head);
}

/// The branch is set back, and perhaps goes on from there. The bucket's events promise nothing then.
fn force(world: &mut World) {
    if !world.scenario.is_whole() {
        return;
    }
    let line = world.repository.line(&world.repository.head);
    let to = line[world.rng.usize(..line.len().min(4))].clone();
    world.repository.force(&to);
    world.tell(format!("the branch is forced back to {}", &to[..4]));
    push(world);
    let head = world.repository.head.clone();
    world.repository.force(&head);
    world.release(&head);
}

/// A commit of the pipeline's past, or the branch's head, once more.
fn again(world: &mut World) {
    let executions = world.pipeline.executions();
    let at = world.rng.usize(..=executions.len());
    let commit = executions.get(at).map_or(world.repository.head.clone(), |one| one.revision.commit.clone());
    world.release(&commit);
}

fn rollback(world: &mut World) {
    let executions = world.pipeline.executions();
    let Some(target) = (!executions.is_empty()).then(|| executions[world.rng.usize(..executions.len())].id.clone())
    else {
        return;
    };
    if let Ok(execution) = world.pipeline.rollback("Deploy", &target) {
        world.tell(format!("{} rolls back to {}", short(&execution), short(&target)));
    }
}

fn stop(world: &mut World) {
    let going = world.pipeline.executions().iter().filter(|one| one.status == Status::InProgress);
    let going: Vec<String> = going.map(|one| one.id.clone()).collect();
    if going.is_empty() {
        return;
    }
    let execution = &going[world.rng.usize(..going.len())];
    let abandon = world.rng.bool();
    if world.pipeline.stop(execution, abandon, "the simulation says so").is_ok() {
        if abandon {
            world.uploads.retain(|upload| upload.execution != *execution);
        }
        world.tell(format!("{} is stopped{}", short(execution), if abandon { " at once" } else { "" }));
    }
}

fn retry(world: &mut World) {
    let failed = world.pipeline.executions().iter().filter(|one| one.status == Status::Failed);
    let failed: Vec<String> = failed.map(|one| one.id.clone()).collect();
    if failed.is_empty() {
        return;
    }
    let execution = &failed[world.rng.usize(..failed.len())];
    let all = world.rng.bool();
    if world.pipeline.retry(execution, all).is_ok() {
        world.tell(format!("{} is retried{}", short(execution), if all { ", all of the stage" } else { "" }));
    }
}

/// CodePipeline waits no longer, while the event may still be on its way.
fn give_up_a_job(world: &mut World) {
    let open = world.pipeline.jobs().iter().filter(|job| job.answer.is_none());
    let open: Vec<String> = open.map(|job| job.id.clone()).collect();
    if let Some(job) = open.first()
        && world.pipeline.time_out(job).is_ok()
    {
        world.tell(format!("job {} times out", short(job)));
    }
}
