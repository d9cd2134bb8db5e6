//! The cover against a search that tries every set of wildcards.

use libfuzzer_sys::arbitrary::Unstructured;
use purgeplan_core::{Cover, CoverError, CoverMode, InvalidationPath, Site, UrlPath, UrlSet};

use crate::{
    instance::Instance,
    text::{decode, is_accepted, is_whole},
};

/// A path by its decoded bytes: one URL, or everything that begins so. Exact before wildcard, as the texts sort.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Path {
    text: Vec<u8>,
    wildcard: bool,
}

/// Over-purge, paths, wildcards, and the wildcards' texts with an end that is after every byte: the less the better.
type Worth = (usize, usize, usize, Vec<Vec<u16>>);

/// Compares every mode with the best of all covers.
///
/// # Panics
/// When a better one exists, or what is stale is left.
pub fn check(bytes: &[u8]) {
    let Ok(instance) = Instance::read(&mut Unstructured::new(bytes)) else { return };
    let stale: Vec<UrlPath> = instance.stale.iter().map(|(url, _)| UrlPath::below_root(&url[1..])).collect();
    let given: Vec<InvalidationPath> = instance.stale.iter().map(|(url, below)| given(url, *below)).collect();
    let live: UrlSet = instance.live.iter().collect();
    let barred = |prefix: &[u8]| instance.barriers.iter().any(|url| url.starts_with(prefix));
    let cover = |mode| Cover::best(stale.iter().zip(&given), Site { live: Some(&live), barred: &barred }, mode);

    let search = Search::new(&instance, &given);
    let standing = search.given.iter().filter(|path| path.wildcard).count();
    let exact = cover(CoverMode::Exact).expect("an exact cover always exists");
    assert_eq!(read(&exact), search.given);
    assert_eq!(exact.over_purged(), Some(search.over(&search.given)));

    let lossless =
        cover(CoverMode::Lossless { wildcards: instance.wildcards }).expect("a lossless cover always exists");
    assert_eq!(lossless.over_purged(), exact.over_purged(), "lossless purges more than what is forced");
    if standing <= instance.wildcards {
        let forced = exact.over_purged();
        let best = search.best(|worth| Some(worth.0) == forced && worth.2 <= instance.wildcards);
        assert_eq!(Some(read(&lossless)), best.map(|(_, paths)| paths), "lossless");
    }

    let budget = cover(CoverMode::Budget { paths: instance.paths, wildcards: instance.wildcards });
    let best = search.best(|worth| worth.1 <= instance.paths && worth.2 <= instance.wildcards);
    match (&budget, best) {
        (Ok(budget), Some((worth, paths))) => {
            assert_eq!((budget.over_purged(), read(budget)), (Some(worth.0), paths), "budget");
        }
        (Err(CoverError::Infeasible { exact_paths, forced_wildcards, .. }), None) => {
            assert_eq!((*exact_paths, *forced_wildcards), (search.given.len(), standing));
        }
        (cover, best) => panic!("budget: {cover:?}, but the search found {best:?}"),
    }
    for cover in [Ok(exact), Ok(lossless), budget].into_iter().flatten() {
        check_sound(&cover, &given);
    }
}

/// Each asked path is covered by one that the cover has.
fn check_sound(cover: &Cover, given: &[InvalidationPath]) {
    for path in cover.paths() {
        assert!(is_accepted(path.as_str()), "{} is not accepted", path.as_str());
    }
    for asked in given {
        let covering = cover.covering(asked);
        assert!(cover.paths().contains(&covering) && covering.covers(asked), "{} is left", asked.as_str());
    }
}

/// What the URL asks for. A pattern for everything that begins so is written as a URL that ends with an asterisk.
fn given(url: &[u8], below: bool) -> InvalidationPath {
    let asterisk: &[u8] = if below { b"*" } else { b"" };
    InvalidationPath::covering(&UrlPath::below_root(&[&url[1..], asterisk].concat())).0
}

fn read(cover: &Cover) -> Vec<Path> {
    let mut paths: Vec<Path> = cover.paths().iter().map(path).collect();
    paths.sort();
    assert_eq!(paths.iter().filter(|path| path.wildcard).count(), cover.wildcards());
    paths
}

