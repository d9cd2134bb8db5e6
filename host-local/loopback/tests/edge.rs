//! The edge model: what is cached, purged, stale and refused.

use std::time::Duration;

use purgeplan_loopback::edge::{Answer, Behaviour, Cause, Object, Purchases, Refusal};
use purgeplan_loopback::git::ObjectId;
use purgeplan_loopback::{DistributionConfig, Edge, EdgeRules, Rate, WildcardReading};

fn object(content: &str) -> Object {
    Object { content: ObjectId::new(content), size: 1 }
}

/// A warm edge of one REST distribution, `E`.
fn edge(rules: EdgeRules, keys: &[&str]) -> Edge {
    let mut edge = Edge::new(rules, [DistributionConfig::rest("E")]);
    for key in keys {
        edge.bucket.put(*key, object("old"));
    }
    edge.warm();
    edge
}

fn invalidate(edge: &mut Edge, reference: &str, paths: &[&str]) -> Result<String, Refusal> {
    let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    edge.invalidate("E", reference, &paths).map(|bought| bought.id.clone())
}

fn stale_urls(edge: &Edge) -> Vec<String> {
    edge.compare().stale.into_iter().map(|stale| stale.url).collect()
}

#[test]
fn a_changed_object_is_stale_until_its_urls_are_purged() {
    let mut edge = edge(EdgeRules::default(), &["index.html", "a b~.html", "other"]);
    assert_eq!(edge.compare().checked, 4);
    assert!(stale_urls(&edge).is_empty());
    edge.bucket.put("index.html", object("new"));
    edge.bucket.put("a b~.html", object("new"));
    assert_eq!(stale_urls(&edge), ["/", "/a%20b~.html", "/index.html"]);

    invalidate(&mut edge, "1", &["/index.html", "/a%20b%7E.html", "/%61%20b*"]).unwrap();
    assert_eq!(stale_urls(&edge), ["/", "/a%20b~.html"], "the root is another object; over-encoding purges nothing");
    invalidate(&mut edge, "2", &["/", "/a%20b*"]).unwrap();
    assert!(stale_urls(&edge).is_empty());
    assert_eq!(edge.needless().count(), 0);
    assert_eq!(edge.purchases(), Purchases { invalidations: 2, billed_paths: 5, wildcards: 2 });

    assert!(!edge.fetch("E", "/index.html").unwrap().hit, "it was dropped");
    assert_eq!(edge.fetch("E", "/index.html").unwrap().answer, Answer::Object(ObjectId::new("new")));
    assert!(edge.fetch("F", "/index.html").is_none());
}

#[test]
fn a_purge_before_the_upload_lets_old_bytes_back_in() {
    let mut edge = edge(EdgeRules::default(), &["a"]);
    invalidate(&mut edge, "1", &["/a"]).unwrap();
    edge.fetch("E", "/a");
    edge.bucket.put("a", object("new"));
    assert_eq!(stale_urls(&edge), ["/a"]);
    let needless: Vec<_> = edge.needless().map(|(_, id, purged)| (id.to_owned(), purged.url.clone())).collect();
    assert_eq!(needless, [("I0000000000001".to_owned(), "/a".to_owned())]);
}

#[test]
fn gone_objects_and_cached_errors_are_stale() {
    let mut edge = edge(EdgeRules::default(), &["gone", "same"]);
    assert_eq!(edge.fetch("E", "/soon").unwrap().answer, Answer::Forbidden);
    assert_eq!(edge.fetch("E", "/never").unwrap().answer, Answer::Forbidden);
    edge.bucket.remove("gone");
    edge.bucket.put("soon", object("new"));
    let stale = edge.compare().stale;
    let shown: Vec<_> = stale.iter().map(|s| (s.url.as_str(), s.cause, s.key.as_deref())).collect();
    assert_eq!(shown, [("/gone", Cause::Gone, None), ("/soon", Cause::HiddenByError, Some("soon"))]);
}

