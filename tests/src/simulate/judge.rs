//! What has to hold, judged by the edge model and by the trees themselves.
//!
//! - **Nothing stale**, whenever every upload that wrote to the bucket has had its purge: each URL that the edge keeps is
//!   what the origin has. See [`super`] for when a mode promises it.
//! - **Nothing in vain**: every path of a bought invalidation covers, and it alone of its batch, a URL of an object that
//!   differs between two of the commits that may have reached the bucket since the base which its caller reference names
//!   (of a bucket's event: a URL of one of the event's objects). Without that path this URL would be stale for a viewer who asked when
//!   one of these commits was there. Two rules excuse more: everything is purged when the base is not known, and `escalate`
//!   buys fewer and wider paths.
//! - **Nothing twice**: the same job or event buys the same paths on the same base once, as long as no other commit may have
//!   reached the bucket between its tries. A later try plans through that commit too: what it left at the edge would stay
//!   there if nobody deployed again, and a path more is cheaper than a stale page.
//! - **Every call is well-formed**: CloudFront and CodePipeline refuse nothing for its form.
//! - **Every job is answered** when its invocation returns normally.

use std::collections::BTreeSet;

use purgeplan_core::DeployReference;
use purgeplan_loopback::WildcardReading;
use purgeplan_loopback::edge::{Cause, Invalidation, path};
use purgeplan_loopback::pipeline::{Answer, Execution, Status};
use purgeplan_loopback::{DistributionConfig, SiteKind};
use serde_json::Value;

use super::scenario::Trigger;
use super::world::{World, short};

/// A new invalidation.
pub(super) fn bought(world: &mut World, distribution: &str, made: &Invalidation, event_keys: &BTreeSet<String>) {
    world.figures.invalidations += 1;
    world.figures.paths += made.paths.len() as u64;
    world.tell(format!("{distribution} {} {} purges {:?}", made.id, made.caller_reference, made.paths));
    let Some(config) = world.scenario.distributions.iter().find(|one| one.id == distribution).cloned() else { return };
    let keys = match DeployReference::parse(&made.caller_reference) {
        // Without a base everything is purged, or the whole tree of a first commit.
        Some(reference) if reference.base().is_some() || !is_everything(made) => {
            let states = states(world, &reference, &reached(world));
            world.changed_keys(&states)
        }
        Some(_) => return world.figures.everything += 1,
        None if world.scenario.is_whole() && is_everything(made) => return world.figures.everything += 1,
        None => event_keys.clone(),
    };
    let urls: Vec<String> = keys.iter().flat_map(|key| forms(&config, key)).collect();
    for path in &made.paths {
        let needed = if world.scenario.escalates {
            urls.iter().any(|url| path::matches(path, url, WildcardReading::ZeroOrMore))
        } else {
            [WildcardReading::ZeroOrMore, WildcardReading::OneOrMore].into_iter().any(|reading| {
                let alone = |url: &String| {
                    path::matches(path, url, reading)
                        && !made.paths.iter().any(|other| other != path && path::matches(other, url, reading))
                };
                urls.iter().any(alone)
            })
        };
        if !needed {
            world.fault(format!("{distribution} {}: `{path}` is bought in vain", made.id));
        }
    }
}

/// What was bought, and what was known then.
#[derive(Debug)]
pub(super) struct Purchase {
    caller_reference: String,
    /// The commits that may have reached the bucket when the invocation began that bought it.
    states: BTreeSet<Option<String>>,
}

/// The same work buys the same paths once, however often it is tried. `before`: the executions that had reached the
/// bucket when the invocation began.
pub(super) fn bought_once(
    world: &mut World,
    distribution: &str,
    made: &Invalidation,
    event: &str,
    before: &BTreeSet<String>,
) {
    let reference = DeployReference::parse(&made.caller_reference);
    let known = |reached| reference.as_ref().map(|one| states(world, one, reached)).unwrap_or_default();
    let (states, now) = (known(before), known(&reached(world)));
    // A try that finds the purge of a parallel execution done begins where that ended.
    let base = reference.as_ref().and_then(DeployReference::base).unwrap_or_default();
    let bought = (format!("{base} {event}"), distribution.to_owned(), made.paths.clone());
    let purchase = Purchase { caller_reference: made.caller_reference.clone(), states };
    if let Some(earlier) = world.purchases.insert(bought, purchase)
        && earlier.states == now
    {
        world.fault(format!("{distribution} {}: bought before as {}", made.id, earlier.caller_reference));
    }
}

/// A plan that purges everything says so in few paths.
fn is_everything(made: &Invalidation) -> bool {
    made.paths.len() <= 4 && made.paths.iter().any(|path| path.ends_with("/*"))
}

