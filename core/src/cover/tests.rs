use super::*;
use crate::names::UrlPath;
use alloc::{format, string::String, vec};

fn cover(rests: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Cover {
    let stale = stale(rests.into_iter().map(|rest| rest.as_ref().to_vec()));
    Cover::best(stale.iter().map(|(url, path)| (url, path)), Site::of(None), CoverMode::Exact).unwrap()
}

fn texts(cover: &Cover) -> Vec<&str> {
    cover.paths().iter().map(InvalidationPath::as_str).collect()
}

#[test]
fn what_a_wildcard_covers_is_dropped_but_not_its_own_prefix() {
    let cover = cover(["a~x", "a~y", "ab", "a", "b", "ab~z", "a!"]);
    assert_eq!(texts(&cover), ["/a", "/a*", "/b"]);
    assert_eq!(cover.wildcards(), 1);
    let dropped = InvalidationPath::narrowest(&UrlPath::below_root(b"ab")).0;
    assert_eq!(cover.covering(&dropped).as_str(), "/a*");
}

#[test]
fn trap_29_a_batch_holds_3000_paths_and_15_wildcards() {
    let many = cover((0..7000).map(|n| format!("{n:04}")));
    assert_eq!(many.batches().iter().map(|batch| batch.len()).collect::<Vec<_>>(), [3000, 3000, 1000]);
    let wild = cover((0..40).map(|n| format!("{n:02}~")));
    assert_eq!(wild.batches().iter().map(|batch| batch.len()).collect::<Vec<_>>(), [15, 15, 10]);
    assert_eq!(cover([""; 0]).batches().len(), 0);
}

fn stale(names: impl IntoIterator<Item = Vec<u8>>) -> Vec<(UrlPath, InvalidationPath)> {
    let urls = names.into_iter().map(|name| UrlPath::below_root(&name));
    urls.map(|url| (url.clone(), InvalidationPath::narrowest(&url).0)).collect()
}

fn best(stale: &[(UrlPath, InvalidationPath)], live: &UrlSet, mode: CoverMode) -> Cover {
    Cover::best(stale.iter().map(|(url, path)| (url, path)), Site::of(Some(live)), mode).unwrap()
}

const MODES: [CoverMode; 3] =
    [CoverMode::Exact, CoverMode::Lossless { wildcards: 15 }, CoverMode::Budget { paths: 64, wildcards: 15 }];

/// Quadratic work on any of these would take minutes to days.
#[test]
fn hostile_names_cost_no_more_than_their_bytes() {
    // Each name begins the next one: a trie as deep as a path may be long.
    let chain = stale((0..3_999).map(|len| vec![b'a'; len]));
    let live: UrlSet = (0..4_000_usize).map(|len| [b"/", &*vec![b'a'; len / 2], b"b"].concat()).collect();
    for mode in MODES {
        let cover = best(&chain, &live, mode);
        assert!(cover.covering(&chain[3_000].1).covers(&chain[3_000].1));
    }
    // A long common beginning.
    let folder = "x".repeat(1_000);
    let long = stale((0..20_000).map(|n| format!("{folder}/{n:05}").into_bytes()));
    let live: UrlSet = (0..20_000).map(|n| format!("/{folder}/{n:05}-").into_bytes()).collect();
    assert_eq!(MODES.map(|mode| best(&long, &live, mode).paths().len()), [20_000, 20_000, 1]);
    // Names of a megabyte: all become the one wildcard that fits.
    let huge = stale((0..20_u8).map(|n| [vec![b'a'; 1 << 20], vec![n]].concat()));
    let live: UrlSet = (0..20_u8).map(|n| [vec![b'/'], vec![b'a'; 1 << 20], vec![n]].concat()).collect();
    for mode in MODES {
        let cover = best(&huge, &live, mode);
        assert_eq!((cover.paths().len(), cover.over_purged()), (1, Some(0)));
    }
    // Bytes that look like the beginning of a character, again and again.
    let broken = stale((0..1_300_usize).map(|n| [vec![0xE6; n], vec![b'a']].concat()));
    assert_eq!(best(&broken, &UrlSet::default(), MODES[1]).paths().len(), 1);
}

#[test]
fn trap_24_what_a_tilde_forces_is_purged_anyway_and_may_be_used() {
    let stale = stale([b"js/run~1".to_vec(), b"js/run~2".to_vec(), b"js/app.js".to_vec(), b"css/a".to_vec()]);
    let texts = |live: &[&str], mode| {
        let cover = best(&stale, &live.iter().collect(), mode);
        let texts: Vec<String> = cover.paths().iter().map(|path| String::from(path.as_str())).collect();
        (texts.join(" "), cover.over_purged())
    };
    let lossless = CoverMode::Lossless { wildcards: 1 };
    // The stale ones are live too, `/js/runtime` is reached by force, `/a` by nothing.
    let live = ["/js/run~1", "/js/runtime", "/a", "/css/a", "/css/b"];
    assert_eq!(texts(&live, CoverMode::Exact), (String::from("/css/a /js/app.js /js/run*"), Some(1)));
    assert_eq!(texts(&live, lossless), (String::from("/css/a /js/*"), Some(1)));
    assert_eq!(texts(&["/js/x"], lossless), (String::from("/css/a /js/app.js /js/run*"), Some(0)));
    assert_eq!(
        texts(&["/js/x", "/b"], CoverMode::Budget { paths: 2, wildcards: 1 }),
        (String::from("/css/a /js/*"), Some(1))
    );
}

#[test]
fn no_wildcard_is_bought_that_is_barred() {
    let stale = stale([b"api-docs/a".to_vec(), b"api-docs/b".to_vec(), b"blog/a".to_vec(), b"blog/b".to_vec()]);
    let cover = |barrier: &str, paths| {
        let (live, barred) = (UrlSet::default(), |prefix: &[u8]| barrier.as_bytes().starts_with(prefix));
        let site = Site { live: Some(&live), barred: &barred };
        let mode = CoverMode::Budget { paths, wildcards: 2 };
        let cover = Cover::best(stale.iter().map(|(url, path)| (url, path)), site, mode);
        cover.map(|cover| cover.paths().iter().map(InvalidationPath::as_str).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(cover("/", 9).unwrap(), "/api-docs/* /blog/*");
    assert_eq!(cover("/api/", 9).unwrap(), "/api-docs/* /blog/*");
    assert_eq!(cover("/api-docs/", 9).unwrap(), "/api-docs/a /api-docs/b /blog/*");
    assert!(matches!(cover("/api-docs/", 2), Err(CoverError::Infeasible { exact_paths: 4, .. })));
}
