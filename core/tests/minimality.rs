//! Plans through the wire, held against what they are for: every stale URL is purged, no path is there without need, and
//! what is purged besides is forced by a rule that the answer names.
//!
//! The stale URLs, the live ones and what a path reaches are worked out anew here, by the documented rules alone.

use std::collections::BTreeSet;

use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

/// Two keys that begin alike are likely; names hold characters of one to three bytes, broken ones, and what is forced.
const UNITS: [&[u8]; 16] = [
    b"a",
    b"a",
    b"b",
    b"q",
    b"/",
    b"/",
    b"/",
    b"index.html",
    b"/index.html",
    b".html",
    b"~",
    b"*",
    b" ",
    b"\xC3",
    b"\xC3\xA9",
    b"\xE6\x97\xA5",
];
const FORCED: [&str; 5] = ["tilde", "query-string", "too-long", "trailing-asterisk", "widened"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Unchanged,
    Modified,
    Added,
    Deleted,
}

#[derive(Debug, Clone)]
enum Cover {
    Exact,
    Lossless { wildcards: usize },
    Budget { paths: usize, wildcards: usize, chunks: bool },
    Widen { limit: usize },
}

#[derive(Debug, Clone)]
struct Deploy {
    keys: Vec<(Vec<u8>, State)>,
    cover: Cover,
    /// Whether the live keys are told, and whether they are said to be all.
    live: Option<bool>,
    skip_added: bool,
    bare: bool,
    clean: bool,
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    let units = proptest::collection::vec(select(UNITS.as_slice()), 1..=5).prop_map(|units| units.concat());
    // A path in a repository has no slash before it.
    let units = units.prop_map(|key| if key[0] == b'/' { [b"a", &*key].concat() } else { key });
    // Once in a while one that no path holds.
    let long = prop::bool::weighted(0.02);
    (units, long).prop_map(|(key, long)| if long { [&*key, "日".repeat(450).as_bytes(), &*key].concat() } else { key })
}

fn cover() -> impl Strategy<Value = Cover> {
    prop_oneof![
        1 => Just(Cover::Exact),
        4 => (0..=4_usize).prop_map(|wildcards| Cover::Lossless { wildcards }),
        3 => (1..=8_usize, 0..=4_usize, any::<bool>())
            .prop_map(|(paths, wildcards, chunks)| Cover::Budget { paths, wildcards, chunks }),
        1 => (2..=4_usize).prop_map(|limit| Cover::Widen { limit }),
    ]
}

fn deploy() -> impl Strategy<Value = Deploy> {
    let states = select([State::Unchanged, State::Unchanged, State::Modified, State::Added, State::Deleted].as_slice());
    let keys = proptest::collection::btree_map(key(), states, 1..=16);
    let live = select([None, Some(false), Some(true), Some(true), Some(true)].as_slice());
    (keys, cover(), live, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(keys, cover, live, skip_added, bare, clean)| Deploy {
            keys: keys.into_iter().collect(),
            cover,
            live,
            skip_added,
            bare,
            clean,
        },
    )
}

/// A path, or what a viewer asks for, as it is sent.
fn encode(bytes: &[u8]) -> String {
    let unsafe_characters = b" <>\"#%{}|\\^[]`?";
    let write = |byte: &u8| match byte {
        0x21..0x7f if !unsafe_characters.contains(byte) => String::from(char::from(*byte)),
        _ => format!("%{byte:02X}"),
    };
    bytes.iter().map(write).collect()
}

/// Under the pessimistic reading a wildcard does not purge its own prefix, under the other one it does.
fn reaches(path: &str, url: &str, itself: bool) -> bool {
    match path.strip_suffix('*') {
        Some(prefix) => url.starts_with(prefix) && (itself || url != prefix),
        None => path == url,
    }
}

impl Deploy {
    /// The viewer's URL paths of a key, encoded.
    fn urls(&self, key: &[u8]) -> BTreeSet<String> {
        let mut urls = BTreeSet::from([encode(&[b"/", key].concat())]);
        match key.strip_suffix(b"index.html") {
            Some(folder) if folder.is_empty() || folder.ends_with(b"/") => {
                urls.insert(encode(&[b"/", folder].concat()));
                if let Some(bare) = folder.strip_suffix(b"/").filter(|_| self.bare) {
                    urls.insert(encode(&[b"/", bare].concat()));
                }
            }
            _ => {
                let clean = key.strip_suffix(b".html").filter(|name| !name.is_empty() && !name.ends_with(b"/"));
                urls.extend(clean.filter(|_| self.clean).map(|name| encode(&[b"/", name].concat())));
            }
        }
        urls
    }

