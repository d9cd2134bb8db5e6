//! A lower bound for every part of the budget's search: wildcards and paths at a price instead of a limit.

use alloc::{vec, vec::Vec};

use super::step::Step;

/// What one wildcard and one path cost, in [`SCALE`] parts of an over-purged URL.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Prices {
    wildcard: u128,
    path: u128,
}

/// Whole numbers only: no float decides.
const SCALE: u128 = 1 << 10;
/// How often a price is halved once its power of two is known.
const REFINEMENTS: usize = 4;

/// One cover and its price.
#[derive(Debug, Clone, Copy, Default)]
struct Priced {
    price: u128,
    wildcards: usize,
    paths: usize,
    cost: usize,
}

impl Priced {
    fn plus(&self, other: &Self) -> Self {
        Self {
            price: self.price + other.price,
            wildcards: self.wildcards + other.wildcards,
            paths: self.paths + other.paths,
            cost: self.cost + other.cost,
        }
    }
}

impl Prices {
    pub(super) fn of(self, wildcards: usize, paths: usize, cost: usize) -> u128 {
        self.wildcard * wildcards as u128 + self.path * paths as u128 + SCALE * cost as u128
    }

    fn priced(self, wildcards: usize, paths: usize, cost: usize) -> Priced {
        Priced { price: self.of(wildcards, paths, cost), wildcards, paths, cost }
    }
}

/// The cheapest cover of each step at given prices.
#[derive(Default)]
struct Cheapest {
    best: Vec<Priced>,
    open: Vec<Option<Priced>>,
}

impl Cheapest {
    /// Fills the buffers anew; the cheapest cover of all.
    fn evaluate(&mut self, steps: &[Step], prices: Prices) -> Priced {
        self.best.clear();
        self.open.clear();
        self.open.extend(steps.iter().map(|step| step.open.map(|open| prices.priced(open.wildcards(), open.paths, 0))));
        for (index, step) in steps.iter().enumerate() {
            let bought = step.bought.iter().flatten().map(|bought| prices.priced(1, bought.paths, bought.cost));
            let best = self.open[index]
                .into_iter()
                .chain(bought)
                .min_by_key(|priced| priced.price)
                .expect("a step that cannot be open has a wildcard");
            self.best.push(best);
            if let (true, Some(open)) = (index != step.parent, &mut self.open[step.parent]) {
                *open = open.plus(&best);
            }
        }
        self.best.last().copied().unwrap_or_default()
    }
}

/// Bounds from the best prices found.
pub(super) struct Bounds {
    prices: Prices,
    /// No best cover is dearer.
    limit: u128,
    /// For each step the cheapest cover of it, and of all that is outside it when no wildcard is above it.
    best: Vec<u128>,
    outside: Vec<u128>,
    /// For each step, the cheapest cover without a wildcard that covers it.
    open: Vec<Option<u128>>,
}

impl Bounds {
    pub(super) fn new(steps: &[Step], paths: usize, wildcards: usize) -> Self {
        let mut search = Search { steps, paths, wildcards, cheapest: Cheapest::default(), upper: None, lower: None };
        search.wildcard_price();
        let prices = search.lower.map_or_else(Prices::default, |(_, prices)| prices);
        let limit = search.upper.map_or(u128::MAX, |cost| prices.of(wildcards, paths, cost));
        let mut cheapest = search.cheapest;
        cheapest.evaluate(steps, prices);
        let mut outside = vec![0; steps.len()];
        let mut open = vec![None; steps.len()];
        for (index, step) in steps.iter().enumerate().rev() {
            if index != step.parent {
                // Where the parent cannot be open, nobody asks for the child.
                outside[index] = open[step.parent].unwrap_or(u128::MAX).saturating_sub(cheapest.best[index].price);
            }
            open[index] = cheapest.open[index].map(|open: Priced| open.price.saturating_add(outside[index]));
        }
        Self { prices, limit, best: cheapest.best.iter().map(|best| best.price).collect(), outside, open }
    }

    /// Whether a best cover may have no wildcard at or above the step.
    pub(super) fn may_be_open(&self, step: usize) -> bool {
        self.open[step].is_some_and(|open| open <= self.limit)
    }

    /// The least price of all that is outside the step.
    pub(super) fn outside(&self, step: usize) -> u128 {
        self.outside[step]
    }

    /// The same and of the step's children.
    pub(super) fn around(&self, step: usize, own_paths: usize, own_wildcards: usize) -> u128 {
        self.open[step].map_or(u128::MAX, |open| open.saturating_sub(self.prices.of(own_wildcards, own_paths, 0)))
    }

    /// The least price of the step itself.
    pub(super) fn best(&self, step: usize) -> u128 {
        self.best[step]
    }

    /// Whether a best cover may have this part when the rest costs `rest` or more.
    pub(super) fn allows(&self, rest: u128, wildcards: usize, paths: usize, cost: usize) -> bool {
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
    /// The greatest lower bound seen, with the budget's own price not yet taken off, and its prices.
    lower: Option<(i128, Prices)>,
}

impl Search<'_> {
    /// The least price at which few enough wildcards are bought.
    fn wildcard_price(&mut self) {
        let limit = self.wildcards;
        least_price(self.dearest(), |wildcard| self.path_price(wildcard).wildcards <= limit);
    }

    /// The cheapest cover at the least price at which it has few enough paths.
    fn path_price(&mut self, wildcard: u128) -> Priced {
        let limit = self.paths;
        let mut within = Priced::default();
        least_price(self.dearest(), |path| {
            let cover = self.evaluate(Prices { wildcard, path });
            if cover.paths <= limit {
                within = cover;
            }
            cover.paths <= limit
        });
        within
    }

    fn evaluate(&mut self, prices: Prices) -> Priced {
        let cover = self.cheapest.evaluate(self.steps, prices);
        if cover.paths <= self.paths && cover.wildcards <= self.wildcards {
            self.upper = Some(self.upper.map_or(cover.cost, |upper| upper.min(cover.cost)));
        }
        let signed = |price: u128| i128::try_from(price).expect("prices are far below 2^127");
        let lower = signed(cover.price) - signed(prices.of(self.wildcards, self.paths, 0));
        if self.lower.is_none_or(|(best, _)| lower > best) {
            self.lower = Some((lower, prices));
        }
        cover
    }

    /// The exponent of a power of two that no wildcard's over-purge outweighs.
    fn dearest(&self) -> u32 {
        let most = self.steps.iter().flat_map(|step| step.bought.iter().flatten()).map(|bought| bought.cost).max();
        (SCALE * (most.unwrap_or_default() as u128 + 1)).ilog2() + 1
    }
}

/// About the least price that is enough, at most two to the power of `dearest`.
fn least_price(dearest: u32, mut enough: impl FnMut(u128) -> bool) -> u128 {
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
    let (mut low, mut high) = ((1_u128 << high) / 2, 1_u128 << high);
    for _ in 0..REFINEMENTS {
        let middle = u128::midpoint(low, high);
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
