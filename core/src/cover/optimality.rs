//! The cover against an exhaustive search, and against a plain table over every byte of the texts.

use alloc::{collections::BTreeMap, format, string::String, vec, vec::Vec};
use proptest::{prelude::*, sample::select};

use crate::{
    cover::{Cover, CoverError, CoverMode, Site, UrlSet},
    invalidation::{InvalidationPath, encode},
    names::UrlPath,
};

/// Two URLs that begin alike are likely; names hold characters of one to four bytes, broken ones, and what is forced.
const UNITS: [&[u8]; 13] =
    [b"a", b"a", b"a", b"b", b"/", b"/", b"~", b"*", b" ", b"\xC3", b"\xC3\xA9", b"\xE6\x97\xA5", b"\xA9"];

#[derive(Debug, Clone)]
struct Instance {
    stale: Vec<(UrlPath, InvalidationPath)>,
    live: Vec<Vec<u8>>,
    barriers: Vec<Vec<u8>>,
    paths: usize,
    wildcards: usize,
}

fn url(units: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(select(UNITS.as_slice()), 0..=units).prop_map(|units| units.concat())
}

fn instance(stale: usize, live: usize, units: usize) -> impl Strategy<Value = Instance> {
    let stale = proptest::collection::vec((url(units), prop::bool::weighted(0.1)), 1..=stale);
    let others = (proptest::collection::vec(url(units), 0..=live), proptest::collection::vec(url(units), 0..=1));
    (stale, others, 0..=stale_budget(units), 0..=4_usize, any::<bool>()).prop_map(
        |(stale, (mut live, barriers), paths, wildcards, same)| {
            if same {
                live.extend(stale.iter().map(|(url, _)| url.clone()));
            }
            let stale = stale.into_iter().map(|(rest, query)| {
                let url = UrlPath::below_root(&rest);
                let path = InvalidationPath::narrowest(&url).0;
                // A query-string pattern: `path*` beside the path itself.
                let query = query && path.wildcard_prefix().is_none() && whole(path.as_str());
                (url, if query { InvalidationPath::beginning_with(path.as_str()) } else { path })
            });
            let rooted = |urls: Vec<Vec<u8>>| urls.into_iter().map(|rest| [b"/", &*rest].concat()).collect();
            Instance { stale: stale.collect(), live: rooted(live), barriers: rooted(barriers), paths, wildcards }
        },
    )
}

fn stale_budget(units: usize) -> usize {
    units + 3
}

impl Instance {
    fn cover(&self, mode: CoverMode) -> Result<Cover, CoverError> {
        let live: UrlSet = self.live.iter().collect();
        let barred = |prefix: &[u8]| self.barriers.iter().any(|url| url.starts_with(prefix));
        let site = Site { live: Some(&live), barred: &barred };
        Cover::best(self.stale.iter().map(|(url, path)| (url, path)), site, mode)
    }

    fn budget(&self) -> CoverMode {
        CoverMode::Budget { paths: self.paths, wildcards: self.wildcards }
    }

    fn lossless(&self) -> CoverMode {
        CoverMode::Lossless { wildcards: self.wildcards }
    }

    fn stale_texts(&self) -> Vec<String> {
        self.stale.iter().map(|(url, _)| encode(url.as_bytes())).collect()
    }

    /// Encoded, each once, without the stale ones.
    fn unchanged(&self) -> Vec<String> {
        let stale = self.stale_texts();
        let mut live: Vec<String> = self.live.iter().map(|url| encode(url)).collect();
        live.retain(|url| !stale.contains(url));
        live.sort();
        live.dedup();
        live
    }

    /// The given paths as texts, without those that a given wildcard covers.
    fn given(&self) -> Vec<String> {
        let given: Vec<String> = self.stale.iter().map(|(_, path)| String::from(path.as_str())).collect();
        let mut kept: Vec<String> =
            given.iter().filter(|path| !given.iter().any(|wider| drops(wider, path))).cloned().collect();
        kept.sort();
        kept.dedup();
        kept
    }

    /// Unchanged live URLs that the given wildcards do not reach, and how many they do.
    fn beyond_forced(&self) -> (Vec<String>, usize) {
        let given = self.given();
        let (reached, beyond): (Vec<_>, Vec<_>) =
            self.unchanged().into_iter().partition(|url| given.iter().any(|path| reaches(path, url, true)));
        (beyond, reached.len())
    }

