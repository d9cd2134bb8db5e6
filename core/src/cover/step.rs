//! The trie as the budget sees it: nothing is left below a pure wildcard.

use alloc::vec::Vec;

use super::{
    Wildcard,
    items::Item,
    trie::{Candidate, Node, Pure},
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

/// One step for each node that is not below a maximal pure wildcard's, which `lossless` has marked.
pub(super) fn steps(nodes: &[Node], items: &[Item<'_>]) -> Vec<Step> {
    let mut kept = 0;
    let mut number = Vec::with_capacity(nodes.len());
    for node in nodes {
        number.push(kept);
        kept += usize::from(node.pure != Pure::Above);
    }
    let mut steps = Vec::with_capacity(kept);
    for node in nodes.iter().filter(|node| node.pure != Pure::Above) {
        let bought = |candidate: Candidate| Bought {
            wildcard: node.wildcard(candidate),
            paths: 1 + node.left_by(candidate),
            cost: candidate.cost,
        };
        let open = if node.pure == Pure::No {
            let last = node.end - 1;
            let forced = node.forced.then(|| Wildcard { item: last, len: items[last].text.len() });
            Some(Open { paths: node.exact + usize::from(node.forced), forced })
        } else {
            // A pure wildcard is no worse than the forced ones that it stands for.
            (node.forced_items == 0).then(|| Open { paths: node.size(), forced: None })
        };
        steps.push(Step { parent: number[node.parent], open, bought: [node.above.map(bought), node.on.map(bought)] });
    }
    steps
}
