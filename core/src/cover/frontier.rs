//! Which numbers of wildcards and paths a part of the trie can be covered with, and the least over-purge of each.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::choice::{Choice, Choices};

/// One way to cover a part of the trie: the best of those with so many wildcards and paths.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    pub(super) wildcards: usize,
    /// Wildcards counted.
    pub(super) paths: usize,
    /// Unchanged live URLs purged.
    pub(super) cost: usize,
    pub(super) choice: Choice,
}

impl State {
    fn is_no_worse_than(&self, other: &Self) -> bool {
        self.wildcards <= other.wildcards && self.paths <= other.paths && self.cost <= other.cost
    }
}

/// The states that no other one beats, by wildcards and then paths.
#[derive(Debug, Default)]
pub(super) struct Frontier(pub(super) Vec<State>);

impl Frontier {
    /// Adds a state unless one is no worse; drops those that it beats.
    pub(super) fn add(&mut self, state: State, choices: &Choices) {
        let order = |other: &State| (other.wildcards, other.paths).cmp(&(state.wildcards, state.paths));
        if let Some(other) = self.0.iter().find(|other| other.is_no_worse_than(&state)) {
            let same = state.is_no_worse_than(other);
            let first = || choices.compare((state.choice, Choices::NONE), (other.choice, Choices::NONE));
            if !same || first() != Ordering::Less {
                return;
            }
        }
        self.0.retain(|other| !state.is_no_worse_than(other));
        let at = self.0.binary_search_by(order).unwrap_or_else(|at| at);
        self.0.insert(at, state);
    }

    fn ranges(&self) -> Option<Ranges> {
        let (first, last) = (self.0.first()?, self.0.last()?);
        let mut paths = (first.paths, first.paths);
        for state in &self.0 {
            paths = (paths.0.min(state.paths), paths.1.max(state.paths));
        }
        Some(Ranges { wildcards: (first.wildcards, last.wildcards), paths })
    }
}

/// Least and most.
struct Ranges {
    wildcards: (usize, usize),
    paths: (usize, usize),
}

/// What a merge needs again and again.
pub(super) struct Merger {
    pub(super) wildcards: usize,
    pub(super) paths: usize,
    cells: Vec<Cell>,
    least: Vec<usize>,
}

#[derive(Clone, Copy)]
struct Cell {
    cost: usize,
    /// Indices of the two states.
    parts: (u32, u32),
}

const EMPTY: Cell = Cell { cost: usize::MAX, parts: (0, 0) };

impl Merger {
    /// The limits of the budget.
    pub(super) fn new(paths: usize, wildcards: usize) -> Self {
        Self { wildcards, paths, cells: Vec::new(), least: Vec::new() }
    }

    /// Every sum of a state of `a` and one of `b` that is within the limits, that no other beats, and that `keep` wants.
    ///
    /// The wildcards of `a` come before those of `b`.
    pub(super) fn merge(
        &mut self,
        a: &Frontier,
        b: &Frontier,
        choices: &mut Choices,
        keep: impl Fn(&State) -> bool,
    ) -> Frontier {
        let (Some(of_a), Some(of_b)) = (a.ranges(), b.ranges()) else { return Frontier::default() };
        let first = (of_a.wildcards.0 + of_b.wildcards.0, of_a.paths.0 + of_b.paths.0);
        let last =
            (self.wildcards.min(of_a.wildcards.1 + of_b.wildcards.1), self.paths.min(of_a.paths.1 + of_b.paths.1));
        if last.0 < first.0 || last.1 < first.1 {
            return Frontier::default();
        }
        let width = last.1 - first.1 + 1;
        self.cells.clear();
        self.cells.resize((last.0 - first.0 + 1) * width, EMPTY);
        for (ia, x) in (0..).zip(&a.0) {
            for (ib, y) in (0..).zip(&b.0) {
                let (wildcards, paths) = (x.wildcards + y.wildcards, x.paths + y.paths);
                if wildcards > last.0 {
                    break;
                }
                if paths > last.1 {
                    continue;
                }
                let cell = &mut self.cells[(wildcards - first.0) * width + paths - first.1];
                let cost = x.cost + y.cost;
                let better = match cost.cmp(&cell.cost) {
                    Ordering::Less => true,
                    Ordering::Greater => false,
                    Ordering::Equal => {
                        let other = (a.0[cell.parts.0 as usize].choice, b.0[cell.parts.1 as usize].choice);
                        choices.compare((x.choice, y.choice), other) == Ordering::Less
                    }
                };
                if better {
                    *cell = Cell { cost, parts: (ia, ib) };
                }
            }
        }
        // The cells that are cheaper than all with no more wildcards and no more paths.
        self.least.clear();
        self.least.resize(width, usize::MAX);
        let mut unbeaten = Vec::new();
        for (row, cells) in self.cells.chunks_exact(width).enumerate() {
            let mut in_row = usize::MAX;
            for (column, cell) in cells.iter().enumerate() {
                let in_column = &mut self.least[column];
                if cell.cost < in_row.min(*in_column) {
                    let (wildcards, paths) = (first.0 + row, first.1 + column);
                    let mut state = State { wildcards, paths, cost: cell.cost, choice: Choices::NONE };
                    if keep(&state) {
                        let (one, other) = (&a.0[cell.parts.0 as usize], &b.0[cell.parts.1 as usize]);
                        state.choice = choices.both(one.choice, other.choice);
                        unbeaten.push(state);
                    }
                }
                in_row = in_row.min(cell.cost);
                *in_column = in_row.min(*in_column);
            }
        }
        Frontier(unbeaten)
    }
}
