//! What is bought: once, in batches that CloudFront takes, at every distribution.

use std::collections::BTreeSet;
use std::time::Duration;

use purgeplan_loopback::deploy::Mode;
use purgeplan_loopback::{DistributionConfig, EdgeRules, Rate};
use purgeplan_tests::deployment::{Deployment, Target};
use purgeplan_tests::lambda::{DISTRIBUTION, Lambda};

use super::{ARTICLE, SOUND, Site, owned, send, succeeded};

/// Catches: one call an object.
#[tokio::test]
async fn trap_02_an_event_is_one_invalidation_whatever_its_size() {
    let names: Vec<String> = (0..40).map(|n| format!("{n:02}.html")).collect();
    let site = Site::modified(&names);
    // The account's rate lets one call through, and never another.
    let rules = EdgeRules { rate: Some(Rate { per_second: 0.0, burst: 1 }), ..EdgeRules::default() };
    assert_eq!(site.purged(ARTICLE, Target { rules, ..Target::default() }).await.len(), 40);
}

/// The sizes of the batches that a deploy of these modified files is bought in; the edge works on each for a while.
async fn batches(names: &[String]) -> Vec<usize> {
    let site = Site::modified(names);
    let rules = EdgeRules { completion: Duration::from_millis(400), ..EdgeRules::default() };
    let deployment = site.live_at(Target { rules, ..Target::default() }).await;
    let event = deployment.event(&site.deploy(&deployment, Mode::Extract));
    assert_eq!(deployment.stale().len(), names.len());
    send(&deployment, SOUND, [event.clone(), event]).await;
    assert_eq!(deployment.stale(), [""; 0]);
    deployment.bought().iter().map(|bought| bought.paths.len()).collect()
}

/// Catches: a batch of more than 3,000 paths, and a second one that is given up while the first is in progress.
#[tokio::test]
async fn trap_29_more_than_3000_paths_are_two_batches() {
    let names: Vec<String> = (0..3_001).map(|n| format!("{}/{n:04}.html", n % 10)).collect();
    assert_eq!(batches(&names).await, [3_000, 1]);
}

/// Catches: more than 15 wildcards in a batch or in progress.
#[tokio::test]
async fn trap_29_more_than_15_wildcards_are_two_batches() {
    let names: Vec<String> = (0..17).map(|n| format!("{n:02}~main.js")).collect();
    assert_eq!(batches(&names).await, [15, 2]);
}

/// The caller references of all that was bought.
fn references(deployment: &Deployment<'_>) -> Vec<String> {
    deployment.bought().into_iter().map(|bought| bought.reference).collect()
}

/// Catches: a reference that is another one for each try, and one that is the same for the next deploy.
#[tokio::test]
async fn trap_30_a_retry_buys_nothing_and_the_next_deploy_does() {
    let site = Site::modified(&["a.html", "b.html"]);
    let deployment = site.live().await;
    let steps = site.deploy(&deployment, Mode::Extract);
    let mut lambda = Lambda::start(&deployment.aws, &[]);
    let events = [deployment.events(&steps), vec![deployment.event(&steps)]].concat();
    for _ in 0..2 {
        for event in &events {
            succeeded(&lambda.invoke(event.clone()).await);
        }
        // A new process, as Lambda may take for a retry, knows nothing of the old one.
        lambda.respawn().await;
    }
    let first = references(&deployment);
    assert_eq!((first.len(), deployment.stale()), (3, vec![]));
    // The same commit is deployed again: each object is written anew.
    for event in [deployment.events(&steps), vec![deployment.event(&steps)]].concat() {
        succeeded(&lambda.invoke(event).await);
    }
    let all: BTreeSet<String> = references(&deployment).into_iter().collect();
    assert_eq!(all.len(), 6, "{all:?}");
}

/// Catches: a reference or an order of paths that follows the order of the records.
#[tokio::test]
async fn trap_31_the_order_of_records_makes_no_difference() {
    let names = ["a.html", "b.html", "c/d.html", "日.html"];
    let site = Site::modified(&names);
    let deployment = site.live().await;
    let event = deployment.event(&site.deploy(&deployment, Mode::Extract));
    let mut reversed: serde_json::Value = serde_json::from_slice(&event).expect("an event is JSON");
    reversed["Records"].as_array_mut().expect("records").reverse();
    let twice = [reversed.clone(), reversed.clone()];
    let mut doubled = reversed.clone();
    doubled["Records"] = twice.iter().flat_map(|event| event["Records"].as_array().expect("records").clone()).collect();
    let events = [event, reversed.to_string().into_bytes(), doubled.to_string().into_bytes()];
    send(&deployment, ARTICLE, events).await;
    assert_eq!((deployment.stale(), references(&deployment).len()), (vec![], 1));
    assert_eq!(deployment.calls("CreateInvalidation"), 3, "CloudFront itself finds the same work again");
}

/// Catches: one distribution of several, one's URLs for another, and a call for a distribution without the key.
#[tokio::test]
async fn trap_39_every_distribution_on_the_bucket_is_purged_by_its_own_urls() {
    let names = ["en/a b.css", "fr/a.css", "shared.css"];
    let site = Site::modified(&names);
    let ids = [(DISTRIBUTION, ""), ("E2ENGLISH", "/en"), ("E3GERMAN", "/de")];
    let distributions = ids.map(|(id, origin_path)| DistributionConfig {
        origin_path: origin_path.to_owned(),
        ..DistributionConfig::rest(id)
    });
    let listed = ids.map(|(id, origin_path)| serde_json::json!({ "id": id, "origin_path": origin_path }));
    let policy = serde_json::json!({ "distributions": listed }).to_string();
    let deployment = site.live_at(Target { distributions: distributions.to_vec(), ..Target::default() }).await;
    let event = deployment.event(&site.deploy(&deployment, Mode::Extract));
    assert_eq!(deployment.stale().len(), 4);
    send(&deployment, Some(&policy), [event]).await;
    assert_eq!((deployment.stale(), deployment.calls("CreateInvalidation")), (vec![], 2));
    let bought: Vec<(String, Vec<String>)> =
        deployment.bought().into_iter().map(|bought| (bought.distribution, bought.paths)).collect();
    let all = owned(&["/en/a%20b.css", "/fr/a.css", "/shared.css"]);
    assert_eq!(bought, [(DISTRIBUTION.to_owned(), all), ("E2ENGLISH".to_owned(), owned(&["/a%20b.css"]))]);
}