#[test]
fn wildcards_are_read_both_ways() {
    let keys = ["dir/x", "dir2", "dir/a*b", "dir/azb"];
    for (wildcard, left) in [(WildcardReading::OneOrMore, 1), (WildcardReading::ZeroOrMore, 0)] {
        let mut edge = edge(EdgeRules { wildcard, ..EdgeRules::default() }, &keys);
        edge.fetch("E", "/dir/");
        for key in keys.iter().chain(&["dir/"]) {
            edge.bucket.put(*key, object("new"));
        }
        invalidate(&mut edge, "1", &["/dir/a*b"]).unwrap();
        assert!(!stale_urls(&edge).contains(&"/dir/a*b".to_owned()));
        assert!(stale_urls(&edge).contains(&"/dir/azb".to_owned()), "an inner star is literal");
        invalidate(&mut edge, "2", &["/dir/*"]).unwrap();
        assert_eq!(stale_urls(&edge).len(), 1 + left, "/dir2, and by the reading /dir/");
    }
}

#[test]
fn one_bad_path_refuses_the_batch_and_purges_nothing() {
    let mut edge = edge(EdgeRules::default(), &["a"]);
    edge.bucket.put("a", object("new"));
    let refused = invalidate(&mut edge, "1", &["/a", "/b c"]).unwrap_err();
    assert_eq!((refused.code(), refused.status()), ("InvalidArgument", 400));
    assert!(refused.to_string().contains("`/b c`"), "{refused}");
    assert_eq!(invalidate(&mut edge, "1", &[]).unwrap_err().code(), "InvalidArgument");
    assert_eq!(invalidate(&mut edge, "", &["/a"]).unwrap_err().code(), "InvalidArgument");
    assert_eq!(invalidate(&mut edge, "1", &vec!["/a"; 3_001]).unwrap_err().status(), 413);
    assert_eq!(edge.invalidate("F", "1", &["/a".to_owned()]), Err(Refusal::NoSuchDistribution));
    assert_eq!(stale_urls(&edge), ["/a"]);
    assert_eq!(edge.purchases(), Purchases::default());
}

#[test]
fn a_caller_reference_buys_once() {
    let mut edge = edge(EdgeRules::default(), &["a", "b"]);
    let first = invalidate(&mut edge, "1", &["/a", "/b"]).unwrap();
    edge.warm();
    edge.bucket.put("a", object("new"));
    assert_eq!(invalidate(&mut edge, "1", &["/b", "/a", "/a"]), Ok(first), "the set of paths is what counts");
    assert_eq!(stale_urls(&edge), ["/a"], "and it purges nothing again");
    assert_eq!(invalidate(&mut edge, "1", &["/a"]), Err(Refusal::InvalidationBatchAlreadyExists));
    assert_eq!(edge.purchases().invalidations, 1);
}

#[test]
fn quotas_count_what_is_in_progress() {
    let slow = EdgeRules { completion: Duration::from_hours(1), ..EdgeRules::default() };
    let mut slow_edge = edge(slow, &[]);
    let wild: Vec<String> = (0..15).map(|n| format!("/{n}*")).collect();
    slow_edge.invalidate("E", "wild", &wild).unwrap();
    let refused = invalidate(&mut slow_edge, "one more", &["/x*"]).unwrap_err();
    assert_eq!((refused.code(), refused.status()), ("TooManyInvalidationsInProgress", 400));
    invalidate(&mut slow_edge, "plain", &vec!["/x"; 2_985]).unwrap();
    assert_eq!(invalidate(&mut slow_edge, "y", &["/y"]).unwrap_err().code(), "TooManyInvalidationsInProgress");
    slow_edge.invalidate("E", "wild", &wild).expect("a repeated call asks for no room");
    assert!(slow_edge.invalidations("E").unwrap()[0].in_progress());

    let mut quick = edge(EdgeRules::default(), &[]);
    for reference in ["1", "2", "3"] {
        quick.invalidate("E", reference, &wild).unwrap();
    }
    let sixteen: Vec<String> = (0..16).map(|n| format!("/{n}*")).collect();
    assert_eq!(quick.invalidate("E", "4", &sixteen).unwrap_err().code(), "TooManyInvalidationsInProgress");
}

