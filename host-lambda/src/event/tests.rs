use std::collections::BTreeSet;

use purgeplan_core::ObjectKey;
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
        Ok(Event::Work(work)) => work.batch,
        other => panic!("not work: {other:?}"),
    }
}

fn failure(event: Value, bucket: Option<&str>) -> Failure {
    decode(&payload(event), bucket).expect_err("refused")
}

fn keys(set: &BTreeSet<ObjectKey>) -> Vec<String> {
    set.iter().map(|key| key.escaped().into_owned()).collect()
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
fn trap_01_20_all_records_are_read_and_their_keys_decoded_once() {
    let batch = work(
        json!({ "Records": [
            record("ObjectCreated:Put", "a+b%2Bc%2520.html", "01"),
            record("ObjectCreated:Copy", "%FF.html", "02"),
            record("ObjectRemoved:Delete", "old.html", "03"),
        ] }),
        Some("site"),
    );
    assert_eq!(keys(&batch.uploaded), ["a b+c%20.html", "\\xFF.html"]);
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
    assert_eq!((keys(&batch.uploaded), batch.earliest), (vec!["a.html".to_owned()], None));
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
    assert_eq!((keys(&batch.uploaded), keys(&batch.removed)), (vec![], vec!["a.html".to_owned()]));
    assert_eq!(batch.identity, BTreeSet::from(["6:a.html6:0055AF0:".to_owned()]));
    let batch = work(json!({ "Records": [again, delete, put] }), None);
    assert_eq!((keys(&batch.uploaded), keys(&batch.removed)), (vec!["a.html".to_owned()], vec![]));
}

#[test]
fn a_key_of_two_buckets_counts_as_removed_when_one_lost_it() {
    let mut elsewhere = record("ObjectCreated:Put", "a.html", "99");
    elsewhere["s3"]["bucket"]["name"] = "other".into();
    let batch = work(json!({ "Records": [record("ObjectRemoved:Delete", "a.html", "01"), elsewhere] }), None);
    assert_eq!((keys(&batch.uploaded), keys(&batch.removed)), (vec![], vec!["a.html".to_owned()]));
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

    let secret = failure_of(json!({ "artifactCredentials": { "secretAccessKey": "hush" } }));
    assert_eq!(secret.code, "event-shape");
    assert!(secret.message.contains("`artifactCredentials`") && !secret.to_string().contains("hush"), "{secret}");

    let stream = failure_of(json!({ "Records": [{ "eventSource": "aws:kinesis", "kinesis": {} }] }));
    assert!(stream.message.contains("record 0") && stream.message.contains("`aws:kinesis`"), "{stream}");

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
    for key in [json!(null), json!(7), json!(""), json!("100%")] {
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

fn s3(key: &str) -> Value {
    json!({ "Records": [record("ObjectCreated:Put", key, "01")] })
}

fn topic(event: &Value) -> Value {
    json!({ "Records": [{ "EventSource": "aws:sns", "Sns": { "Type": "Notification", "Message": event.to_string() } }] })
}

fn queue(bodies: &[Value]) -> Value {
    let message = |(at, body): (usize, &Value)| {
        json!({
            "messageId": format!("m{at}"), "eventSource": "aws:sqs", "body": body.to_string(),
            "attributes": { "SentTimestamp": "1795341600123" },
        })
    };
    json!({ "Records": bodies.iter().enumerate().map(message).collect::<Vec<_>>() })
}

fn messages(event: Value) -> Vec<Message> {
    match decode(&payload(event), Some("site")) {
        Ok(Event::Queue(messages)) => messages,
        other => panic!("not a queue: {other:?}"),
    }
}

fn bridge(kind: &str, key: &str) -> Value {
    json!({
        "source": "aws.s3", "detail-type": kind, "time": "2026-11-22T10:00:00Z",
        "detail": { "bucket": { "name": "site" }, "object": { "key": key, "sequencer": "01", "etag": "e" } },
    })
}

#[test]
fn an_s3_event_is_the_same_in_every_envelope() {
    let straight = work(s3("a+b.html"), None);
    assert_eq!(work(topic(&s3("a+b.html")), None), straight);
    let in_topic_in_queue = json!({ "Type": "Notification", "TopicArn": "t", "Message": s3("a+b.html").to_string() });
    let found = messages(queue(&[
        s3("a+b.html"),
        in_topic_in_queue,
        topic(&s3("a+b.html")),
        bridge("Object Created", "a b.html"),
    ]));
    for (at, message) in found.into_iter().enumerate() {
        assert_eq!((message.id, message.sent), (format!("m{at}"), Some(1_795_341_600)));
        assert_eq!(message.work.expect("an S3 event").batch, straight);
    }
}

#[test]
fn trap_20_an_eventbridge_key_is_not_decoded() {
    assert_eq!(keys(&work(bridge("Object Created", "a+b%20.html"), None).uploaded), ["a+b%20.html"]);
    assert_eq!(keys(&work(bridge("Object Deleted", "a"), None).removed), ["a"]);
    assert_eq!(decode(&payload(bridge("Object Tags Added", "a")), None), Ok(Event::Nothing));
    assert_eq!(failure(bridge("Object Created", ""), None).code, "event-key");
}

#[test]
fn trap_33_a_bad_message_is_its_own_failure() {
    let found = messages(queue(&[s3("a"), json!({ "hello": 1 }), json!("no event"), s3("100%")]));
    let codes: Vec<_> = found.iter().map(|one| one.work.as_ref().err().map_or("", |failure| &*failure.code)).collect();
    assert_eq!(codes, ["", "event-shape", "event-shape", "event-key"]);
    let mut other = s3("a");
    other["Records"][0]["s3"]["bucket"]["name"] = "logs".into();
    assert_eq!(messages(queue(&[other]))[0].work.as_ref().expect_err("refused").code, "another-bucket");
}

#[test]
fn trap_32_a_test_event_is_success_in_every_envelope() {
    let test = json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "site" });
    assert_eq!(decode(&payload(topic(&test)), Some("site")), Ok(Event::Test));
    assert_eq!(messages(queue(&[test]))[0].work, Ok(Work::default()));
}

#[test]
fn envelopes_in_envelopes_end() {
    let deep = (0..10).fold(s3("a"), |event, _| topic(&event));
    assert_eq!(failure(deep, None).message, "the event is in more than 3 envelopes");
}

fn pipeline(kind: &str, detail: &Value) -> Value {
    let mut event = json!({
        "source": "aws.codepipeline", "detail-type": format!("CodePipeline {kind} Execution State Change"),
        "time": "2026-11-22T10:00:00Z", "detail": { "pipeline": "site", "execution-id": "e1", "state": "SUCCEEDED" },
    });
    for (name, value) in detail.as_object().expect("an object") {
        event["detail"][name] = value.clone();
    }
    event
}

#[test]
fn a_pipelines_success_is_work_and_nothing_else_of_it_is() {
    let part = |event| match decode(&payload(event), None) {
        Ok(Event::Work(work)) => work.deployed[0].part.clone(),
        other => panic!("not work: {other:?}"),
    };
    assert_eq!(part(pipeline("Pipeline", &json!({}))), None);
    assert_eq!(part(pipeline("Stage", &json!({ "stage": "Deploy" }))), Some("Deploy".to_owned()));
    let action = |category| json!({ "stage": "S", "action": "A", "type": { "category": category } });
    assert_eq!(part(pipeline("Action", &action("Deploy"))), Some("S/A".to_owned()));
    for event in [
        pipeline("Action", &action("Source")),
        pipeline("Pipeline", &json!({ "state": "STARTED" })),
        pipeline("Pipeline", &json!({ "state": "SUPERSEDED" })),
        pipeline("Stage", &json!({ "state": "FAILED" })),
    ] {
        assert_eq!(decode(&payload(event), None), Ok(Event::Nothing));
    }
    assert_eq!(failure(pipeline("Pipeline", &json!({ "execution-id": "" })), None).code, "event-shape");
}

#[test]
fn a_push_is_refused_because_it_comes_before_the_deploy() {
    let change =
        json!({ "source": "aws.codecommit", "detail-type": "CodeCommit Repository State Change", "detail": {} });
    let trigger = json!({ "Records": [{ "eventSource": "aws:codecommit", "codecommit": { "references": [] } }] });
    for event in [change, trigger] {
        let refused = failure(event, None);
        assert_eq!(refused.code, "event-push");
        assert!(refused.message.contains("before the deploy"), "{refused}");
    }
}

fn job(parameters: &str) -> Job {
    let event = json!({ "CodePipeline.job": { "id": "j1", "accountId": "1", "data": {
        "actionConfiguration": { "configuration": { "FunctionName": "f", "UserParameters": parameters } },
        "artifactCredentials": { "accessKeyId": "k", "secretAccessKey": "hush", "sessionToken": "hush" },
        "continuationToken": "",
    } } });
    match decode(&payload(event), None) {
        Ok(Event::Job(job)) => job,
        other => panic!("not a job: {other:?}"),
    }
}

#[test]
fn trap_37_a_job_is_read_without_its_credentials() {
    let commit = "A".repeat(40);
    let read =
        job(&format!(r#"{{"commit":"{commit}","execution":"e-1","pipeline":"site","on_failure":"warn","wait":true}}"#));
    assert!(!format!("{read:?}").contains("hush"));
    assert_eq!((read.id.as_str(), &read.continuation), ("j1", &None));
    let parameters = read.parameters.expect("complete");
    assert_eq!((parameters.commit, parameters.on_failure, parameters.wait), ("a".repeat(40), OnFailure::Warn, true));
}

#[test]
fn user_parameters_that_cannot_be_used_keep_the_job_to_be_answered() {
    let unfilled = r##"{"commit":"#{SourceVariables.CommitId}","execution":"e"}"##;
    let short = r#"{"commit":"abc","execution":"e"}"#;
    let unknown = format!(r#"{{"commit":"{}","execution":"e","colour":1}}"#, "a".repeat(40));
    let no_execution = format!(r##"{{"commit":"{}","execution":"#{{x}}"}}"##, "a".repeat(40));
    for text in ["", " ", "site", "{}", unfilled, short, &unknown, &no_execution] {
        let read = job(text);
        let refused = read.parameters.expect_err(text);
        assert_eq!((read.id.as_str(), &*refused.code), ("j1", "job-parameters"));
        assert!(refused.help.contains("#{codepipeline.PipelineExecutionId}"), "{refused}");
    }
}