    /// Cached once for each query string: the policy says so of names that begin with a `q`.
    fn has_queries(key: &[u8]) -> bool {
        key[0] == b'q' && !key.contains(&b'/')
    }

    fn is_stale(&self, state: State) -> bool {
        state != State::Unchanged && !(state == State::Added && self.skip_added)
    }

    /// Stale URLs; one that is cached for each query also with a query.
    fn stale(&self) -> BTreeSet<String> {
        let stale = self.keys.iter().filter(|(_, state)| self.is_stale(*state));
        let texts = stale.flat_map(|(key, _)| {
            let queries = Self::has_queries(key);
            self.urls(key).into_iter().flat_map(move |url| {
                let with_query = queries.then(|| format!("{url}?x=1"));
                std::iter::once(url).chain(with_query)
            })
        });
        texts.collect()
    }

    /// Live URLs of which nothing changed.
    fn unchanged(&self) -> BTreeSet<String> {
        let of = |wanted: fn(State) -> bool| {
            let keys = self.keys.iter().filter(move |(_, state)| wanted(*state));
            keys.flat_map(|(key, _)| self.urls(key)).collect::<BTreeSet<_>>()
        };
        let changed = of(|state| state != State::Unchanged);
        of(|state| state == State::Unchanged).difference(&changed).cloned().collect()
    }

    /// What may be reached only because a URL has no narrower path: the prefixes of the forced wildcards.
    fn forced(&self) -> BTreeSet<String> {
        let mut forced = BTreeSet::new();
        for (key, _) in self.keys.iter().filter(|(_, state)| self.is_stale(*state)) {
            for url in self.urls(key) {
                if let Some(tilde) = url.find('~') {
                    forced.insert(whole(&url[..tilde.min(3999)]));
                } else if url.len() > 4000 || (Self::has_queries(key) && url.len() == 4000) {
                    forced.insert(whole(&url[..3999]));
                } else {
                    forced.extend(url.strip_suffix('*').map(str::to_owned));
                    forced.extend(Some(url).filter(|_| Self::has_queries(key)));
                }
            }
        }
        forced
    }

    fn policy(&self) -> Value {
        let mut policy = json!({
            "query_strings": ["q*"],
            "added": if self.skip_added { "skip" } else { "purge" },
            "urls": { "directory": true, "bare_directory": self.bare, "clean": self.clean },
        });
        match self.cover {
            Cover::Exact => policy["cover"] = json!({ "mode": "exact" }),
            Cover::Lossless { wildcards } => policy["cover"] = json!({ "mode": "lossless", "wildcards": wildcards }),
            Cover::Budget { paths, wildcards, chunks } => {
                let infeasible = if chunks { "chunks" } else { "error" };
                policy["cover"] =
                    json!({ "mode": "budget", "paths": paths, "wildcards": wildcards, "infeasible": infeasible });
            }
            Cover::Widen { limit } => {
                policy["cover"] = json!({ "mode": "exact" });
                policy["max_paths"] = json!({ "limit": limit, "then": "widen" });
            }
        }
        policy
    }

    fn plan(&self) -> Value {
        let (old, new, none) = ("1".repeat(40), "2".repeat(40), "0".repeat(40));
        let (mut diff, mut live) = (Vec::new(), Vec::new());
        for (key, state) in &self.keys {
            let header = match state {
                State::Unchanged => None,
                State::Modified => Some(format!(":100644 100644 {old} {new} M")),
                State::Added => Some(format!(":000000 100644 {none} {new} A")),
                State::Deleted => Some(format!(":100644 000000 {old} {none} D")),
            };
            diff.extend(header.into_iter().flat_map(|header| [header.as_bytes(), b"\0", key, b"\0"].concat()));
            if *state != State::Deleted {
                live.extend([key, b"\0".as_slice()].concat());
            }
        }
        let mut request = json!({
            "op": "plan",
            "policy": self.policy(),
            "diffs": [{ "format": "git-raw", "attachments": [0] }],
        });
        if let Some(complete) = self.live {
            request["live"] = json!({ "attachment": 1, "complete": complete });
        }
        let answer = purgeplan_core::call(request.to_string().as_bytes(), &[&diff, &live]);
        serde_json::from_slice(&answer).expect("an answer is JSON")
    }
}

/// Cut back to where an escape and a character end; the cut is only in the long names, whose characters have three bytes.
fn whole(text: &str) -> String {
    let broken = |text: &str| {
        let decoded = text.split('%').skip(1).all(|escape| escape.len() >= 2);
        !decoded || text.ends_with("%E6") || text.ends_with("%E6%97")
    };
    let mut text = text;
    while text.len() > 3900 && broken(text) {
        text = &text[..text.len() - 1];
    }
    text.to_owned()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().map(|text| text.as_str().expect("a list of texts")).collect()
}

