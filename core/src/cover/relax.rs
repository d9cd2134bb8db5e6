//! A lower bound for every part of the budget's search: wildcards and paths at a price instead of a limit.

use alloc::{vec, vec::Vec};

use super::step::Step;

/// What one wildcard and one path cost, in [`SCALE`] parts of an over-purged URL.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Prices {
    wildcard: u64,
    path: u64,
}

/// Whole numbers only: no float decides.
const SCALE: u64 = 1 << 10;
/// How often a price is halved once its power of two is known.
const REFINEMENTS: usize = 4;

/// What a cover takes.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    wildcards: usize,
    paths: usize,
    cost: usize,
}

impl Prices {
    pub(super) fn of(self, wildcards: usize, paths: usize, cost: usize) -> u64 {
        self.wildcard * wildcards as u64 + self.path * paths as u64 + SCALE * cost as u64
    }

    fn of_cover(self, taken: &Taken) -> u64 {
        self.of(taken.wildcards, taken.paths, taken.cost)
    }
}

/// The cheapest cover of each step at given prices.
#[derive(Default)]
struct Cheapest {
    best: Vec<Taken>,
    /// Without a wildcard that covers the step.
    open: Vec<Option<Taken>>,
}

impl Cheapest {
    /// Fills the buffers anew; the cheapest cover of all.
    fn evaluate(&mut self, steps: &[Step], prices: Prices) -> Taken {
        self.best.clear();
        self.open.clear();
        for step in steps {
            self.open.push(step.open.map(|open| Taken { wildcards: open.wildcards(), paths: open.paths, cost: 0 }));
        }
        for (index, step) in steps.iter().enumerate() {
            let mut best = self.open[index];
            for bought in step.bought.iter().flatten() {
                let bought = Taken { wildcards: 1, paths: bought.paths, cost: bought.cost };
                if best.is_none_or(|best| prices.of_cover(&bought) < prices.of_cover(&best)) {
                    best = Some(bought);
                }
            }
            let best = best.expect("a step that cannot be open has a wildcard");
            self.best.push(best);
            if let (true, Some(open)) = (index != step.parent, &mut self.open[step.parent]) {
                open.wildcards += best.wildcards;
                open.paths += best.paths;
                open.cost += best.cost;
            }
        }
        self.best.last().copied().unwrap_or_default()
    }
}

/// Bounds from the best prices found.
pub(super) struct Bounds {
    prices: Prices,
    /// No best cover is dearer.
    limit: u64,
    /// For each step the cheapest cover of it, and of all that is outside it when no wildcard is above it.
    best: Vec<u64>,
    outside: Vec<u64>,
    /// For each step, the cheapest cover without a wildcard that covers it.
    open: Vec<Option<u64>>,
}

impl Bounds {
    pub(super) fn new(steps: &[Step], paths: usize, wildcards: usize) -> Self {
        let mut search = Search { steps, paths, wildcards, cheapest: Cheapest::default(), upper: None, lower: None };
        search.wildcard_price();
        let prices = search.lower.map_or_else(Prices::default, |(_, _, prices)| prices);
        let limit = search.upper.map_or(u64::MAX, |cost| prices.of(wildcards, paths, cost));
        let mut cheapest = search.cheapest;
        cheapest.evaluate(steps, prices);
        let best: Vec<u64> = cheapest.best.iter().map(|best| prices.of_cover(best)).collect();
        let mut outside = vec![0; steps.len()];
        let mut open = vec![None; steps.len()];
        for (index, step) in steps.iter().enumerate().rev() {
            if index != step.parent {
                // Where the parent cannot be open, nobody asks for the child.
                outside[index] = open[step.parent].unwrap_or(u64::MAX).saturating_sub(best[index]);
            }
            open[index] = cheapest.open[index].map(|open| prices.of_cover(&open).saturating_add(outside[index]));
        }
        Self { prices, limit, best, outside, open }
    }

