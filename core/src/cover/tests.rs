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
    let many =
        Cover::of((0..7000).map(|n| InvalidationPath::narrowest(&UrlPath::below_root(format!("{n:04}").as_bytes())).0));
    assert_eq!(many.batches().iter().map(|batch| batch.len()).collect::<Vec<_>>(), [3000, 3000, 1000]);
    let wild =
        Cover::of((0..40).map(|n| InvalidationPath::narrowest(&UrlPath::below_root(format!("{n:02}~").as_bytes())).0));
    assert_eq!(wild.batches().iter().map(|batch| batch.len()).collect::<Vec<_>>(), [15, 15, 10]);
    assert_eq!(Cover::of(vec![]).batches().len(), 0);
}
