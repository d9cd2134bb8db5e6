//! The policy's limit on paths.

use alloc::{format, string::String, vec, vec::Vec};

use super::{paths::Ground, remarks::of};
use crate::{
    cover::Cover,
    decide::Decision,
    diagnostic::Diagnostic,
    error::Error,
    policy::file::{MaxPathsFile, Then},
    render::count,
};

/// Holds the plan of all distributions together against `max_paths`.
///
/// To refuse, the deploy counts: the whole of the diffs, also when a trigger limits this plan to a part of it. To
/// widen, this plan counts, because a part that is within the limit costs no more than it says.
pub(super) fn hold(
    MaxPathsFile { limit, then }: MaxPathsFile,
    ground: &Ground<'_>,
    decisions: &[Decision],
    deploy: Option<&[Decision]>,
    covers: &mut [Cover],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Error> {
    if then == Then::Refuse {
        let count = match deploy {
            Some(deploy) => counts(&ground.covers(deploy, &mut Vec::new())?),
            None => counts(covers),
        };
        let count = count.iter().sum();
        return if count > limit { Err(refused(count, limit)) } else { Ok(()) };
    }
    let counts = counts(covers);
    let shares = shares(&counts, limit);
    for (index, edge) in ground.edges.iter().enumerate() {
        let (exact, limit) = (counts[index], shares[index]);
        if exact <= limit {
            continue;
        }
        let cover = ground.widened(index, decisions, limit).map_err(|error| {
            let message = format!("{error}{}; nothing was purged", of(edge));
            let help = "raise `max_paths.limit`; if only behaviours of other origins are in the way, set `cover.other_origins`";
            Error::new("max-paths-exceeded", message, help)
        })?;
        let mut wide = Vec::new();
        for path in cover.paths() {
            if path.wildcard_prefix().is_some() {
                wide.push(path.as_str());
            }
        }
        let besides = match cover.over_purged().filter(|_| ground.knows_live()) {
            Some(besides) => count(besides, "unchanged URL"),
            None => String::from("unchanged URLs"),
        };
        let (wide, of) = (wide.join(" "), of(edge));
        let message = format!(
            "{exact} paths are more than the {limit} of `max_paths`: {wide} purges them, and {besides} with them{of}"
        );
        let help = "raise `max_paths.limit` to purge only what changed";
        diagnostics.push(Diagnostic::warning("widened", message, help));
        covers[index] = cover;
    }
    Ok(())
}

fn counts(covers: &[Cover]) -> Vec<usize> {
    covers.iter().map(|cover| cover.paths().len()).collect()
}

/// How many paths each distribution may have: what one does not need, the others get; two at least, because a folder and
/// its wildcard are two.
fn shares(counts: &[usize], limit: usize) -> Vec<usize> {
    // Who needs least is asked first; of equal needs the first.
    let mut needs = Vec::new();
    for (index, count) in counts.iter().enumerate() {
        needs.push((*count, index));
    }
    needs.sort_unstable();
    let (mut shares, mut left) = (vec![0; counts.len()], limit);
    for (done, (need, index)) in needs.iter().enumerate() {
        shares[*index] = (left / (counts.len() - done)).max(2);
        left = left.saturating_sub(shares[*index].min(*need));
    }
    shares
}

fn refused(count: usize, limit: usize) -> Error {
    Error::new(
        "max-paths-exceeded",
        format!("the deploy needs {count} invalidation paths, and the policy allows {limit}; nothing was purged"),
        "raise `max_paths.limit`, set `max_paths.then` to `widen`, or invalidate `/*` by hand: until then viewers may see old files",
    )
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn what_one_distribution_does_not_need_the_others_get() {
        assert_eq!(shares(&[7], 5), [5]);
        assert_eq!(shares(&[1, 9, 9], 11), [3, 5, 5]);
        assert_eq!(shares(&[9, 1], 1), [2, 2]);
    }
}