    /// Whether a best cover may have no wildcard at or above the step.
    pub(super) fn may_be_open(&self, step: usize) -> bool {
        self.open[step].is_some_and(|open| open <= self.limit)
    }

    /// The least price of all that is outside the step.
    pub(super) fn outside(&self, step: usize) -> u64 {
        self.outside[step]
    }

    /// The same and of the step's children.
    pub(super) fn around(&self, step: usize, own_paths: usize, own_wildcards: usize) -> u64 {
        self.open[step].map_or(u64::MAX, |open| open.saturating_sub(self.prices.of(own_wildcards, own_paths, 0)))
    }

    /// The least price of the step itself.
    pub(super) fn best(&self, step: usize) -> u64 {
        self.best[step]
    }

    /// Whether a best cover may have this part when the rest costs `rest` or more.
    pub(super) fn allows(&self, rest: u64, wildcards: usize, paths: usize, cost: usize) -> bool {
        rest.saturating_add(self.prices.of(wildcards, paths, cost)) <= self.limit
    }
}

struct Search<'a> {
    steps: &'a [Step],
    paths: usize,
    wildcards: usize,
    cheapest: Cheapest,
    /// The least over-purge of a cover seen within the budget.
    upper: Option<usize>,
    /// The greatest lower bound seen: the price of a cheapest cover, that of the budget, which is to be taken off, and
    /// the prices.
    lower: Option<(u64, u64, Prices)>,
}

impl Search<'_> {
    /// The least price at which few enough wildcards are bought.
    fn wildcard_price(&mut self) {
        let limit = self.wildcards;
        least_price(self.dearest(), &mut |wildcard| self.path_price(wildcard).wildcards <= limit);
    }

    /// The cheapest cover at the least price at which it has few enough paths.
    fn path_price(&mut self, wildcard: u64) -> Taken {
        let limit = self.paths;
        let mut within = Taken::default();
        least_price(self.dearest(), &mut |path| {
            let cover = self.evaluate(Prices { wildcard, path });
            if cover.paths <= limit {
                within = cover;
            }
            cover.paths <= limit
        });
        within
    }

    fn evaluate(&mut self, prices: Prices) -> Taken {
        let cover = self.cheapest.evaluate(self.steps, prices);
        if cover.paths <= self.paths && cover.wildcards <= self.wildcards {
            self.upper = Some(self.upper.map_or(cover.cost, |upper| upper.min(cover.cost)));
        }
        let (price, budget) = (prices.of_cover(&cover), prices.of(self.wildcards, self.paths, 0));
        if self.lower.is_none_or(|(best, of_best, _)| price + of_best > best + budget) {
            self.lower = Some((price, budget, prices));
        }
        cover
    }

    /// The exponent of a power of two that no wildcard's over-purge outweighs; smaller where the price of a cover would
    /// pass 2^62. (A budget's price does not either: what it has more of than covers need is free.)
    fn dearest(&self) -> u32 {
        let (mut most, mut paths) = (0, 1);
        for step in self.steps {
            paths += step.open.map_or(0, |open| open.paths) + step.bought.len();
            most = step.bought.iter().flatten().fold(most, |most, bought| most.max(bought.cost));
        }
        let dearest = (SCALE * (most as u64 + 1)).ilog2() + 1;
        dearest.min(60 - paths.ilog2())
    }
}

/// About the least price that is enough, at most two to the power of `dearest`.
fn least_price(dearest: u32, enough: &mut dyn FnMut(u64) -> bool) -> u64 {
    if enough(0) {
        return 0;
    }
    let (mut low, mut high) = (0, dearest);
    while low < high {
        let middle = u32::midpoint(low, high);
        if enough(1 << middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let (mut low, mut high) = ((1_u64 << high) / 2, 1_u64 << high);
    for _ in 0..REFINEMENTS {
        let middle = u64::midpoint(low, high);
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
