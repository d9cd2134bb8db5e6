//! The branching points of the items' radix trie, and the wildcards worth a thought at each.

use alloc::vec::Vec;
use core::mem::replace;

use purgeplan_lines::common_prefix;

use super::{Wildcard, between::Between, character::longest_whole, items::Item};

/// A wildcard that could be bought: everything that begins with the first `len` bytes of an item's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) len: usize,
    /// Unchanged live URLs that it purges.
    pub(super) cost: usize,
}

/// A text at which items part, or end while others go on, or that is forced; with everything that begins with it.
#[derive(Debug)]
pub(super) struct Node {
    /// Index of the parent, which comes later; the root's own for the root, which is last.
    pub(super) parent: usize,
    /// The items below and at the node are `first..end`.
    pub(super) first: usize,
    pub(super) end: usize,
    /// Length of the text.
    depth: usize,
    /// Items that are exact paths and belong to no child: single names below, and the node's own text.
    pub(super) exact: usize,
    /// The node's own text is a stale URL with an exact path.
    pub(super) terminal: bool,
    /// The node's own text is a forced wildcard: nothing is below.
    pub(super) forced: bool,
    /// Forced wildcards below and at the node.
    pub(super) forced_items: usize,
    /// Index of the last child that is done, or [`NONE`].
    last_child: usize,
    /// A child's wildcard covers all of the node but a terminal.
    covered_below: bool,
    /// The narrowest wildcard that covers all of the node, when it differs from `on`.
    pub(super) above: Option<Candidate>,
    /// The wildcard at the node's own text: all of the node but a terminal.
    pub(super) on: Option<Candidate>,
    /// Marked by `lossless`.
    pub(super) pure: Pure,
}

/// Whether a wildcard covers a node that purges nothing unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pure {
    No,
    /// A candidate of the node, while none above it is so.
    Here(Candidate),
    Above,
}

const NONE: usize = usize::MAX;

/// What a wildcard may not reach, and what it costs.
pub(super) struct Ground<'l> {
    pub(super) live: &'l Between,
    pub(super) barred: &'l dyn Fn(&[u8]) -> bool,
}

/// In postorder: children before their parent, in the order of their texts.
pub(super) fn nodes(items: &[Item<'_>], ground: &Ground<'_>) -> Vec<Node> {
    let mut nodes = shape(items);
    for index in 0..nodes.len() {
        let above = nodes[nodes[index].parent].depth;
        candidates(&mut nodes[index], above, items, ground);
        let node = &nodes[index];
        let (parent, all, size, forced_items) = (node.parent, node.covers_all(), node.size(), node.forced_items);
        if parent != index {
            let parent = &mut nodes[parent];
            parent.covered_below |= all && size + 1 == parent.size();
            parent.forced_items += forced_items;
        }
    }
    nodes
}

/// The nodes without their candidates, from the common prefixes of neighbours, each measured once.
fn shape(items: &[Item<'_>]) -> Vec<Node> {
    let mut done: Vec<Node> = Vec::new();
    let mut open: Vec<Node> = Vec::new();
    open_at(0, 0, &mut open);
    for (index, item) in items.iter().enumerate() {
        let next = items.get(index + 1).map_or(0, |next| common_prefix(item.text, next.text));
        open_at(next, index, &mut open);
        if item.forced {
            open_at(item.text.len(), index, &mut open);
        }
        let node = top(&mut open);
        node.exact += usize::from(!item.forced);
        node.forced |= item.forced;
        node.forced_items += usize::from(item.forced);
        node.terminal |= !item.forced && item.text.len() == node.depth;
        while let Some(node) = open.pop_if(|node| node.depth > next) {
            open_at(next, node.first, &mut open);
            let sibling = replace(&mut top(&mut open).last_child, done.len());
            finish(node, sibling, index + 1, &mut done);
        }
    }
    let root = open.swap_remove(0);
    let itself = done.len();
    finish(root, itself, items.len(), &mut done);
    done
}

/// Opens a node where none is open at this depth or a greater one.
fn open_at(depth: usize, first: usize, open: &mut Vec<Node>) {
    if open.last().is_none_or(|top| top.depth < depth) {
        open.push(Node::new(depth, first));
    }
}

fn top(open: &mut [Node]) -> &mut Node {
    open.last_mut().expect("the root's depth is 0, so it stays open")
}

/// Puts a node to those that are done, and tells its children who their parent is. In the place of its own parent stands
/// its left sibling until then.
fn finish(mut node: Node, sibling: usize, end: usize, done: &mut Vec<Node>) {
    let (index, mut child) = (done.len(), node.last_child);
    while child != NONE {
        child = replace(&mut done[child].parent, index);
    }
    (node.parent, node.end) = (sibling, end);
    done.push(node);
}

fn candidates(node: &mut Node, parent_depth: usize, items: &[Item<'_>], ground: &Ground<'_>) {
    let text = items[node.first].text;
    let candidate = |len: usize| {
        let candidate = || Candidate { len, cost: ground.live.count(len, node.first, node.end) };
        (!(ground.barred)(&text[..len])).then(candidate)
    };
    let whole = longest_whole(text, node.depth, parent_depth);
    let on_node = whole == Some(node.depth);
    let above = match whole {
        // A single item needs nothing wider than its own path.
        _ if node.size() == 1 => None,
        Some(len) if !on_node => Some(len),
        Some(len) if node.terminal => longest_whole(text, len - 1, parent_depth),
        _ => None,
    };
    node.above = above.and_then(candidate);
    // A forced node's wildcard is there anyway.
    let needless = node.forced || (node.terminal && node.covered_below);
    node.on = if on_node && !needless { candidate(node.depth) } else { None };
}

impl Node {
    fn new(depth: usize, first: usize) -> Self {
        Self {
            parent: NONE,
            first,
            end: first,
            depth,
            exact: 0,
            terminal: false,
            forced: false,
            forced_items: 0,
            last_child: NONE,
            covered_below: false,
            above: None,
            on: None,
            pure: Pure::No,
        }
    }

    /// Whether some wildcard, bought or forced, covers all of the node.
    fn covers_all(&self) -> bool {
        self.above.is_some() || (!self.terminal && (self.on.is_some() || self.forced))
    }

    /// How many paths a candidate leaves: the exact one at the node's own text, which the wildcard there does not cover.
    pub(super) fn left_by(&self, candidate: Candidate) -> usize {
        usize::from(self.terminal && candidate.len == self.depth)
    }

    pub(super) fn wildcard(&self, candidate: Candidate) -> Wildcard {
        Wildcard { item: self.end - 1, len: candidate.len }
    }

    /// How many items are at and below the node.
    pub(super) fn size(&self) -> usize {
        self.end - self.first
    }
}
