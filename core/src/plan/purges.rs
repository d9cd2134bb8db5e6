//! Which invalidation path purges each URL, and what each decision costs.

use alloc::{vec, vec::Vec};

use super::Plan;
use crate::{answer::CostAnswer, cover::Cover, decide::StaleUrl};

/// The path of every URL of a plan, looked for once.
pub(crate) struct Purges<'p> {
    pub(crate) plan: &'p Plan,
    /// For each URL of each decision, where its path stands in the cover of its distribution; `None` for what is not
    /// purged.
    paths: Vec<Option<usize>>,
    /// Where the URLs of each decision begin among them; then where the last ones end.
    starts: Vec<usize>,
    /// For each distribution, for each path of its cover, how many decisions need it.
    counts: Vec<Vec<usize>>,
}

impl<'p> Purges<'p> {
    pub(crate) fn of(plan: &'p Plan) -> Self {
        let counts = plan.covers.iter().map(|cover| vec![0; cover.paths().len()]).collect();
        let (paths, starts) = (Vec::new(), vec![0]);
        let mut purges = Self { plan, paths, starts, counts };
        let mut finders: Vec<Finder<'p>> = plan.covers.iter().map(Finder::new).collect();
        for (index, decision) in plan.decisions.iter().enumerate() {
            for url in &decision.urls {
                let finder = &mut finders[url.distribution];
                purges.paths.push(if decision.purges(url) { finder.find(url) } else { None });
            }
            purges.starts.push(purges.paths.len());
            for (distribution, path) in purges.needed(index) {
                purges.counts[distribution][path] += 1;
            }
        }
        purges
    }

    /// The paths of the URLs of a decision, in their order.
    pub(crate) fn of_decision(&self, index: usize) -> &[Option<usize>] {
        &self.paths[self.starts[index]..self.starts[index + 1]]
    }

    pub(crate) fn cost(&self, index: usize) -> CostAnswer {
        let needed = self.needed(index);
        let shared = needed.iter().filter(|(distribution, path)| self.counts[*distribution][*path] > 1).count();
        CostAnswer { paths: needed.len(), shared }
    }

    /// The paths that a decision needs, as (distribution, index in the cover), each once.
    fn needed(&self, index: usize) -> Vec<(usize, usize)> {
        let mut needed = Vec::new();
        for (url, path) in self.plan.decisions[index].urls.iter().zip(self.of_decision(index)) {
            if let Some(path) = path {
                needed.push((url.distribution, *path));
            }
        }
        needed.sort_unstable();
        needed.dedup();
        needed
    }
}

/// Looks for paths of one cover; what comes in the cover's order is found beside what was found before.
struct Finder<'p> {
    cover: &'p Cover,
    next: usize,
}

impl<'p> Finder<'p> {
    fn new(cover: &'p Cover) -> Self {
        Self { cover, next: 0 }
    }

    fn find(&mut self, stale: &StaleUrl) -> Option<usize> {
        let expected = self.cover.paths().get(self.next) == Some(&stale.path);
        let found = if expected { Some(self.next) } else { self.cover.position(&stale.path) };
        self.next = found.map_or(self.next, |found| found + 1);
        found
    }
}
