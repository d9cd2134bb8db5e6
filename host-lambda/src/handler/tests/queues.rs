//! Events of a queue.

use super::*;
use crate::handler::Reply;

fn queue(bodies: &[Value]) -> Payload {
    let message = |(at, body): (usize, &Value)| json!({ "messageId": format!("m{at}"), "eventSource": "aws:sqs", "body": body.to_string() });
    Payload(Ok(json!({ "Records": bodies.iter().enumerate().map(message).collect::<Vec<_>>() })))
}

fn event(key: &str) -> Value {
    uploads(&[key]).0.expect("an event")
}

#[tokio::test]
async fn trap_33_only_the_messages_that_failed_come_again() {
    let site = Site::changing(&[("M", "a.html"), ("M", "b.html")]);
    let bodies = [event("a.html"), json!({ "hello": 1 }), event("b.html")];
    let report = handler(&site, &[]).handle(&queue(&bodies), &minute()).await.expect("answered");
    assert_eq!(site.asked()[0].2, ["/a.html", "/b.html"], "one invalidation for all that could be read");
    assert_eq!((report.event, report.handed_back, report.billed_paths), ("queue", 1, 2));
    let reply = serde_json::to_value(report.reply()).expect("JSON");
    assert_eq!(reply, json!({ "batchItemFailures": [{ "itemIdentifier": "m1" }] }));
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_purged_comes_again_together() {
    let site = Site::changing(&[("M", "a.html")]).failing("E1", std::iter::repeat_n(error(true, "Throttling"), 10_000));
    let bodies = [event("a.html"), event("same.html"), json!({ "Event": "s3:TestEvent" })];
    let report = handler(&site, &[]).handle(&queue(&bodies), &minute()).await.expect("answered");
    assert_eq!(report.failed_messages, Some(vec!["m0".to_owned(), "m1".to_owned()]), "the test event is done");
}

#[tokio::test]
async fn a_queue_of_ten_thousand_is_one_plan() {
    let site = Site::changing(&[("M", "4999.html")]);
    let bodies: Vec<Value> = (0..10_000).map(|number| event(&format!("{number}.html"))).collect();
    let report = handler(&site, &[]).handle(&queue(&bodies), &minute()).await.expect("purged");
    assert_eq!((site.asked().len(), site.reads()), (1, 3), "one GetBranch, GetCommit, GetDifferences");
    assert_eq!((report.uploaded, report.unchanged), (10_000, 9_999));
    assert_eq!(report.reply(), Reply::Queue { batch_item_failures: vec![] });
}

#[tokio::test]
async fn a_message_without_an_id_fails_the_whole_batch() {
    let site = Site::changing(&[("M", "a.html")]);
    let mut payload = queue(&[event("a.html")]).0.expect("an event");
    payload["Records"][0]["messageId"] = Value::Null;
    let failure = handler(&site, &[]).handle(&Payload(Ok(payload)), &minute()).await.expect_err("nothing is lost");
    assert_eq!((&*failure.code, site.asked()), ("event-shape", vec![]));
}
