//! The trie as the budget sees it: nothing is left below a pure wildcard.

use alloc::vec::Vec;

use super::{
    Wildcard,
    items::Item,
    lossless::Pure,
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

/// One step for each node that is not below a maximal pure wildcard's; of these and of the nodes below them `lossless` tells.
pub(super) fn steps(nodes: &[Node], items: &[Item<'_>], mut pure: &[Pure], below: &[bool]) -> Vec<Step> {
    let mut kept = 0;
    let mut number = Vec::with_capacity(nodes.len());
    for below in below {
        number.push(kept);
        kept += usize::from(!below);
    }
    let mut steps = Vec::with_capacity(kept);
    for (index, node) in nodes.iter().enumerate() {
        if below[index] {
            continue;
        }
        let last = node.end - 1;
        let bought = |candidate: Candidate| Bought {
            wildcard: Wildcard { item: last, len: candidate.len },
            paths: 1 + usize::from(node.terminal && Some(candidate) == node.on),
            cost: candidate.cost,
        };
        let open = match pure.split_first() {
            Some((first, rest)) if first.node == index => {
                pure = rest;
                // A pure wildcard is no worse than the forced ones that it stands for.
                (first.forced == 0).then(|| Open { paths: node.size(), forced: None })
            }
            _ => {
                let forced = node.forced.then(|| Wildcard { item: last, len: items[last].text.len() });
                Some(Open { paths: node.exact + usize::from(node.forced), forced })
            }
        };
        steps.push(Step { parent: number[node.parent], open, bought: [node.above.map(bought), node.on.map(bought)] });
    }
    steps
}
