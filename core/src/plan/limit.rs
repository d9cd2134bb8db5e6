//! The policy's limit on paths.

use alloc::{format, string::String, vec::Vec};

use super::{paths::Ground, remarks::of};
use crate::{
    cover::Cover,
    decide::Decision,
    diagnostic::Diagnostic,
    edge::Edge,
    error::Error,
    invalidation::InvalidationPath,
    policy::file::{MaxPathsFile, Then},
};

/// Holds the plan of each distribution against `max_paths`.
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
        let whole = deploy.map(|deploy| ground.covers(deploy, &mut Vec::new())).transpose()?;
        let covers = whole.as_deref().unwrap_or(covers).iter().zip(ground.edges);
        let over = covers.map(|(cover, edge)| (cover.paths().len(), edge)).find(|(count, _)| *count > limit);
        return over.map_or(Ok(()), |(count, edge)| Err(refused(count, limit, edge)));
    }
    for (index, cover) in covers.iter_mut().enumerate().filter(|(_, cover)| cover.paths().len() > limit) {
        let exact = cover.paths().len();
        let edge = &ground.edges[index];
        *cover = ground.widened(index, decisions, limit).map_err(|error| {
            Error::new(
                "max-paths-exceeded",
                format!("{error}{}; nothing was purged", of(edge)),
                "raise `max_paths.limit`; if only behaviours of other origins are in the way, set `cover.other_origins`",
            )
        })?;
        let wide: Vec<&str> = cover
            .paths()
            .iter()
            .filter(|path| path.wildcard_prefix().is_some())
            .map(InvalidationPath::as_str)
            .collect();
        let besides = match cover.over_purged().filter(|_| ground.knows_live(index)) {
            Some(1) => String::from("and 1 unchanged URL with them"),
            Some(count) => format!("and {count} unchanged URLs with them"),
            None => String::from("and unchanged URLs with them"),
        };
        diagnostics.push(Diagnostic::warning(
            "widened",
            format!(
                "{exact} paths are more than the {limit} of `max_paths`: {} purges them, {besides}{}",
                wide.join(" "),
                of(edge)
            ),
            "raise `max_paths.limit` to purge only what changed",
        ));
    }
    Ok(())
}

fn refused(count: usize, limit: usize, edge: &Edge) -> Error {
    Error::new(
        "max-paths-exceeded",
        format!(
            "the deploy needs {count} invalidation paths, and the policy allows {limit}{}; nothing was purged",
            of(edge)
        ),
        "raise `max_paths.limit`, set `max_paths.then` to `widen`, or invalidate `/*` by hand: until then viewers may see old files",
    )
}
