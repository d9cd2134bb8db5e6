//! What people do with a site: push, merge, revert, force, release, roll back, stop, retry.

use purgeplan_loopback::pipeline::Status;

use super::repository::{CONTENTS, FILE, blob, edit};
use super::world::{World, short};

/// What people do.
pub(super) fn step(world: &mut World) {
    match world.rng.u8(..20) {
        // Without the pipeline only the branch's own line is known.
        7 | 8 | 14 if world.scenario.blind => push(world),
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
        15 | 16 => revert(world),
        17 | 18 => give_up_a_job(world),
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