    fn barriers(&self) -> Vec<String> {
        self.barriers.iter().map(|url| encode(url)).collect()
    }
}

/// A naive edge: `itself` says which of the two readings of `/dir/*` holds.
fn reaches(path: &str, url: &str, itself: bool) -> bool {
    match path.strip_suffix('*') {
        Some(prefix) => url.starts_with(prefix) && (itself || url != prefix),
        None => path == url,
    }
}

/// Whether the other path is not needed beside the wider one.
fn drops(wider: &str, path: &str) -> bool {
    let Some(prefix) = wider.strip_suffix('*').filter(|_| wider != path) else { return false };
    path.strip_suffix('*').map_or_else(|| reaches(wider, path, false), |other| other.starts_with(prefix))
}

/// What encoded text stands for; `None` when it ends within an escape.
fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut rest) = (vec![], text);
    while let Some(first) = rest.bytes().next() {
        let unit = rest.get(..if first == b'%' { 3 } else { 1 })?;
        bytes.push(if first == b'%' { u8::from_str_radix(&unit[1..], 16).unwrap() } else { first });
        rest = &rest[unit.len()..];
    }
    Some(bytes)
}

/// Whole escapes that do not end within a character.
fn whole(text: &str) -> bool {
    let Some(bytes) = decode(text) else { return false };
    let mut rest = &*bytes;
    while let Err(error) = core::str::from_utf8(rest) {
        let Some(len) = error.error_len() else { return false };
        rest = &rest[error.valid_up_to() + len..];
    }
    true
}

/// Over-purge, paths, wildcards, and the wildcards' decoded texts with an end that is after every byte.
type Worth = (usize, usize, usize, Vec<Vec<u16>>);

/// The best of all sets of wildcards that end anywhere in a stale URL, with its paths.
fn exhaustive(instance: &Instance, accept: impl Fn(&Worth) -> bool) -> Option<(Worth, Vec<String>)> {
    let (live, given) = (instance.unchanged(), instance.given());
    let barriers = instance.barriers();
    let mut candidates: Vec<String> = given
        .iter()
        .map(|path| path.strip_suffix('*').unwrap_or(path))
        .flat_map(|text| (1..=text.len()).map(|len| &text[..len]))
        .filter(|prefix| whole(prefix))
        .map(|prefix| format!("{prefix}*"))
        .filter(|path| given.contains(path) || !barriers.iter().any(|url| reaches(path, url, true)))
        .collect();
    candidates.sort();
    candidates.dedup();
    let mut best = None;
    let mut sets: Vec<(usize, Vec<&String>)> = vec![(0, vec![])];
    while let Some((next, chosen)) = sets.pop() {
        if chosen.len() < instance.wildcards {
            let more = candidates.iter().enumerate().skip(next);
            sets.extend(more.map(|(at, more)| (at + 1, chosen.iter().copied().chain([more]).collect())));
        }
        let all: Vec<&String> = chosen.iter().copied().chain(&given).collect();
        let mut paths: Vec<String> =
            all.iter().filter(|path| !all.iter().any(|wider| drops(wider, path))).map(|path| (*path).clone()).collect();
        paths.sort();
        paths.dedup();
        let over = live.iter().filter(|url| paths.iter().any(|path| reaches(path, url, true))).count();
        let end = |text: &str| decode(text).unwrap().into_iter().map(u16::from).chain([256]).collect();
        let mut wildcards: Vec<Vec<u16>> = paths.iter().filter_map(|path| path.strip_suffix('*')).map(end).collect();
        wildcards.sort();
        let worth = (over, paths.len(), wildcards.len(), wildcards);
        if accept(&worth) && best.as_ref().is_none_or(|(other, _)| worth < *other) {
            best = Some((worth, paths));
        }
    }
    best
}

