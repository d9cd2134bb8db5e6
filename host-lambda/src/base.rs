//! What a whole deploy is to be compared with: the base commit, and every commit that may have reached the bucket since.
//!
//! One diff of the end points is not enough. After a failed purge of B, a revert to A leaves nothing between the ends, and
//! B at the edge. So the plan is over a chain of steps: from a state that the edge is known to have been brought to,
//! through each commit that a later execution may have uploaded, to the deployed head. The chain is connected, so a
//! file that differs between any two of these states differs in one of the steps, whatever the order in which the
//! uploads really came. On doubt the chain begins earlier, or everything is purged; it never begins later.
//!
//! Three ways to a base, each the fallback of the one before: the *ledger* (the caller references of whole-deploy purges
//! that CloudFront keeps), the *pipeline* (the newest earlier execution whose deploy stage succeeded; as good as that
//! stage's success is, so the purge belongs into it), and the head's first *parent*.

mod ancestry;
mod attempt;
mod chain;
mod ledger;
mod runs;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use purgeplan_core::Base;

use crate::failure::Failure;
use crate::history::{CommitDiff, History};
use crate::optional::Denials;
use crate::ports::{CloudFront, CodeCommit, Pipeline, PortError};
use crate::retry::Invocation;
use attempt::Attempt;
use chain::{Chain, Since};
use runs::{Previous, Runs};

/// A whole deploy, as its trigger and the settings name it.
#[derive(Debug, Clone, Copy)]
pub struct Deploy<'a> {
    /// How the base is found.
    pub mode: Base,
    /// What names the site in the ledger, the same for each of its deploys.
    pub site: &'a str,
    /// The pipeline, where it is known.
    pub pipeline: Option<&'a str>,
    /// The pipeline execution, where it is known.
    pub execution: Option<&'a str>,
    /// The deployed commit: its full id. The branch may be past it, so it is never read from there.
    pub head: &'a str,
    /// The distributions to be purged.
    pub distributions: &'a [&'a str],
}

/// The services that are asked.
#[derive(Debug)]
pub struct Ports<'a, C, F, P> {
    /// For commits and differences.
    pub codecommit: &'a C,
    /// For the ledger.
    pub cloudfront: &'a F,
    /// For the executions.
    pub pipeline: &'a P,
}

/// What to plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The union of these diffs.
    Diffs {
        /// Step by step, oldest first; none when nothing may have changed.
        diffs: Vec<Arc<CommitDiff>>,
        /// Where the steps begin; `None` when they begin with a whole tree.
        base: Option<String>,
        /// What the person who owns the site should know.
        warnings: Vec<Warning>,
    },
    /// Everything, because what the edge may hold is not known.
    Everything {
        /// Why it is not known.
        why: Warning,
        /// What else the person who owns the site should know.
        warnings: Vec<Warning>,
    },
}

/// Something that made the plan wider, or its base less certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Stable code, kebab case.
    pub code: &'static str,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub help: &'static str,
}

impl Warning {
    fn new(code: &'static str, message: String, help: &'static str) -> Self {
        Self { code, message, help }
    }
}

/// The head's first parent where it has one; the inner error says why everything is to be purged.
type Parent = Result<Option<String>, Warning>;

/// What is to be planned for a deploy. Fails only where a later try may succeed.
pub async fn find<C: CodeCommit, F: CloudFront, P: Pipeline>(
    ports: &Ports<'_, C, F, P>,
    history: &History,
    denials: &Denials,
    invocation: &Invocation,
    deploy: &Deploy<'_>,
) -> Result<Outcome, Failure> {
    let mut attempt = Attempt::new(invocation, denials);
    let chain = match deploy.mode {
        Base::Parent => match parent(ports.codecommit, history, invocation, deploy.head).await? {
            Ok(parent) => Chain::from([parent, Some(deploy.head.to_owned())]).map_err(Box::new),
            Err(why) => Err(Box::new(why)),
        },
        Base::Ledger | Base::Pipeline => chain(ports, history, &mut attempt, deploy).await?,
    };
    let warnings = attempt.warnings;
    let chain = match chain {
        Ok(chain) => chain,
        Err(why) => return Ok(Outcome::Everything { why: *why, warnings }),
    };
    let mut diffs = Vec::with_capacity(chain.steps.len());
    for (from, to) in &chain.steps {
        match history.find_diff(ports.codecommit, invocation, from.as_deref(), to).await? {
            Ok(diff) => diffs.push(diff),
            Err(error) if error.commit_missing() => {
                let why = missing(&format!("{} to `{to}`", from_text(from.as_deref())), &error);
                return Ok(Outcome::Everything { why, warnings });
            }
            Err(error) => return Err(crate::retry::refused(&format!("differences of commit `{to}`"), &error)),
        }
    }
    Ok(Outcome::Diffs { diffs, base: chain.base, warnings })
}

