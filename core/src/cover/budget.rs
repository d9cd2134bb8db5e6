//! The least over-purge within a number of paths and wildcards.

use alloc::{vec, vec::Vec};

use super::{
    Wildcard,
    choice::Choices,
    frontier::{Frontier, Merger, State},
    relax::Bounds,
    step::Step,
};

/// The best cover.
pub(super) struct Best {
    /// Its wildcards, sorted, the forced ones among them.
    pub(super) wildcards: Vec<Wildcard>,
    /// Unchanged live URLs that they purge.
    pub(super) cost: usize,
}

/// The best cover, or `None` when the budget holds none.
pub(super) fn best(steps: &[Step], paths: usize, wildcards: usize) -> Option<Best> {
    let mut search = Search {
        steps,
        bounds: Bounds::new(steps, paths, wildcards),
        merger: Merger::new(paths, wildcards),
        choices: Choices::new(),
        parts: steps.iter().map(|_| None).collect(),
    };
    let root = search.run()?;
    let best = root.0.iter().min_by_key(|state| (state.cost, state.paths, state.wildcards))?;
    let wildcards = search.choices.wildcards((best.choice, Choices::NONE));
    Some(Best { wildcards, cost: best.cost })
}

struct Search<'a> {
    steps: &'a [Step],
    bounds: Bounds,
    merger: Merger,
    choices: Choices,
    /// Of steps whose children are being covered: what there is so far.
    parts: Vec<Option<Part>>,
}

/// The first children of an open step.
struct Part {
    frontier: Frontier,
    /// The least price of all that is not in it.
    rest: u64,
}

impl Search<'_> {
    fn run(&mut self) -> Option<Frontier> {
        let wanted = self.wanted();
        let root = self.steps.len().checked_sub(1)?;
        for (index, wanted) in wanted[..root].iter().enumerate() {
            if *wanted {
                let frontier = self.cover(index);
                self.join_parent(index, &frontier);
                if self.choices.is_full() {
                    self.collect();
                }
            }
        }
        Some(self.cover(root))
    }

    /// The steps that all of a best cover's wildcards may leave open above.
    fn wanted(&self) -> Vec<bool> {
        let mut wanted = vec![true; self.steps.len()];
        for (index, step) in self.steps.iter().enumerate().rev() {
            wanted[index] = index == step.parent || (wanted[step.parent] && self.bounds.may_be_open(step.parent));
        }
        wanted
    }

    /// All ways to cover a step whose children are done.
    fn cover(&mut self, index: usize) -> Frontier {
        let part = self.parts[index].take();
        let mut frontier = part.map_or_else(|| self.open(index).frontier, |part| part.frontier);
        let rest = self.bounds.outside(index);
        for bought in self.steps[index].bought.iter().flatten() {
            let within = bought.paths <= self.merger.paths && self.merger.wildcards > 0;
            if within && self.bounds.allows(rest, 1, bought.paths, bought.cost) {
                let choice = self.choices.one(bought.wildcard);
                let state = State { wildcards: 1, paths: bought.paths, cost: bought.cost, choice };
                frontier.add(state, &self.choices);
            }
        }
        frontier
    }

    /// An open step before its children.
    fn open(&mut self, index: usize) -> Part {
        let mut part = Part { frontier: Frontier::default(), rest: u64::MAX };
        let Some(open) = self.steps[index].open.filter(|_| self.bounds.may_be_open(index)) else { return part };
        part.rest = self.bounds.around(index, open.paths, open.wildcards());
        if open.paths <= self.merger.paths && open.wildcards() <= self.merger.wildcards {
            let choice = open.forced.map_or(Choices::NONE, |forced| self.choices.one(forced));
            part.frontier.0.push(State { wildcards: open.wildcards(), paths: open.paths, cost: 0, choice });
        }
        part
    }

    fn join_parent(&mut self, index: usize, frontier: &Frontier) {
        let parent = self.steps[index].parent;
        let mut part = self.parts[parent].take().unwrap_or_else(|| self.open(parent));
        part.rest = part.rest.saturating_sub(self.bounds.best(index));
        let bounds = &self.bounds;
        let keep = |state: &State| bounds.allows(part.rest, state.wildcards, state.paths, state.cost);
        part.frontier = self.merger.merge(&part.frontier, frontier, &mut self.choices, keep);
        self.parts[parent] = Some(part);
    }

    fn collect(&mut self) {
        let mut needed = Vec::new();
        for part in self.parts.iter_mut().flatten() {
            needed.extend(part.frontier.0.iter_mut().map(|state| &mut state.choice));
        }
        self.choices.collect(needed);
    }
}
