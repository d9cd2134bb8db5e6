//! The wildcards that reach no unchanged live URL.

use alloc::{vec, vec::Vec};

use super::{
    Wildcard,
    trie::{Candidate, Node, Pure},
};

/// Marks the nodes with a wildcard that purges nothing unchanged while none above it is so, and those below them.
pub(super) fn mark_maximal_pure(nodes: &mut [Node]) {
    let is_pure = |candidate: &Candidate| candidate.cost == 0;
    for index in (0..nodes.len()).rev() {
        // The root's own mark is not there yet.
        let free = nodes[nodes[index].parent].pure == Pure::No;
        let node = &mut nodes[index];
        // The one above covers the terminal too.
        let candidate = node.above.filter(is_pure).or(node.on.filter(is_pure));
        node.pure = if free { candidate.map_or(Pure::No, Pure::Here) } else { Pure::Above };
    }
}

/// The fewest paths that purge no unchanged live URL but those that the forced wildcards reach.
///
/// Forced wildcards stand in any case, so there can be more than `limit`; then none is added.
pub(super) fn cheapest(nodes: &[Node], forced: usize, limit: usize) -> Vec<Wildcard> {
    let mut chosen = vec![false; nodes.len()];
    let (mut standing, mut others) = (forced, Vec::new());
    for (index, node) in nodes.iter().enumerate() {
        let Pure::Here(pure) = node.pure else { continue };
        let covered = node.size() - node.left_by(pure);
        if covered > 1 {
            if node.forced_items > 0 {
                // One that takes the place of a forced wildcard, or of several, needs no room of its own.
                chosen[index] = true;
                standing = standing + 1 - node.forced_items;
            } else {
                // The greatest savings first; of equal ones the first in the order of the texts.
                others.push((usize::MAX - covered, index));
            }
        }
    }
    others.sort_unstable();
    for (_, index) in others.iter().take(limit.saturating_sub(standing)) {
        chosen[*index] = true;
    }
    let mut wildcards = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        if let (true, Pure::Here(pure)) = (chosen[index], node.pure) {
            wildcards.push(node.wildcard(pure));
        }
    }
    wildcards
}
