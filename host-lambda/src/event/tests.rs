use serde_json::json;

use super::*;

fn payload(event: Value) -> Payload {
    Payload(Ok(event))
}

fn record(name: &str, key: &str, sequencer: &str) -> Value {
    json!({
        "eventSource": "aws:s3", "eventName": name, "eventTime": "2026-11-22T10:00:00.000Z",
        "s3": { "bucket": { "name": "site" }, "object": { "key": key, "sequencer": sequencer, "eTag": "e" } },
    })
}

fn work(event: Value, bucket: Option<&str>) -> Batch {
    match decode(&payload(event), bucket) {
        Ok(Event::Work(batch)) => batch,
        other => panic!("not work: {other:?}"),
    }
}

fn failure(event: Value, bucket: Option<&str>) -> Failure {
    decode(&payload(event), bucket).expect_err("refused")
}

fn keys(set: &BTreeSet<String>) -> Vec<&str> {
    set.iter().map(String::as_str).collect()
}

#[test]
fn the_test_event_is_success_with_nothing_to_do() {
    let event = json!({
        "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-11-22T10:00:00.000Z", "Bucket": "site",
        "RequestId": "r", "HostId": "h",
    });
    assert_eq!(decode(&payload(event), Some("site")), Ok(Event::Test));
}

#[test]
fn all_records_are_read_and_keys_stay_encoded() {
    let batch = work(
        json!({ "Records": [
            record("ObjectCreated:Put", "a+b%2Bc.html", "01"),
            record("ObjectCreated:Copy", "%FF.html", "02"),
            record("ObjectRemoved:Delete", "old.html", "03"),
        ] }),
        Some("site"),
    );
    assert_eq!(keys(&batch.uploaded), ["%FF.html", "a+b%2Bc.html"]);
    assert_eq!(keys(&batch.removed), ["old.html"]);
    assert_eq!(batch.identity.len(), 3);
    assert_eq!(batch.earliest, Some(1_795_341_600));
}

#[test]
fn a_record_without_request_parameters_or_sequencer_is_read() {
    let bare = json!({ "Records": [{
        "eventName": "ObjectCreated:Put",
        "s3": { "object": { "key": "a.html", "eTag": "e1" } },
    }] });
    let batch = work(bare.clone(), None);
    assert_eq!((keys(&batch.uploaded), batch.earliest), (vec!["a.html"], None));
    let mut other = bare;
    other["Records"][0]["s3"]["object"]["eTag"] = "e2".into();
    assert_ne!(work(other, None).identity, batch.identity, "without a sequencer the ETag tells two writes apart");
}

#[test]
fn duplicates_collapse_and_the_last_state_of_a_key_counts() {
    let put = record("ObjectCreated:Put", "a.html", "0055AE");
    let delete = record("ObjectRemoved:Delete", "a.html", "0055AF");
    let again = record("ObjectCreated:Put", "a.html", "0055AF01");
    let batch = work(json!({ "Records": [delete, put, delete, put] }), None);
    assert_eq!((keys(&batch.uploaded), keys(&batch.removed)), (vec![], vec!["a.html"]));
    assert_eq!(batch.identity, BTreeSet::from(["6:a.html6:0055AF0:".to_owned()]));
    let batch = work(json!({ "Records": [again, delete, put] }), None);
    assert_eq!((keys(&batch.uploaded), keys(&batch.removed)), (vec!["a.html"], vec![]));
}

#[test]
fn a_key_of_two_buckets_counts_as_removed_when_one_lost_it() {
    let mut elsewhere = record("ObjectCreated:Put", "a.html", "99");
    elsewhere["s3"]["bucket"]["name"] = "other".into();
    let batch = work(json!({ "Records": [record("ObjectRemoved:Delete", "a.html", "01"), elsewhere] }), None);
    assert_eq!((keys(&batch.uploaded), keys(&batch.removed)), (vec![], vec!["a.html"]));
}

#[test]
fn identities_do_not_run_into_each_other() {
    let first = work(json!({ "Records": [record("ObjectCreated:Put", "a", "1:2")] }), None);
    let second = work(json!({ "Records": [record("ObjectCreated:Put", "a1:", "2")] }), None);
    assert_ne!(first.identity, second.identity);
}

#[test]
fn other_buckets_are_left_out_and_refused_when_nothing_is_left() {
    let mut other = record("ObjectCreated:Put", "b.html", "01");
    other["s3"]["bucket"]["name"] = "logs".into();
    let mixed = json!({ "Records": [record("ObjectCreated:Put", "a.html", "01"), other] });
    assert_eq!(keys(&work(mixed.clone(), Some("site")).uploaded), ["a.html"]);
    assert_eq!(work(mixed, None).uploaded.len(), 2);
    let failure = failure(json!({ "Records": [other] }), Some("site"));
    assert_eq!(failure.code, "another-bucket");
    assert!(failure.message.contains("`logs`") && failure.message.contains("`site`"), "{failure}");
}

#[test]
fn events_that_leave_the_bytes_alone_are_no_work() {
    let tagged = json!({ "Records": [record("ObjectTagging:Put", "a.html", "01")] });
    assert_eq!(decode(&payload(tagged), Some("elsewhere")), Ok(Event::Nothing));
}

#[test]
fn what_is_no_s3_event_is_named_by_its_keys_and_never_by_its_content() {
    let failure_of = |event| failure(event, None);
    assert_eq!(failure_of(json!({ "Records": [] })).code, "event-empty");

    let job = json!({ "CodePipeline.job": { "data": { "artifactCredentials": { "secretAccessKey": "hush" } } } });
    let seen = failure_of(job);
    assert_eq!(seen.code, "event-shape");
    assert!(seen.message.contains("`CodePipeline.job`") && !seen.to_string().contains("hush"), "{seen}");

    let queue = failure_of(json!({ "Records": [{ "eventSource": "aws:sqs", "body": "{}" }] }));
    assert!(queue.message.contains("record 0") && queue.message.contains("`aws:sqs`"), "{queue}");

    for shape in [json!(null), json!([1]), json!("text"), json!({}), json!({ "Records": {} })] {
        assert_eq!(failure_of(shape).code, "event-shape");
    }
    let wide: serde_json::Map<String, Value> =
        (0..100).map(|number| (format!("{number:03}\n{}", "k".repeat(100)), json!(1))).collect();
    let seen = failure_of(Value::Object(wide));
    assert!(seen.message.len() < 600 && !seen.message.contains('\n'), "{seen}");
}

#[test]
fn a_key_that_is_missing_empty_or_no_text_is_refused() {
    for key in [json!(null), json!(7), json!("")] {
        let mut broken = record("ObjectCreated:Put", "a", "01");
        broken["s3"]["object"]["key"] = key;
        let seen = failure(json!({ "Records": [record("ObjectCreated:Put", "a", "01"), broken] }), None);
        assert_eq!(seen.code, "event-key");
        assert!(seen.message.contains("record 1"), "{seen}");
    }
}

#[test]
fn what_is_not_json_is_said_so_without_its_content() {
    // As the runtime reads it: it does not ask for the end of the text.
    let mut text = serde_json::Deserializer::from_slice(br#"{"secret": hush}"#);
    let payload = Payload::deserialize(&mut text).expect("bad JSON is a payload too");
    let seen = decode(&payload, None).expect_err("not JSON");
    assert_eq!(seen.code, "event-not-json");
    assert!(seen.message.contains("line 1") && !seen.message.contains("hush"), "{seen}");
}
