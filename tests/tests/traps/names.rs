//! From a path in the repository to the paths that CloudFront takes.

use purgeplan_loopback::DistributionConfig;
use purgeplan_loopback::deploy::{Mapping, Mode};
use purgeplan_loopback::edge::Behaviour;
use purgeplan_tests::deployment::Target;
use purgeplan_tests::lambda::DISTRIBUTION;

use super::{SOUND, Site, only, send, website};

/// Catches: the repository's path taken for the object key.
#[tokio::test]
async fn trap_18_a_source_folder_becomes_a_key_prefix() {
    let site = Site::modified(&["public/a.html", "src/main.js"]);
    let mapping = Mapping { source: "public".to_owned(), prefix: "site/v1".to_owned() };
    let policy = r#"{"mappings":[{"source":"public","prefix":"site/v1"}]}"#;
    let target = Target { mapping, ..Target::default() };
    assert_eq!(site.purged(Some(policy), target).await, ["/site/v1/a.html"]);
}

/// Catches: a prefix that is not added to the key, an origin path that is not taken off the URL.
#[tokio::test]
async fn trap_19_the_origin_path_is_no_part_of_the_url() {
    let site = Site::modified(&["public/index.html", "public/docs/index.html", "public/production/x.html"]);
    let mapping = Mapping { source: "public".to_owned(), prefix: "production".to_owned() };
    let target = Target { mapping, ..only(website(DISTRIBUTION, "/production")) };
    let policy = format!(
        r#"{{"mappings":[{{"source":"public","prefix":"production"}}], "urls":{{"bare_directory":false}},
             "distributions":[{{"id":"{DISTRIBUTION}","origin_path":"/production"}}]}}"#
    );
    let paths = ["/", "/docs/", "/docs/index.html", "/index.html", "/production/x.html"];
    assert_eq!(site.purged(Some(&policy), target).await, paths);
}

/// A name with each character that a path can hold, but for `~`, which needs a wildcard.
fn every_character() -> Vec<String> {
    let ascii = (1..=0x7f_u8).map(char::from).filter(|character| !matches!(character, '/' | '~'));
    let others = ['\u{80}', 'é', '日', '\u{2028}', '\u{202e}', '😀'];
    ascii.chain(others).map(|character| format!("x{character}y.html")).collect()
}

/// Catches: one path that is not encoded, for which CloudFront refuses the whole batch.
#[tokio::test]
async fn trap_22_hostile_names_share_a_batch() {
    let names = every_character();
    let site = Site::modified(&names);
    let deployment = site.live().await;
    let event = deployment.event(&site.deploy(&deployment, Mode::Extract));
    assert_eq!(deployment.stale().len(), names.len());
    send(&deployment, SOUND, [event]).await;
    assert_eq!(deployment.stale(), [""; 0]);
    assert_eq!(deployment.calls("CreateInvalidation"), 1);
}

/// Catches: a character that is encoded without need: the path is taken, paid for, and purges nothing.
#[tokio::test]
async fn trap_23_nothing_is_encoded_but_what_has_to_be() {
    let name = "-_.!$&'()*+,;=:@/-_.!$&'()*+,;=:@.html";
    let site = Site::modified(&[name]);
    assert_eq!(site.purged(SOUND, Target::default()).await, [format!("/{name}")]);
}

/// Catches: `~` as it is (refused) and as `%7E` (taken, and purges nothing).
#[tokio::test]
async fn trap_24_a_tilde_is_purged_by_the_wildcard_before_it() {
    let site = Site::modified(&["js/runtime~main.js", "js/main.js"]);
    let deployment = site.live().await;
    let event = deployment.event(&site.deploy(&deployment, Mode::Extract));
    let lines = send(&deployment, SOUND, [event]).await;
    assert_eq!(deployment.stale(), [""; 0]);
    assert_eq!(deployment.paths(), ["/js/main.js", "/js/runtime*"]);
    let warned = |line: &&serde_json::Value| line["message"] == "diagnostic" && line["code"] == "tilde";
    assert_eq!(lines.iter().filter(warned).count(), 1, "the log says so: {lines:#?}");
}

/// Catches: a key's `?` as the start of a query, `#` of a fragment, `%` of an escape, and a last `*` that is literal.
#[tokio::test]
async fn trap_25_query_fragment_percent_and_asterisk_in_a_key() {
    let site = Site::modified(&["a?b=c.html", "a#b.html", "100%.html", "%41.html", "star*", "st*r.html"]);
    let paths = ["/%2541.html", "/100%25.html", "/a%23b.html", "/a%3Fb=c.html", "/st*r.html", "/star*"];
    assert_eq!(site.purged(SOUND, Target::default()).await, paths);
}

/// Catches: an index document that is purged under one of its URLs alone.
#[tokio::test]
async fn trap_26_an_index_document_has_several_urls() {
    let names = ["index.html", "same.html"];
    let site = Site::new(&names, |tree| tree.file("index.html", "new").file("docs/index.html", "new"));
    let deployment = site.live_at(only(website(DISTRIBUTION, ""))).await;
    for url in ["/docs/index.html", "/docs/", "/docs"] {
        let _ = deployment.aws.edge().fetch(DISTRIBUTION, url);
    }
    let event = deployment.event(&site.deploy(&deployment, Mode::Extract));
    let urls = ["/", "/docs", "/docs/", "/docs/index.html", "/index.html"];
    assert_eq!(deployment.stale(), urls);
    send(&deployment, Some(r#"{"urls":{"bare_directory":true}}"#), [event]).await;
    assert_eq!((deployment.stale(), deployment.paths()), (vec![], urls.map(str::to_owned).to_vec()));
}

/// Catches: the viewer's `/docs/` left stale, which a function rewrites to the object's own URL; and, without a function,
/// paths that nobody can ask for, paid for.
#[tokio::test]
async fn trap_27_a_rewriting_function_gives_an_object_more_urls() {
    let site = Site::modified(&["docs/index.html"]);
    let rest = || DistributionConfig::rest(DISTRIBUTION);
    assert_eq!(site.purged(SOUND, only(rest())).await, ["/docs/index.html"]);
    let default_behaviour = Behaviour { functions: vec!["viewer-request".to_owned()], ..Behaviour::default() };
    let rewritten = DistributionConfig { default_behaviour, ..rest() };
    assert_eq!(site.purged(SOUND, only(rewritten)).await, ["/docs", "/docs/", "/docs/index.html"]);
}

/// Catches: one of the copies that a URL has for each of its query strings.
#[tokio::test]
async fn trap_28_what_is_cached_once_a_query_string_is_purged_with_all_of_them() {
    let site = Site::modified(&["search.html", "a.html"]);
    let policy = Some(r#"{"query_strings":["search.html"]}"#);
    assert_eq!(site.purged(policy, Target::default()).await, ["/a.html", "/search.html", "/search.html*"]);
}
