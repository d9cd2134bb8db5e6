//! What a plan is made with besides the diffs.

use super::jobs::{job, parameters};
use super::*;

fn deploy() -> Payload {
    job(&parameters(&json!({})), None)
}

/// A site of a changed folder and what else there is.
fn folder(files: u32) -> Site {
    let names: Vec<String> = (0..files).map(|number| format!("docs/{number}.html")).collect();
    let mut site = Site::changing(&names.iter().map(|name| ("M", name.as_str())).collect::<Vec<_>>());
    site.keys = vec![names, vec!["index.html".to_owned()]];
    site.files.insert("keys", Vec::new());
    site
}

const BUCKET: (&str, &str) = ("PURGEPLAN_POLICY", r#"{"bucket":"bucket","urls":{"directory":false}}"#);

#[tokio::test]
async fn a_plan_of_many_paths_lists_the_bucket_and_needs_few() {
    let site = folder(40);
    let report = handler(&site, &[BUCKET]).handle(&deploy(), &minute()).await.expect("purged");
    assert_eq!(site.asked()[0].2, ["/docs/*"]);
    assert_eq!((report.billed_paths, report.over_purged), (1, Some(0)));
    assert_eq!(site.optional_calls(), ["config E1", "keys 0", "keys 1"], "every page, or nothing");
}

#[tokio::test]
async fn a_plan_of_few_paths_or_a_policy_that_forbids_it_lists_nothing() {
    let site = folder(15);
    handler(&site, &[BUCKET]).handle(&deploy(), &minute()).await.expect("purged");
    assert_eq!((site.asked()[0].2.len(), site.optional_calls()), (15, vec!["config E1".to_owned()]));
    for policy in
        [r#"{"bucket":"bucket","list_bucket":false}"#, r#"{"bucket":"bucket","cover":{"mode":"exact"}}"#, "{}"]
    {
        let site = folder(40);
        handler(&site, &[("PURGEPLAN_POLICY", policy)]).handle(&deploy(), &minute()).await.expect("purged");
        assert_eq!(site.optional_calls(), ["config E1"], "{policy}");
    }
}

#[tokio::test]
async fn a_denial_takes_the_safe_way_is_told_once_and_not_tried_again() {
    let mut site = folder(40);
    site.files.clear();
    let handler = handler(&site, &[BUCKET]);
    capture::start();
    for _ in 0..2 {
        let report = handler.handle(&deploy(), &minute()).await.expect("the exact paths");
        assert_eq!((report.billed_paths, report.over_purged), (40, None));
    }
    assert_eq!(site.optional_calls(), ["config E1", "keys 0"]);
    let told = capture::take().iter().filter(|line| line["message"] == "done without").count();
    assert_eq!(told, 2, "one line for each permission");
}

#[tokio::test]
async fn a_list_that_contradicts_the_diff_is_passed_over() {
    let mut site = folder(40);
    site.keys = vec![vec!["other.html".to_owned()]];
    let report = handler(&site, &[BUCKET]).handle(&deploy(), &minute()).await.expect("purged");
    assert_eq!(report.billed_paths, 40);
}

#[tokio::test(start_paused = true)]
async fn a_distributions_configuration_decides_and_is_read_again_after_a_while() {
    let mut site = Site::changing(&[("M", "a.json"), ("M", "a.html")]);
    let config = json!({ "DistributionConfig": {
        "Origins": { "Items": [{ "Id": "b", "DomainName": "bucket.s3.amazonaws.com" }] },
        "DefaultCacheBehavior": { "TargetOriginId": "b" },
        "CacheBehaviors": { "Items": [{ "PathPattern": "*.json", "TargetOriginId": "b",
            "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" }] },
    } });
    site.files.insert("config", config.to_string().into_bytes());
    let handler = handler(&site, &[BUCKET]);
    for _ in 0..2 {
        handler.handle(&deploy(), &minute()).await.expect("purged");
    }
    assert_eq!(site.asked()[0].2, ["/a.html"], "what is not cached is not paid for");
    assert_eq!(site.optional_calls(), ["config E1"]);
    tokio::time::advance(Duration::from_mins(11)).await;
    handler.handle(&deploy(), &minute()).await.expect("purged");
    assert_eq!(site.optional_calls(), ["config E1"]);
}

#[tokio::test]
async fn the_repositorys_policy_is_that_of_the_deployed_commit() {
    let mut site = Site::changing(&[("M", "a.html"), ("M", "ops/a.map")]);
    site.files.insert("policy", br#"{"ignore":["**/*.map"]}"#.to_vec());
    let of_repository = [("PURGEPLAN_POLICY_PATH", "ops/purge.json")];
    let handler = handler(&site, &of_repository);
    handler.handle(&deploy(), &minute()).await.expect("purged");
    handler.handle(&uploads(&["a.html", "ops/a.map"]), &minute()).await.expect("purged");
    assert!(site.asked().iter().all(|(_, _, paths)| paths == &["/a.html"]), "{:?}", site.asked());
    let files = site.optional_calls().into_iter().filter(|call| call.starts_with("file")).collect::<Vec<_>>();
    assert_eq!(files, ["file ops/purge.json cccc"], "a commit never changes");
}

#[tokio::test]
async fn trap_10_a_commit_that_left_the_repository_is_purged_by_the_branchs_newest_policy() {
    const GONE: &str = "dddddddddddddddddddddddddddddddddddddddd";
    let mut site = Site::changing(&[("M", "a.html")]);
    site.gone = Some(GONE);
    site.files.insert("policy", br#"{"distributions":[{"id":"E1"},{"id":"E2"}]}"#.to_vec());
    let handler = handler(&site, &[("PURGEPLAN_POLICY_PATH", "ops/purge.json")]);
    capture::start();
    handler.handle(&job(&parameters(&json!({ "commit": GONE })), None), &minute()).await.expect("purged");
    let purged: Vec<_> =
        site.asked().into_iter().map(|(id, reference, paths)| (id, reference, paths.join(" "))).collect();
    let everything =
        |id: &str| purged.iter().any(|one| one.0 == id && one.1.contains(&format!(":-:{GONE}:")) && one.2 == "/ /*");
    assert!(purged.len() == 2 && everything("E1") && everything("E2"), "{purged:?}");
    let lines = capture::take();
    let told = |message: &str| lines.iter().filter(|line| line["message"] == message).collect::<Vec<_>>();
    assert_eq!(told("policy left the repository").len(), 1, "{lines:#?}");
    assert!(told("done without").iter().all(|line| line["operation"] != "GetFile"), "no permission is missing");
}

#[tokio::test]
async fn a_wrong_policy_of_the_repository_fails_loudly_and_purges_nothing() {
    let mut site = Site::changing(&[("M", "a.html")]);
    site.files.insert("policy", br#"{"ignore":["a[b"]}"#.to_vec());
    let of_repository = [("PURGEPLAN_POLICY_PATH", "ops/purge.json")];
    let failure = handler(&site, &of_repository).handle(&uploads(&["a.html"]), &minute()).await.expect_err("refused");
    assert_eq!(failure.code, "policy-glob");
    assert!(failure.message.contains("`ops/purge.json`") && failure.message.contains("/ignore/0"), "{failure}");
    handler(&site, &of_repository).handle(&deploy(), &minute()).await.expect("the job is answered");
    let answers = site.answers.lock().expect("one thread").clone();
    assert!(matches!(&answers[..], [Answer::Failure(JobFailure::Configuration, _)]), "{answers:?}");
    assert_eq!(site.asked(), vec![]);
}

#[tokio::test]
async fn a_purge_that_is_put_off_for_too_long_is_widened() {
    let site = folder(5);
    let policy = r#"{"urls":{"directory":false},"escalate":{"after_minutes":15,"paths":2}}"#;
    let handler = handler(&site, &[("PURGEPLAN_POLICY", policy)]);
    let token = |minutes: i64| json!({ "since": now() - minutes * 60, "tries": 9 }).to_string();
    for (minutes, paths) in [(14, 5), (15, 1)] {
        let payload = job(&parameters(&json!({})), Some(&token(minutes)));
        handler.handle(&payload, &minute()).await.expect("purged");
        assert_eq!(site.asked().last().expect("asked").2.len(), paths, "after {minutes} minutes");
    }
}