/// The executions that may have written to the bucket by now.
pub(super) fn reached(world: &World) -> BTreeSet<String> {
    // Who may not look counts them all.
    let unseen = world.scenario.denied.contains(&"ListActionExecutions");
    let beyond_source = |one: &&Execution| unseen || one.actions.iter().any(|action| action.stage != "Source");
    world.pipeline.executions().iter().filter(beyond_source).map(|one| one.id.clone()).collect()
}

/// The commits that these executions may have brought to the bucket since the edge was brought to the reference's base.
fn states(world: &World, reference: &DeployReference, reached: &BTreeSet<String>) -> BTreeSet<Option<String>> {
    let (base, head) = (reference.base(), reference.head());
    let executions = world.pipeline.executions();
    // A redeploy goes back to where the same head was purged before.
    let anchors = executions.iter().filter(|one| Some(&*one.revision.commit) == base || one.revision.commit == head);
    let since = anchors.map(|one| one.started).min().filter(|_| base.is_some());
    let running = |status| matches!(status, Status::InProgress | Status::Stopping);
    let later = executions
        .iter()
        .filter(|one| since.is_none_or(|since| one.updated >= since || running(one.status)))
        .filter(|one| reached.contains(&one.id));
    let mut states: BTreeSet<_> = later.map(|one| Some(one.revision.commit.clone())).collect();
    states.extend([base.map(str::to_owned), Some(head.to_owned())]);
    if world.scenario.blind {
        // Any commit on the way may have been deployed.
        let line = world.repository.line(head).into_iter();
        states.extend(line.take_while(|commit| Some(&**commit) != base).map(Some));
    }
    states
}

/// Every URL under which a policy of the simulation may see a key.
fn forms(config: &DistributionConfig, key: &str) -> Vec<String> {
    let website =
        DistributionConfig { site: SiteKind::Website { index_document: "index.html".into() }, ..config.clone() };
    let mut forms = website.urls_of_key(key);
    if !forms.is_empty() && key.ends_with("search.html") {
        // Only a policy with `query_strings` makes this one cost a path of its own.
        forms.push(forms[0].clone() + "?q=1");
    }
    forms
}

/// An answer to a job has been taken, or not.
pub(super) fn job_answered(world: &mut World, operation: &str, request: &Value, taken: bool) {
    let job = request["jobId"].as_str().unwrap_or_default();
    if !taken || !operation.starts_with("PutJob") {
        return;
    }
    let Some(job) = world.pipeline.job(job).cloned() else { return };
    let line = match &job.answer {
        Some(Answer::Success { details, .. }) => {
            format!("succeeds: {}", details.summary.as_deref().unwrap_or_default())
        }
        Some(Answer::Continue { details, .. }) => {
            format!("goes on: {}", details.summary.as_deref().unwrap_or_default())
        }
        Some(Answer::Failure { kind, message, .. }) => format!("fails: {kind} {message}"),
        other => format!("{other:?}"),
    };
    world.tell(format!("job {} of {} {line}", short(&job.id), short(&job.execution)));
    if let Some(Answer::Success { details, .. }) = &job.answer
        && !details.summary.as_ref().is_some_and(|summary| summary.starts_with("not purged"))
    {
        purged(world, &job.execution);
    }
}

/// The purge of an execution is done.
pub(super) fn purged(world: &mut World, execution: &str) {
    if world.uploads.iter().any(|upload| upload.execution == execution) {
        return;
    }
    let own = |writer: &String| writer == execution;
    let first = world.written.iter().position(own).unwrap_or(world.written.len());
    if first < world.written.len() && world.written[first..].iter().all(own) {
        // It wrote every file anew, and nobody has written since.
        world.written.clear();
    } else {
        world.written.retain(|writer| writer != execution);
    }
    if world.written.is_empty() && world.uploads.is_empty() {
        nothing_stale(world);
    }
}

/// Judges the edge; to be asked only when nothing is open.
pub(super) fn nothing_stale(world: &mut World) {
    world.figures.judgements += 1;
    let comparison = world.edge.compare();
    world.figures.urls += comparison.checked as u64;
    let article = world.scenario.policy.is_none();
    let promised = comparison.stale.iter().filter(|one| !article || one.cause == Cause::Changed);
    let lines: Vec<String> = promised
        .map(|one| {
            format!(
                "{} {} is stale ({:?}): {:?}, not {:?}",
                one.distribution, one.url, one.cause, one.cached, one.origin
            )
        })
        .collect();
    for line in lines {
        world.fault(line);
    }
}

/// After an invocation that returned normally its job is closed.
pub(super) fn job_is_answered(world: &mut World, job: &str) {
    if world.scenario.trigger == Trigger::Job && world.pipeline.job(job).is_some_and(|job| job.answer.is_none()) {
        world.fault(format!("job {} is not answered", short(job)));
    }
}
