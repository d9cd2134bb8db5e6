//! From stale URLs to the paths that are sent: no path that another covers, no more paths than the policy allows,
//! in batches that one request may hold.

use alloc::{collections::BTreeSet, string::String, vec::Vec};

use crate::invalidation::{InvalidationPath, MAX_PATHS_IN_PROGRESS, MAX_WILDCARDS_IN_PROGRESS};

/// The paths of one distribution, sorted; none is covered by another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cover {
    paths: Vec<InvalidationPath>,
    /// What stands before the `*` of each wildcard among them.
    prefixes: BTreeSet<String>,
}

impl Cover {
    /// The given paths without repetition and without those that a wildcard among them covers.
    pub(crate) fn of(paths: impl IntoIterator<Item = InvalidationPath>) -> Self {
        let mut kept: BTreeSet<InvalidationPath> = paths.into_iter().collect();
        let mut wildcards: Vec<InvalidationPath> =
            kept.iter().filter(|path| path.wildcard_prefix().is_some()).cloned().collect();
        // Shortest first, so that a wildcard within another is gone before it is looked at.
        wildcards.sort_by_key(|path| path.as_str().len());
        for wildcard in wildcards
            .iter()
            .filter(|wildcard| !wildcards.iter().any(|wider| wider != *wildcard && wider.covers(wildcard)))
        {
            kept.retain(|path| path == wildcard || !wildcard.covers(path));
        }
        let prefixes = kept.iter().filter_map(|path| path.wildcard_prefix().map(String::from)).collect();
        Self { paths: kept.into_iter().collect(), prefixes }
    }

    /// The deepest folder that holds all paths, as a wildcard, and the folder itself when it is among the paths.
    pub(crate) fn widened(&self) -> Self {
        let folder = common_folder(self.paths.iter().map(|path| path.wildcard_prefix().unwrap_or(path.as_str())));
        let itself = InvalidationPath::folder(folder);
        let listed = self.paths.contains(&itself).then_some(itself);
        Self::of(core::iter::once(InvalidationPath::below_folder(folder)).chain(listed))
    }

    /// Sorted by their text.
    pub(crate) fn paths(&self) -> &[InvalidationPath] {
        &self.paths
    }

    pub(crate) fn wildcards(&self) -> usize {
        self.prefixes.len()
    }

    /// Which of the paths purges what `path` would; `path` is one that the cover was made of.
    pub(crate) fn covering(&self, path: &InvalidationPath) -> InvalidationPath {
        if self.paths.binary_search(path).is_ok() {
            return path.clone();
        }
        let wider = self.prefixes.iter().map(|prefix| {
            self.paths
                .iter()
                .find(|kept| kept.wildcard_prefix() == Some(prefix))
                .expect("each prefix is of a kept path")
        });
        wider.into_iter().find(|wider| wider.covers(path)).unwrap_or(path).clone()
    }

    /// Sorted runs that one request may hold: at most 3,000 paths, at most 15 of them wildcards.
    pub(crate) fn batches(&self) -> Vec<&[InvalidationPath]> {
        let mut batches = Vec::new();
        let (mut start, mut wildcards) = (0, 0);
        for (index, path) in self.paths.iter().enumerate() {
            let wildcard = usize::from(path.wildcard_prefix().is_some());
            if index - start == MAX_PATHS_IN_PROGRESS || wildcards + wildcard > MAX_WILDCARDS_IN_PROGRESS {
                batches.push(&self.paths[start..index]);
                (start, wildcards) = (index, 0);
            }
            wildcards += wildcard;
        }
        if start < self.paths.len() {
            batches.push(&self.paths[start..]);
        }
        batches
    }
}

/// The longest text that ends with a slash and begins every one of the texts; `/` at least.
fn common_folder<'a>(mut texts: impl Iterator<Item = &'a str>) -> &'a str {
    let Some(first) = texts.next() else { return "/" };
    let common = texts.fold(first.len(), |common, text| {
        first.bytes().zip(text.bytes()).take(common).take_while(|(a, b)| a == b).count()
    });
    let end = first.as_bytes()[..common].iter().rposition(|byte| *byte == b'/').map_or(1, |slash| slash + 1);
    &first[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::UrlPath;
    use alloc::{format, vec};

    fn cover(rests: &[&str]) -> Cover {
        Cover::of(rests.iter().map(|rest| InvalidationPath::narrowest(&UrlPath::below_root(rest.as_bytes())).0))
    }

    fn texts(cover: &Cover) -> Vec<&str> {
        cover.paths().iter().map(InvalidationPath::as_str).collect()
    }

    #[test]
    fn what_a_wildcard_covers_is_dropped_but_not_its_own_prefix() {
        let cover = cover(&["a~x", "a~y", "ab", "a", "b", "ab~z", "a!"]);
        assert_eq!(texts(&cover), ["/a", "/a*", "/b"]);
        assert_eq!(cover.wildcards(), 1);
        let dropped = InvalidationPath::narrowest(&UrlPath::below_root(b"ab")).0;
        assert_eq!(cover.covering(&dropped).as_str(), "/a*");
    }

    #[test]
    fn widening_goes_to_the_common_folder_and_lists_it_when_it_is_stale() {
        assert_eq!(texts(&cover(&["docs/a", "docs/b/c", "docs/"]).widened()), ["/docs/", "/docs/*"]);
        assert_eq!(texts(&cover(&["docs/a", "docs2/a"]).widened()), ["/*"]);
        assert_eq!(texts(&cover(&["docs/a", "docs/b~"]).widened()), ["/docs/*"]);
        assert_eq!(texts(&cover(&["", "a"]).widened()), ["/", "/*"]);
    }

    #[test]
    fn trap_29_a_batch_holds_3000_paths_and_15_wildcards() {
        let many = Cover::of(
            (0..7000).map(|n| InvalidationPath::narrowest(&UrlPath::below_root(format!("{n:04}").as_bytes())).0),
        );
        assert_eq!(many.batches().iter().map(|batch| batch.len()).collect::<Vec<_>>(), [3000, 3000, 1000]);
        let wild = Cover::of(
            (0..40).map(|n| InvalidationPath::narrowest(&UrlPath::below_root(format!("{n:02}~").as_bytes())).0),
        );
        assert_eq!(wild.batches().iter().map(|batch| batch.len()).collect::<Vec<_>>(), [15, 15, 10]);
        assert_eq!(Cover::of(vec![]).batches().len(), 0);
    }
}
