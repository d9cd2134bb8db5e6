//! The steps by the commits' own ancestry, where the pipeline's executions cannot be read.

use super::attempt::Attempt;
use super::chain::{Anchor, Chain};
use super::{Deploy, Parent, Warning};
use crate::failure::Failure;
use crate::history::History;
use crate::ports::CodeCommit;

/// How many first parents are followed.
const COMMITS: usize = 50;

/// Each first-parent commit between the anchors and the head, as far as they are its ancestors. `parent` is there
/// when some distribution has no anchor.
pub(super) async fn chain<C: CodeCommit>(
    codecommit: &C,
    history: &History,
    attempt: &mut Attempt<'_>,
    deploy: &Deploy<'_>,
    anchors: &[Anchor],
    parent: Option<Parent>,
) -> Result<Result<Chain, Box<Warning>>, Failure> {
    let head = Some(deploy.head.to_owned());
    let mut first = None;
    match parent {
        Some(Ok(parent)) => {
            attempt.warnings.push(parent_is_base(deploy.head));
            first = Some(parent);
        }
        Some(Err(why)) => return Ok(Err(Box::new(why))),
        None => {}
    }
    let bases: Vec<String> = anchors.iter().flat_map(|anchor| &anchor.commits).cloned().collect();
    let bases: Vec<String> = bases.into_iter().filter(|commit| commit != deploy.head).collect();
    if bases.is_empty() {
        return Ok(Chain::from(first.into_iter().chain([head])).map_err(Box::new));
    }
    attempt.warnings.push(unseen(deploy.head));
    let states: Vec<Option<String>> = match between(codecommit, history, attempt, deploy.head, &bases).await? {
        // The head's parent is among them.
        Between::All(between) => between.into_iter().map(Some).collect(),
        Between::Strangers(strangers) => {
            attempt.warnings.extend(strangers.iter().map(|stranger| no_ancestor(stranger, deploy.head)));
            first.into_iter().chain(bases.into_iter().map(Some)).collect()
        }
        Between::Missing(why) => return Ok(Err(Box::new(why))),
    };
    Ok(Chain::from(states.into_iter().chain([head])).map_err(Box::new))
}

enum Between {
    /// The commits from the oldest of those looked for up to the head's parent, oldest first.
    All(Vec<String>),
    /// Those of the commits that were not met.
    Strangers(Vec<String>),
    Missing(Warning),
}

async fn between<C: CodeCommit>(
    codecommit: &C,
    history: &History,
    attempt: &Attempt<'_>,
    head: &str,
    wanted: &[String],
) -> Result<Between, Failure> {
    let mut wanted: Vec<&String> = wanted.iter().collect();
    let mut met = Vec::new();
    let mut id = head.to_owned();
    for _ in 0..COMMITS {
        match super::parent(codecommit, history, attempt.invocation, &id).await? {
            Err(why) => return Ok(Between::Missing(why)),
            Ok(None) => break,
            Ok(Some(parent)) => id = parent,
        }
        wanted.retain(|commit| **commit != id);
        met.push(id.clone());
        if wanted.is_empty() {
            met.reverse();
            return Ok(Between::All(met));
        }
    }
    Ok(Between::Strangers(wanted.into_iter().cloned().collect()))
}

fn parent_is_base(head: &str) -> Warning {
    Warning::new(
        "base-parent",
        format!("what was deployed before `{head}` is not known: its first parent is the base"),
        "name the pipeline and give the function's role the optional statements for it: a deploy of several commits, \
         or one that came and went in between, may leave stale pages",
    )
}

fn unseen(head: &str) -> Warning {
    Warning::new(
        "base-chain-unknown",
        format!(
            "the pipeline's executions cannot be read: only `{head}`'s own ancestors are known to have been deployed"
        ),
        "name the pipeline and give the function's role the optional statements for it: what a failed deploy of \
         another commit left at the edge may stay stale",
    )
}

fn no_ancestor(base: &str, head: &str) -> Warning {
    Warning::new(
        "base-no-ancestor",
        format!("`{head}` does not descend from `{base}` within {COMMITS} commits: only the two are compared"),
        "what only commits between them changed may stay stale; purge `/*` once if such a commit was deployed",
    )
}
