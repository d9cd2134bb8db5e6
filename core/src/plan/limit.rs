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
            Some(deploy) => total(&ground.covers(deploy, &mut Vec::new())?),
            None => 0,
        };
        // Objects that left the bucket are in no diff.
        let count = count.max(total(covers));
        return if count > limit { Err(refused(count, limit)) } else { Ok(()) };
    }
    let limit =
        Limit { paths: limit, whose: "of `max_paths`", help: "raise `max_paths.limit` to purge only what changed" };
    match widen(&limit, ground, decisions, covers, diagnostics).first() {
        Some(wider) => {
            let help = "raise `max_paths.limit`; if only behaviours of other origins are in the way, set `cover.other_origins`";
            Err(Error::new("max-paths-exceeded", format!("{wider}; nothing was purged"), help))
        }
        None => Ok(()),
    }
}

/// Holds the plan to so many paths because a host asks for it: CloudFront puts it off, say. A distribution where that
/// cannot be keeps its paths, because a purge that costs more is better than none. Yields whether all are held.
pub(super) fn hold_to(
    paths: usize,
    ground: &Ground<'_>,
    decisions: &[Decision],
    covers: &mut [Cover],
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    // A folder and its wildcard, at each distribution.
    let paths = paths.max(2 * ground.edges.len());
    let limit = Limit { paths, whose: "that were asked for", help: "ask for more paths to purge only what changed" };
    let wider = widen(&limit, ground, decisions, covers, diagnostics);
    for wider in &wider {
        let help = "if only behaviours of other origins are in the way, set `cover.other_origins`";
        diagnostics.push(Diagnostic::warning("not-widened", format!("{wider}; the paths stay as they are"), help));
    }
    wider.is_empty()
}

/// How many paths there may be, who says so, and what to do to have more.
struct Limit {
    paths: usize,
    whose: &'static str,
    help: &'static str,
}

/// Widens the plan at each distribution that has more paths than its share; yields why it cannot be, where it cannot.
fn widen(
    limit: &Limit,
    ground: &Ground<'_>,
    decisions: &[Decision],
    covers: &mut [Cover],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let Limit { paths, whose, help } = *limit;
    let mut wider = Vec::new();
    let counts: Vec<usize> = covers.iter().map(|cover| cover.paths().len()).collect();
    let shares = shares(&counts, paths);
    for (index, edge) in ground.edges.iter().enumerate() {
        let (exact, limit) = (counts[index], shares[index]);
        if exact <= limit {
            continue;
        }
        let cover = match ground.widened(index, decisions, limit) {
            Ok(cover) => cover,
            Err(error) => {
                wider.push(format!("{error}{}", of(edge)));
                continue;
            }
        };
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
        let message =
            format!("{exact} paths are more than the {limit} {whose}: {wide} purges them, and {besides} with them{of}");
        diagnostics.push(Diagnostic::warning("widened", message, help));
        covers[index] = cover;
    }
    wider
}

fn total(covers: &[Cover]) -> usize {
    covers.iter().map(|cover| cover.paths().len()).sum()
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