/// The best over-purge, paths and wildcards within a budget, from a table for every prefix of every item: no edges are
/// cut short, nothing is dropped, no bounds.
fn table(
    instance: &Instance,
    items: &[String],
    at: usize,
    live: &[String],
    barriers: &[String],
) -> BTreeMap<(usize, usize), usize> {
    let item_text = |item: &str| String::from(item.strip_suffix('*').unwrap_or(item));
    let prefix = String::from(&item_text(&items[0])[..at]);
    let (own, rest): (Vec<_>, Vec<_>) = items.iter().cloned().partition(|item| item_text(item).len() == at);
    let mut states = BTreeMap::from([((own.iter().filter(|item| item.ends_with('*')).count(), own.len()), 0)]);
    let mut rest = &*rest;
    while let Some(first) = rest.first() {
        let next = item_text(first).as_bytes()[at];
        let child = rest.partition_point(|item| item_text(item).as_bytes()[at] <= next);
        let of_child = table(instance, &rest[..child], at + 1, live, barriers);
        let mut sums = BTreeMap::new();
        for ((w1, k1), c1) in &states {
            for ((w2, k2), c2) in &of_child {
                if w1 + w2 <= instance.wildcards && k1 + k2 <= instance.paths {
                    let least = sums.entry((w1 + w2, k1 + k2)).or_insert(usize::MAX);
                    *least = (*least).min(c1 + c2);
                }
            }
        }
        states = sums;
        rest = &rest[child..];
    }
    let reached = |urls: &[String]| urls.iter().filter(|url| url.starts_with(&prefix)).count();
    if at > 0 && whole(&prefix) && reached(barriers) == 0 {
        let least = states.entry((1, 1 + own.iter().filter(|item| !item.ends_with('*')).count())).or_insert(usize::MAX);
        *least = (*least).min(reached(live));
    }
    states.retain(|(wildcards, paths), _| *wildcards <= instance.wildcards && *paths <= instance.paths);
    states
}

fn texts(cover: &Cover) -> Vec<String> {
    cover.paths().iter().map(|path| String::from(path.as_str())).collect()
}