#[test]
fn the_rate_is_for_the_account() {
    let rate = Some(Rate { per_second: 50.0, burst: 2 });
    let mut edge = edge(EdgeRules { rate, ..EdgeRules::default() }, &[]);
    invalidate(&mut edge, "1", &["/a"]).unwrap();
    assert_eq!(invalidate(&mut edge, "2", &["/b c"]).unwrap_err().code(), "InvalidArgument");
    assert_eq!(invalidate(&mut edge, "3", &["/a"]), Err(Refusal::Throttling));
    std::thread::sleep(Duration::from_millis(25));
    invalidate(&mut edge, "3", &["/a"]).unwrap();
}

#[test]
fn distributions_have_their_own_origin_path_and_cache() {
    let mut edge = Edge::new(
        EdgeRules::default(),
        [
            DistributionConfig { origin_path: "/production".to_owned(), ..DistributionConfig::rest("E") },
            DistributionConfig::website("F"),
        ],
    );
    edge.bucket.put("production/index.html", object("old"));
    edge.bucket.put("outside", object("old"));
    edge.warm();
    edge.bucket.put("production/index.html", object("new"));
    edge.bucket.put("outside", object("new"));
    let shown = |edge: &Edge| -> Vec<String> {
        edge.compare().stale.into_iter().map(|stale| stale.distribution + &stale.url).collect()
    };
    let f = ["F/outside", "F/production/", "F/production/index.html"];
    assert_eq!(shown(&edge), [&["E/", "E/index.html"], &f[..]].concat());
    invalidate(&mut edge, "1", &["/", "/index.html"]).unwrap();
    assert_eq!(shown(&edge), f, "a redirect has no bytes of the object, so it is not stale");
}

#[test]
fn a_large_site_is_quick() {
    let mut edge = edge(EdgeRules::default(), &[]);
    for n in 0..100_000 {
        edge.bucket.put(format!("{}/{n}.html", n % 300), object("old"));
    }
    let start = std::time::Instant::now();
    edge.warm();
    assert_eq!(edge.compare().checked, 100_000);
    let paths: Vec<String> = (0..3_000).map(|n| format!("/{}/{n}.html", n % 300)).collect();
    edge.invalidate("E", "1", &paths).unwrap();
    assert_eq!(edge.needless().count(), 3_000);
    invalidate(&mut edge, "2", &["/1*"]).unwrap();
    // Without optimisation it takes about half a second; quadratic work would take minutes.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn behaviours_keep_what_they_say() {
    let uncached = ("draft/*".to_owned(), Behaviour::uncached());
    let behaviours = vec![("/api/*".to_owned(), Behaviour::other("api.example.org")), uncached];
    let config = DistributionConfig { behaviours, ..DistributionConfig::rest("E") };
    let mut edge = Edge::new(EdgeRules::default(), [config]);
    for key in ["a", "api/a", "draft/a"] {
        edge.bucket.put(key, object("old"));
    }
    edge.warm();
    assert_eq!(edge.compare().checked, 1, "only `/a` is kept");
    assert_eq!(edge.fetch("E", "/api/a").unwrap().answer, Answer::NotFound, "another origin serves it");
    for content in ["old", "new"] {
        edge.bucket.put("draft/a", object(content));
        let fetched = edge.fetch("E", "/draft/a?v=1").unwrap();
        assert_eq!((fetched.hit, fetched.answer), (false, Answer::Object(ObjectId::new(content))));
    }
    edge.bucket.put("a", object("new"));
    assert_eq!(stale_urls(&edge), ["/a"]);
    assert!(edge.reconfigure(DistributionConfig::rest("E")) && !edge.reconfigure(DistributionConfig::rest("F")));
    edge.warm();
    assert_eq!(edge.compare().checked, 3);
}
