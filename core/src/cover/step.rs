//! The trie as the budget sees it: nothing is left below a pure wildcard.

use alloc::{vec, vec::Vec};

use super::{
    Wildcard,
    items::Item,
    lossless::maximal_pure,
    trie::{Candidate, Node},
};

/// A node of the trie, in the same order, with what covering it can cost.
#[derive(Debug)]
pub(super) struct Step {
    /// Index of the parent, which comes later; the root's own for the root, which is last.
    pub(super) parent: usize,
    /// What the node adds when no wildcard at or above it is bought.
    pub(super) open: Option<Open>,
    /// Wildcards that cover the node.
    pub(super) bought: [Option<Bought>; 2],
}

/// What is covered one by one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    /// Paths, the forced wildcard counted.
    pub(super) paths: usize,
    pub(super) forced: Option<Wildcard>,
}

/// A wildcard that covers a node, and the exact path that it leaves at the node's own text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bought {
    pub(super) wildcard: Wildcard,
    pub(super) paths: usize,
    pub(super) cost: usize,
}

impl Open {
    pub(super) fn wildcards(&self) -> usize {
        usize::from(self.forced.is_some())
    }
}

/// One step for each node that is not below a maximal pure wildcard's.
pub(super) fn steps(nodes: &[Node], items: &[Item<'_>]) -> Vec<Step> {
    let (pure, below) = maximal_pure(nodes, items);
    let mut pure = pure.into_iter().peekable();
    let kept = below.iter().filter(|below| !**below).count();
    let mut steps = Vec::with_capacity(kept);
    // Parents come later: number from the end.
    let mut number = vec![0; nodes.len()];
    let mut next = kept;
    for index in (0..nodes.len()).rev().filter(|index| !below[*index]) {
        next -= 1;
        number[index] = next;
    }
    for (index, node) in nodes.iter().enumerate().filter(|(index, _)| !below[*index]) {
        let bought = |candidate: Candidate| Bought {
            wildcard: Wildcard { item: node.end - 1, len: candidate.len },
            paths: 1 + usize::from(node.terminal && Some(candidate) == node.on),
            cost: candidate.cost,
        };
        let forced = || node.forced.then(|| Wildcard { item: node.end - 1, len: items[node.end - 1].text.len() });
        let parent = number[node.parent];
        let pure = pure.next_if(|pure| pure.node == index);
        let open = match &pure {
            // A pure wildcard is no worse than the forced ones that it stands for.
            Some(pure) => (pure.forced == 0).then(|| Open { paths: node.size(), forced: None }),
            None => Some(Open { paths: node.exact + usize::from(node.forced), forced: forced() }),
        };
        steps.push(Step { parent, open, bought: [node.above.map(bought), node.on.map(bought)] });
    }
    steps
}