fn diagnostics(answer: &Value) -> &[Value] {
    answer["diagnostics"].as_array().expect("an answer has remarks")
}

/// Whether a remark names the path with a rule that forces it.
fn is_named(answer: &Value, path: &str) -> bool {
    diagnostics(answer).iter().any(|said| {
        let words = said["message"].as_str().expect("a remark has a message").split([' ', '`', ',', ':']);
        FORCED.iter().any(|code| said["code"] == *code) && words.into_iter().any(|word| word == path)
    })
}

fn check(deploy: &Deploy) -> Result<(), TestCaseError> {
    let answer = deploy.plan();
    if answer["type"] == "failure" {
        let code = answer["errors"][0]["code"].as_str().unwrap_or_default();
        let refused = match deploy.cover {
            Cover::Budget { chunks: false, .. } => code == "budget-infeasible",
            Cover::Widen { .. } => code == "max-paths-exceeded",
            _ => false,
        };
        prop_assert!(refused, "{}", answer);
        return Ok(());
    }
    let (paths, stale, unchanged) = (texts(&answer["paths"]), deploy.stale(), deploy.unchanged());
    let purges = |path: &&str, url: &str| reaches(path, url, false);
    for url in &stale {
        prop_assert!(paths.iter().any(|path| purges(path, url)), "{} is not purged by {:?}", url, paths);
    }
    for path in &paths {
        let others = || paths.iter().filter(|other| other != &path);
        let needed = stale.iter().any(|url| !others().any(|other| purges(other, url)));
        prop_assert!(needed, "{} is not needed in {:?}", path, paths);
        let over = unchanged.iter().find(|url| reaches(path, url, true));
        if let (Some(url), Cover::Exact | Cover::Lossless { .. }) = (over, &deploy.cover) {
            prop_assert!(is_named(&answer, path), "{} purges {}, and no rule is named: {}", path, url, answer);
            let forced = deploy.forced().iter().any(|prefix| url.starts_with(prefix));
            prop_assert!(forced, "{} purges {}, which no forced wildcard does", path, url);
        }
        let bought = deploy.live != Some(true) && path.ends_with('*') && !matches!(deploy.cover, Cover::Widen { .. });
        prop_assert!(!bought || is_named(&answer, path), "{} is a guess: {}", path, answer);
    }
    check_size(deploy, &answer, &paths)
}

/// No more wildcards, and in a budget no more paths, than are allowed, unless they are forced or the answer says so.
fn check_size(deploy: &Deploy, answer: &Value, paths: &[&str]) -> Result<(), TestCaseError> {
    let wildcards = paths.iter().filter(|path| path.ends_with('*')).count();
    let forced = deploy.forced().len();
    match deploy.cover {
        Cover::Exact => prop_assert!(wildcards <= forced),
        Cover::Lossless { wildcards: most } => prop_assert!(wildcards <= most.max(forced)),
        Cover::Budget { paths: most, wildcards: most_wildcards, chunks } => {
            let exceeded = diagnostics(answer).iter().any(|said| said["code"] == "budget-exceeded");
            prop_assert!(chunks || !exceeded);
            prop_assert!(exceeded || (paths.len() <= most && wildcards <= most_wildcards), "{}", answer);
        }
        Cover::Widen { limit } => prop_assert!(paths.len() <= limit, "{}", answer),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_path_of_a_plan_is_needed_and_nothing_stale_is_left(deploy in deploy()) {
        check(&deploy)?;
    }
}

#[test]
fn the_oracle_sees_a_path_too_many_and_one_too_few() {
    let reached = |paths: &[&str], url: &str| paths.iter().any(|path| reaches(path, url, false));
    assert!(reached(&["/d/*"], "/d/x") && !reached(&["/d/*"], "/d/") && reaches("/d/*", "/d/", true));
    let deploy = Deploy {
        keys: vec![(b"a~b".to_vec(), State::Modified), (b"ab".to_vec(), State::Unchanged)],
        cover: Cover::Lossless { wildcards: 4 },
        live: Some(true),
        skip_added: false,
        bare: false,
        clean: false,
    };
    assert_eq!(texts(&deploy.plan()["paths"]), ["/a*"]);
    assert!(is_named(&deploy.plan(), "/a*") && !is_named(&deploy.plan(), "/ab"));
    assert_eq!((deploy.forced().len(), deploy.unchanged().len()), (1, 1));
    check(&deploy).unwrap();
}
