//! The steps from what the edge was brought to, to the deployed head.

use purgeplan_core::DeployReference;

use super::Warning;
use crate::ports::Execution;

/// Most steps; each is at least one call of `GetDifferences`.
const STEPS: usize = 60;

/// A state that the edge is known to have been brought to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Anchor {
    /// Where the chain begins, oldest first; the last one is what the execution deployed.
    pub(super) commits: Vec<String>,
    pub(super) origin: Origin,
}

/// The execution that brought the edge there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// As its caller reference names it.
    Reference(DeployReference),
    Execution(String),
}

impl Origin {
    pub(super) fn is(&self, execution: &Execution) -> bool {
        match self {
            Self::Reference(reference) => reference.is_of_execution(&execution.id),
            Self::Execution(id) => *id == execution.id,
        }
    }
}

/// Since when executions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// Since the oldest anchor.
    Anchors,
    /// All that are listed.
    Ever,
}

/// Connected steps, oldest first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) base: Option<String>,
    pub(super) steps: Vec<(Option<String>, String)>,
}

impl Chain {
    /// Steps from state to state; a state that comes twice in a row is one. `None`, before the first commit, is nothing.
    pub(super) fn from(states: impl IntoIterator<Item = Option<String>>) -> Result<Self, Warning> {
        let mut states: Vec<Option<String>> = states.into_iter().collect();
        states.dedup();
        let base = states.first().cloned().flatten();
        let pairs = states.windows(2).filter_map(|pair| Some((pair[0].clone(), pair[1].clone()?)));
        let steps: Vec<_> = pairs.collect();
        if steps.len() > STEPS {
            return Err(Warning::new(
                "base-chain-long",
                format!(
                    "{} commits may have reached the bucket since `{}`: everything is purged",
                    steps.len(),
                    base.unwrap_or_default()
                ),
                "look into why so many deploys came without a purge",
            ));
        }
        Ok(Self { base, steps })
    }
}