fn path(path: &InvalidationPath) -> Path {
    let text = path.wildcard_prefix().unwrap_or(path.as_str());
    Path { text: decode(text).expect("escapes are whole"), wildcard: path.wildcard_prefix().is_some() }
}

impl Path {
    /// Whether it may purge the URL: a wildcard its own prefix as well.
    fn may_reach(&self, url: &[u8]) -> bool {
        if self.wildcard { url.starts_with(&self.text) } else { url == self.text }
    }

    /// Whether the other one is not needed beside it: a wildcard is not trusted with its own prefix.
    fn drops(&self, other: &Self) -> bool {
        self != other
            && self.wildcard
            && other.text.starts_with(&self.text)
            && (other.wildcard || other.text.len() > self.text.len())
    }
}

struct Search {
    /// The paths that the stale URLs ask for, without those that another one covers.
    given: Vec<Path>,
    /// Live and not stale.
    unchanged: Vec<Vec<u8>>,
    /// Every wildcard that can be bought.
    candidates: Vec<Path>,
    wildcards: usize,
}

impl Search {
    fn new(instance: &Instance, given: &[InvalidationPath]) -> Self {
        let given = without_covered(given.iter().map(path).collect());
        let mut unchanged: Vec<Vec<u8>> =
            instance.live.iter().filter(|url| instance.stale.iter().all(|(stale, _)| stale != *url)).cloned().collect();
        unchanged.sort();
        unchanged.dedup();
        let prefixes = given.iter().flat_map(|path| (1..=path.text.len()).map(|len| &path.text[..len]));
        let bought = prefixes.filter(|prefix| is_whole(prefix) && !prefix.contains(&b'~'));
        let free = bought.filter(|prefix| !instance.barriers.iter().any(|url| url.starts_with(prefix)));
        let mut candidates: Vec<Path> = free.map(|text| Path { text: text.to_vec(), wildcard: true }).collect();
        candidates.sort();
        candidates.dedup();
        Self { given, unchanged, candidates, wildcards: instance.wildcards }
    }

    /// How many unchanged live URLs the paths may purge.
    fn over(&self, paths: &[Path]) -> usize {
        self.unchanged.iter().filter(|url| paths.iter().any(|path| path.may_reach(url))).count()
    }

    fn best(&self, accept: impl Fn(&Worth) -> bool) -> Option<(Worth, Vec<Path>)> {
        let mut best: Option<(Worth, Vec<Path>)> = None;
        let mut sets: Vec<(usize, Vec<Path>)> = vec![(0, vec![])];
        while let Some((next, chosen)) = sets.pop() {
            if chosen.len() < self.wildcards {
                for (at, more) in self.candidates.iter().enumerate().skip(next) {
                    // What another one covers adds nothing.
                    if !chosen.iter().any(|wider| wider.drops(more) || more.drops(wider)) {
                        sets.push((at + 1, [chosen.as_slice(), &[more.clone()]].concat()));
                    }
                }
            }
            let paths = without_covered([chosen, self.given.clone()].concat());
            let worth = self.worth(&paths);
            if accept(&worth) && best.as_ref().is_none_or(|(other, _)| worth < *other) {
                best = Some((worth, paths));
            }
        }
        best
    }

    fn worth(&self, paths: &[Path]) -> Worth {
        let end = |path: &Path| path.text.iter().map(|byte| u16::from(*byte)).chain([256]).collect();
        let mut wildcards: Vec<Vec<u16>> = paths.iter().filter(|path| path.wildcard).map(end).collect();
        wildcards.sort();
        (self.over(paths), paths.len(), wildcards.len(), wildcards)
    }
}

fn without_covered(mut paths: Vec<Path>) -> Vec<Path> {
    paths.sort();
    paths.dedup();
    let covered: Vec<bool> = paths.iter().map(|path| paths.iter().any(|wider| wider.drops(path))).collect();
    paths.into_iter().zip(covered).filter(|(_, covered)| !covered).map(|(path, _)| path).collect()
}