fn worth(cover: &Cover) -> (usize, usize, usize) {
    (cover.over_purged().unwrap(), cover.paths().len(), cover.wildcards())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn lossless_is_the_best_of_all_sets_of_wildcards(instance in instance(6, 5, 4)) {
        let cover = instance.cover(instance.lossless()).unwrap();
        let (_, forced) = instance.beyond_forced();
        let standing = instance.given().iter().filter(|path| path.ends_with('*')).count();
        let wanted = exhaustive(&instance, |(over, _, wildcards, _)| {
            *over == forced && *wildcards <= instance.wildcards.max(standing)
        });
        // With more forced wildcards than the limit, what takes their place is checked by the properties below.
        if standing <= instance.wildcards {
            let (worth, paths) = wanted.unwrap();
            prop_assert_eq!((cover.over_purged(), texts(&cover)), (Some(worth.0), paths));
        }
    }

    #[test]
    fn a_budget_is_the_best_of_all_sets_of_wildcards(instance in instance(6, 5, 4)) {
        let cover = instance.cover(instance.budget());
        let wanted = exhaustive(&instance, |(_, paths, wildcards, _)| {
            *paths <= instance.paths && *wildcards <= instance.wildcards
        });
        if let Some((worth, paths)) = wanted {
            let cover = cover.unwrap();
            prop_assert_eq!((cover.over_purged(), texts(&cover)), (Some(worth.0), paths));
        } else {
            prop_assert_eq!(cover, Err(CoverError::Infeasible {
                paths: instance.paths,
                wildcards: instance.wildcards,
                exact_paths: instance.given().len(),
                forced_wildcards: instance.given().iter().filter(|path| path.ends_with('*')).count(),
            }));
        }
    }

    #[test]
    fn exact_is_the_given_paths(instance in instance(6, 5, 4)) {
        let cover = instance.cover(CoverMode::Exact).unwrap();
        prop_assert_eq!(texts(&cover), instance.given());
        prop_assert_eq!(cover.over_purged(), Some(instance.beyond_forced().1));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_budget_of_many_is_what_a_table_over_every_byte_says(
        instance in instance(40, 60, 7),
        wildcards in 0..=15_usize,
        paths in 1..=30_usize,
    ) {
        let instance = Instance { paths, wildcards, ..instance };
        let (live, forced) = instance.beyond_forced();
        let mut items = instance.given();
        items.sort_by_key(|item| (String::from(item.strip_suffix('*').unwrap_or(item)), item.len()));
        let states = table(&instance, &items, 0, &live, &instance.barriers());
        let wanted = states.into_iter().map(|((wildcards, paths), cost)| (cost + forced, paths, wildcards)).min();
        prop_assert_eq!(instance.cover(instance.budget()).ok().map(|cover| worth(&cover)), wanted);
    }

    #[test]
    fn every_cover_is_sound_minimal_and_accepted(instance in instance(30, 60, 6), wildcards in 0..=15_usize) {
        let instance = Instance { wildcards, ..instance };
        let given = instance.given();
        let unchanged = instance.unchanged();
        for mode in [CoverMode::Exact, instance.lossless(), instance.budget()] {
            let Ok(cover) = instance.cover(mode) else { continue };
            let paths = texts(&cover);
            for (url, given) in &instance.stale {
                let text = encode(url.as_bytes());
                let path = cover.covering(given);
                prop_assert!(paths.iter().any(|kept| kept == path.as_str()));
                for itself in [true, false] {
                    // A pattern for queries is asked for what extends its URL.
                    let extended = if given.wildcard_prefix() == Some(&text) { format!("{text}?x=1") } else { text.clone() };
                    prop_assert!(reaches(path.as_str(), &extended, itself), "{} is not purged by {}", extended, path.as_str());
                }
            }
            for path in &paths {
                prop_assert!(path.starts_with('/') && path.len() <= 4000 && !path.contains('~'));
                if let Some(prefix) = path.strip_suffix('*').filter(|_| !given.contains(path)) {
                    prop_assert!(whole(prefix));
                    prop_assert!(!instance.barriers().iter().any(|url| reaches(path, url, true)));
                }
                let needed = given.iter().any(|given| {
                    !paths.iter().filter(|other| *other != path).any(|other| other == given || drops(other, given))
                });
                prop_assert!(needed, "{} is not needed", path);
            }
            let over = unchanged.iter().filter(|url| paths.iter().any(|path| reaches(path, url, true))).count();
            prop_assert_eq!(cover.over_purged(), Some(over));
            if mode != instance.budget() {
                prop_assert_eq!(over, instance.beyond_forced().1);
            }
        }
    }

    #[test]
    fn a_larger_budget_never_purges_more(instance in instance(30, 60, 6)) {
        let over = |paths, wildcards| instance.cover(CoverMode::Budget { paths, wildcards }).ok().and_then(|cover| cover.over_purged());
        let mut last = None;
        for (paths, wildcards) in [(1, 0), (1, 1), (2, 1), (3, 1), (3, 2), (3, 3), (8, 3), (8, 8), (20, 8), (30, 15)] {
            let next = over(paths, wildcards);
            prop_assert!(last.is_none_or(|last| next.is_some_and(|next| next <= last)));
            last = next;
        }
    }

    #[test]
    fn order_and_repetition_do_not_matter(
        (instance, shuffled) in instance(30, 40, 6).prop_flat_map(|instance| {
            let stale = Just(instance.stale.iter().cycle().take(instance.stale.len() * 3 / 2).cloned().collect::<Vec<_>>());
            let live = Just(instance.live.iter().cycle().take(instance.live.len() * 3 / 2).cloned().collect::<Vec<_>>());
            (Just(instance), (stale.prop_shuffle(), live.prop_shuffle()))
        })
    ) {
        let (stale, live) = shuffled;
        let other = Instance { stale, live, ..instance.clone() };
        for mode in [CoverMode::Exact, instance.lossless(), instance.budget()] {
            prop_assert_eq!(instance.cover(mode), other.cover(mode));
        }
    }
}

#[test]
fn without_the_live_urls_a_wildcard_is_a_guess() {
    let stale: Vec<_> = ["docs/a", "docs/b"].iter().map(|rest| UrlPath::below_root(rest.as_bytes())).collect();
    let paths: Vec<_> = stale.iter().map(|url| InvalidationPath::narrowest(url).0).collect();
    let cover = |mode| Cover::best(stale.iter().zip(&paths), Site::of(None), mode);
    let exact = cover(CoverMode::Exact).unwrap();
    assert_eq!(exact.over_purged(), None);
    assert_eq!(cover(CoverMode::Lossless { wildcards: 15 }), Ok(exact.clone()));
    assert_eq!(cover(CoverMode::Budget { paths: 2, wildcards: 0 }), Ok(exact));
    let error = cover(CoverMode::Budget { paths: 1, wildcards: 15 }).unwrap_err();
    assert_eq!(error, CoverError::LiveUnknown { paths: 1, wildcards: 15, exact_paths: 2, forced_wildcards: 0 });
}

#[test]
fn no_stale_url_needs_no_path() {
    let live = UrlSet::from_iter(["/a"]);
    for mode in [CoverMode::Exact, CoverMode::Lossless { wildcards: 0 }, CoverMode::Budget { paths: 0, wildcards: 0 }] {
        assert_eq!(Cover::best([], Site::of(Some(&live)), mode).unwrap().paths(), []);
    }
}