/// The steps by the ledger and the pipeline, as far as each can be read.
async fn chain<C: CodeCommit, F: CloudFront, P: Pipeline>(
    ports: &Ports<'_, C, F, P>,
    history: &History,
    attempt: &mut Attempt<'_>,
    deploy: &Deploy<'_>,
) -> Result<Result<Chain, Box<Warning>>, Failure> {
    // Whether each distribution has its anchor.
    let (mut anchors, mut every_one) = (Vec::new(), false);
    if deploy.mode == Base::Ledger {
        match ledger::read(ports.cloudfront, attempt, deploy).await? {
            Ok(read) => (every_one, anchors) = (read.every_one && !read.anchors.is_empty(), read.anchors),
            Err(why) => return Ok(Err(why)),
        }
    }
    let runs = match deploy.pipeline {
        Some(pipeline) => Runs::open(ports.pipeline, pipeline, attempt, deploy).await?,
        None => None,
    };
    let Some(mut runs) = runs else {
        let since = if every_one {
            None
        } else {
            Some(parent(ports.codecommit, history, attempt.invocation, deploy.head).await?)
        };
        return ancestry::chain(ports.codecommit, history, attempt, deploy, &anchors, since).await;
    };
    if every_one {
        return runs.chain(attempt, &anchors, Since::Anchors, Vec::new()).await;
    }
    match runs.previous(attempt).await? {
        Previous::Found(anchor) => {
            anchors.push(anchor);
            runs.chain(attempt, &anchors, Since::Anchors, Vec::new()).await
        }
        Previous::None => {
            attempt.warnings.push(no_earlier_deploy(&runs));
            // What the first deploy was compared with: its purge failed, as all since.
            let mut first = Vec::new();
            for commit in &runs.first_commits(attempt).await? {
                match parent(ports.codecommit, history, attempt.invocation, commit).await? {
                    Ok(parent) => first.push(parent),
                    Err(why) => return Ok(Err(Box::new(why))),
                }
            }
            runs.chain(attempt, &anchors, Since::Ever, first).await
        }
        Previous::TooFar => Ok(Err(Box::new(too_far(&runs)))),
    }
}

async fn parent<C: CodeCommit>(
    codecommit: &C,
    history: &History,
    invocation: &Invocation,
    head: &str,
) -> Result<Parent, Failure> {
    match history.find_commit(codecommit, invocation, head).await? {
        Ok(commit) => Ok(Ok(commit.parents.into_iter().next())),
        Err(error) if error.commit_missing() => Ok(Err(missing(&format!("`{head}`"), &error))),
        Err(error) => Err(crate::retry::refused(&format!("commit `{head}`"), &error)),
    }
}

fn from_text(from: Option<&str>) -> String {
    from.map_or_else(|| "nothing".to_owned(), |id| format!("`{id}`"))
}

fn missing(what: &str, error: &PortError) -> Warning {
    Warning::new(
        "base-commit-missing",
        format!("{what} cannot be compared ({error}): everything is purged"),
        "after a force-push this is expected once; the next deploy is compared with this one",
    )
}

fn no_earlier_deploy<P>(runs: &Runs<'_, P>) -> Warning {
    Warning::new(
        "base-no-earlier-deploy",
        format!(
            "{} lists no earlier execution whose deploy stage succeeded: the base is the first parent of the first commit \
             that was deployed",
            runs.name()
        ),
        "expected at a pipeline's first deploy; what the bucket held before it is not known",
    )
}

fn too_far<P>(runs: &Runs<'_, P>) -> Warning {
    Warning::new(
        "base-too-far",
        format!("none of the newest {} executions of {} is a base: everything is purged", runs.len(), runs.name()),
        "look into why so many deploys in a row failed",
    )
}
