//! The ledger: what the edge was last brought to, by the caller references that CloudFront keeps.

use std::collections::BTreeSet;

use purgeplan_core::DeployReference;

use super::attempt::Attempt;
use super::chain::{Anchor, Origin};
use super::{Deploy, Warning};
use crate::failure::Failure;
use crate::ports::{CloudFront, Invalidation, PortError};

/// Most references that are read for one deploy, over all distributions.
const READS: usize = 20;

/// What all distributions' ledgers say.
pub(super) struct Read {
    pub(super) anchors: Vec<Anchor>,
    /// Whether every distribution has its anchor among them.
    pub(super) every_one: bool,
}

/// One distribution's answer.
enum Entry {
    Anchor(Anchor),
    /// The same head was deployed before, and everything was purged for it.
    Everything,
}

/// The anchors of all distributions. The inner error says why everything is to be purged.
pub(super) async fn read<F: CloudFront>(
    cloudfront: &F,
    attempt: &mut Attempt<'_>,
    deploy: &Deploy<'_>,
) -> Result<Result<Read, Box<Warning>>, Failure> {
    let mut read = Read { anchors: Vec::new(), every_one: true };
    let mut left = READS;
    for (index, distribution) in deploy.distributions.iter().enumerate() {
        let share = left / (deploy.distributions.len() - index);
        let (entry, reads) = find(cloudfront, attempt, deploy, distribution, share).await?;
        left -= reads;
        match entry {
            Some(Entry::Anchor(anchor)) if read.anchors.contains(&anchor) => {}
            Some(Entry::Anchor(anchor)) => read.anchors.push(anchor),
            Some(Entry::Everything) => return Ok(Err(Box::new(again(deploy.head)))),
            None => {
                read.every_one = false;
                attempt.warnings.push(empty(distribution));
            }
        }
    }
    Ok(Ok(read))
}

/// The newest deploy whose purge is there whole, within so many reads; and how many were made.
async fn find<F: CloudFront>(
    cloudfront: &F,
    attempt: &mut Attempt<'_>,
    deploy: &Deploy<'_>,
    distribution: &str,
    most: usize,
) -> Result<(Option<Entry>, usize), Failure> {
    let subject = format!("distribution `{distribution}`");
    let list = || cloudfront.list_invalidations(distribution);
    let Some(ids) = attempt.ask("ListInvalidations", &subject, list).await? else { return Ok((None, 0)) };
    let mut search = Search::new(deploy);
    let mut reads = 0;
    for id in ids.iter().take(most) {
        reads += 1;
        let read = || async { known(cloudfront.invalidation(distribution, id).await) };
        let Some(invalidation) = attempt.ask("GetInvalidation", &subject, read).await? else {
            return Ok((None, reads));
        };
        if let Some(invalidation) = invalidation
            && let Some(entry) = search.add(&invalidation.caller_reference)
        {
            return Ok((Some(entry), reads));
        }
    }
    Ok((search.second_best, reads))
}

/// One that left CloudFront's list since it was read is no obstacle.
fn known(read: Result<Invalidation, PortError>) -> Result<Option<Invalidation>, PortError> {
    match read {
        Err(error) if error.code == "NoSuchInvalidation" => Ok(None),
        read => read.map(Some),
    }
}

/// References, newest first, until one deploy is there whole.
struct Search<'d> {
    deploy: &'d Deploy<'d>,
    /// The base that an earlier try of this very work had.
    own_base: Option<String>,
    plans: Vec<(DeployReference, BTreeSet<u32>)>,
    /// The newest whole one, while that of an earlier try is looked for.
    second_best: Option<Entry>,
}

impl<'d> Search<'d> {
    fn new(deploy: &'d Deploy<'d>) -> Self {
        Self { deploy, own_base: None, plans: Vec::new(), second_best: None }
    }

    /// Adds a reference; an entry when it is the one that was looked for.
    fn add(&mut self, text: &str) -> Option<Entry> {
        let reference = DeployReference::parse(text).filter(|reference| reference.is_of_site(self.deploy.site))?;
        let same_head = reference.head() == self.deploy.head;
        if same_head && self.deploy.execution.is_some_and(|execution| reference.is_of_execution(execution)) {
            // A retry, perhaps half done. The same base makes the same plan, and so buys nothing twice.
            if self.own_base.is_none() {
                self.own_base = reference.base().map(str::to_owned);
            }
            return None;
        }
        if !self.complete(&reference) {
            return None;
        }
        let base = if same_head { reference.base() } else { Some(reference.head()) };
        let as_before = self.own_base.is_none() || self.own_base.as_deref() == base;
        let entry = match base {
            None => Entry::Everything,
            // The same head under another execution: its base is taken again, so that a redeploy purges again.
            Some(base) if same_head => Entry::Anchor(Anchor {
                commits: vec![base.to_owned(), reference.head().to_owned()],
                origin: Origin::Reference(reference),
            }),
            Some(base) => {
                Entry::Anchor(Anchor { commits: vec![base.to_owned()], origin: Origin::Reference(reference) })
            }
        };
        if as_before {
            return Some(entry);
        }
        self.second_best.get_or_insert(entry);
        None
    }

    /// Whether all parts of the reference's plan are there, this one included.
    fn complete(&mut self, reference: &DeployReference) -> bool {
        let known = self.plans.iter().position(|(known, _)| known.same_plan(reference));
        let index = known.unwrap_or_else(|| {
            self.plans.push((reference.clone(), BTreeSet::new()));
            self.plans.len() - 1
        });
        let (part, parts) = reference.part();
        let seen = &mut self.plans[index].1;
        seen.insert(part) && seen.len() == usize::try_from(parts).unwrap_or(usize::MAX)
    }
}

fn again(head: &str) -> Warning {
    Warning::new(
        "base-everything-again",
        format!("everything was purged when `{head}` was deployed before, so a redeploy of it purges everything again"),
        "expected; the next commit is compared with this one",
    )
}

fn empty(distribution: &str) -> Warning {
    Warning::new(
        "base-ledger-empty",
        format!(
            "distribution `{distribution}` tells of no whole deploy of this site: the base is looked for in the pipeline"
        ),
        "expected at the first deploy; if it repeats, other invalidations crowd the newest 20, or a permission is \
         missing: set `base` to `pipeline`",
    )
}
