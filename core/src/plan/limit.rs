//! The policy's limit on paths.

use alloc::{format, vec::Vec};

use super::remarks::of;
use crate::{
    change::ChangeSet,
    cover::Cover,
    decide::Decider,
    diagnostic::Diagnostic,
    error::Error,
    invalidation::InvalidationPath,
    live::Live,
    policy::file::{MaxPathsFile, Then},
};

/// Holds the plan against `max_paths`.
///
/// To refuse, the deploy counts: the whole of the diffs, also when a trigger limits this plan to a part of it. To
/// widen, this plan counts, because a part that is within the limit costs no more than it says.
pub(super) fn hold(
    MaxPathsFile { limit, then }: MaxPathsFile,
    whole: &Decider<'_>,
    changes: &ChangeSet,
    live: Option<&Live<'_>>,
    covers: &mut [Cover],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Error> {
    if then == Then::Refuse {
        let deploy = super::covers(whole.policy.cover, whole.edges, live, &whole.decide(changes))?;
        let count: usize = deploy.iter().map(|cover| cover.paths().len()).sum();
        if count > limit {
            return Err(Error::new(
                "max-paths-exceeded",
                format!(
                    "the deploy needs {count} invalidation paths, and the policy allows {limit}; nothing was purged"
                ),
                "raise `max_paths.limit`, set `max_paths.then` to `widen`, or invalidate `/*` by hand: until then viewers may see old files",
            ));
        }
        return Ok(());
    }
    for (cover, edge) in covers.iter_mut().zip(whole.edges) {
        let exact = cover.paths().len();
        if exact > limit {
            *cover = cover.widened();
            let wide: Vec<&str> = cover.paths().iter().map(InvalidationPath::as_str).collect();
            diagnostics.push(Diagnostic::warning(
                "widened",
                format!(
                    "{exact} paths are more than the {limit} of `max_paths`: {} purges them, and unchanged URLs with them{}",
                    wide.join(" "),
                    of(edge)
                ),
                "raise `max_paths.limit` to purge only what changed",
            ));
        }
    }
    Ok(())
}
