//! The wildcards that reach no unchanged live URL.

use alloc::{vec, vec::Vec};

use super::{
    Wildcard,
    items::Item,
    trie::{Candidate, Node},
};

/// A node with a wildcard that purges nothing unchanged, while none above it is so.
pub(super) struct Pure {
    pub(super) node: usize,
    pub(super) candidate: Candidate,
    /// Items that the wildcard covers.
    covered: usize,
    /// Forced wildcards among them.
    pub(super) forced: usize,
}

/// The maximal pure wildcards in the order of their texts, and for each node whether it is below one's node.
pub(super) fn maximal_pure(nodes: &[Node], items: &[Item<'_>]) -> (Vec<Pure>, Vec<bool>) {
    let mut forced_before = vec![0; items.len() + 1];
    for (index, item) in items.iter().enumerate() {
        forced_before[index + 1] = forced_before[index] + usize::from(item.forced);
    }
    let mut pure = Vec::new();
    let mut below = vec![false; nodes.len()];
    let mut stop = vec![false; nodes.len()];
    for (index, node) in nodes.iter().enumerate().rev() {
        below[index] = index != node.parent && stop[node.parent];
        stop[index] = below[index];
        if below[index] {
            continue;
        }
        let is_pure = |candidate: &Candidate| candidate.cost == 0;
        // The one above covers the terminal too.
        if let Some(candidate) = node.above.filter(is_pure).or_else(|| node.on.filter(is_pure)) {
            stop[index] = true;
            pure.push(Pure {
                node: index,
                candidate,
                covered: node.size() - usize::from(node.terminal && Some(candidate) == node.on),
                forced: forced_before[node.end] - forced_before[node.first],
            });
        }
    }
    pure.reverse();
    (pure, below)
}

/// The fewest paths that purge no unchanged live URL but those that the forced wildcards reach.
///
/// Forced wildcards stand in any case, so there can be more than `limit`; then none is added.
pub(super) fn cheapest(pure: &[Pure], nodes: &[Node], forced: usize, limit: usize) -> Vec<Wildcard> {
    let mut chosen = vec![false; pure.len()];
    let (mut standing, mut others) = (forced, Vec::new());
    for (index, pure) in pure.iter().enumerate() {
        if pure.covered < 2 {
            continue;
        }
        if pure.forced > 0 {
            // One that takes the place of a forced wildcard, or of several, needs no room of its own.
            chosen[index] = true;
            standing = standing + 1 - pure.forced;
        } else {
            // The greatest savings first; of equal ones the first in the order of the texts.
            others.push((usize::MAX - pure.covered, index));
        }
    }
    others.sort_unstable();
    for (_, index) in others.iter().take(limit.saturating_sub(standing)) {
        chosen[*index] = true;
    }
    let mut wildcards = Vec::new();
    for (index, pure) in pure.iter().enumerate() {
        if chosen[index] {
            wildcards.push(Wildcard { item: nodes[pure.node].end - 1, len: pure.candidate.len });
        }
    }
    wildcards
}
