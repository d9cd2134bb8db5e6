//! Each fault on the wire, with its effect or without, and what is counted.

#![expect(clippy::unwrap_used, reason = "a test")]

mod client;
mod repo;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use client::{Reply, send};
use purgeplan_loopback::edge::Object;
use purgeplan_loopback::git::ObjectId;
use purgeplan_loopback::{Config, DistributionConfig, Fault, Loopback, Moment, When};
use repo::Repo;

/// The address in an endpoint's URL.
fn address(url: &str) -> SocketAddr {
    url.strip_prefix("http://").unwrap().parse().unwrap()
}

/// A loopback over a repository of one commit on `main`.
async fn start() -> (Loopback, Repo) {
    let repo = Repo::new();
    repo.write("a", "1");
    let head = repo.commit("root");
    let aws = Loopback::start(Config::new("site", repo.open(), DistributionConfig::rest("E"))).await.unwrap();
    aws.codecommit().set_branch("main", &head);
    (aws, repo)
}

async fn get_branch(aws: &Loopback) -> std::io::Result<Reply> {
    let headers = "X-Amz-Target: CodeCommit_20150413.GetBranch\r\n";
    let body = r#"{"repositoryName":"site","branchName":"main"}"#;
    send(address(&aws.endpoints().codecommit), "POST", "/", headers, body).await
}

async fn invalidate(aws: &Loopback, reference: &str) -> std::io::Result<Reply> {
    let body = format!(
        "<InvalidationBatch><Paths><Quantity>1</Quantity><Items><Path>/a&amp;b&#x2A;</Path></Items></Paths>\
         <CallerReference>{reference}</CallerReference></InvalidationBatch>"
    );
    let path = "/2020-05-31/distribution/E/invalidation";
    send(address(&aws.endpoints().cloudfront), "POST", path, "", &body).await
}

#[tokio::test]
async fn refusals_have_the_shape_of_their_service_and_no_effect() {
    let (aws, _repo) = start().await;
    let cases = [
        (Fault::Throttle, 400, r#""__type":"ThrottlingException""#, "<Code>Throttling</Code>"),
        (Fault::Status500, 500, r#""__type":"InternalFailure""#, "<Code>InternalError</Code>"),
        (Fault::Status503, 503, r#""__type":"ServiceUnavailable""#, "<Code>ServiceUnavailable</Code>"),
        (Fault::Forbidden, 400, r#""__type":"AccessDeniedException""#, "<Code>AccessDenied</Code>"),
        (Fault::ThrottleXml, 400, "<ThrottlingException>", "<ThrottlingException>"),
    ];
    for (fault, status, json, xml) in cases {
        aws.faults().add("GetBranch", When::First(1), fault);
        aws.faults().add("CreateInvalidation", When::First(1), fault);
        let reply = get_branch(&aws).await.unwrap();
        assert_eq!((reply.status, reply.body.contains(json)), (status, true), "{reply:?}");
        let reply = invalidate(&aws, "1").await.unwrap();
        let status = if fault == Fault::Forbidden { 403 } else { status };
        assert_eq!((reply.status, reply.body.contains(xml)), (status, true), "{reply:?}");
    }
    assert_eq!(aws.edge().purchases().invalidations, 0);
    assert_eq!(get_branch(&aws).await.unwrap().status, 200, "a rule for the first call is over");
    let expected = [("CreateInvalidation".to_owned(), 5), ("GetBranch".to_owned(), 6)];
    assert_eq!(aws.faults().calls(), BTreeMap::from(expected), "failed calls count");
}

#[tokio::test]
async fn a_reset_is_a_reset_and_an_answer_can_get_lost_after_the_effect() {
    let (aws, _repo) = start().await;
    aws.faults().add("CreateInvalidation", When::Nth(1), Fault::Reset);
    aws.faults().add("CreateInvalidation", When::Nth(2), Fault::LostAnswer);
    for bought in [0, 1] {
        assert_eq!(invalidate(&aws, "1").await.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(aws.edge().purchases().invalidations, bought);
    }
    let reply = invalidate(&aws, "1").await.unwrap();
    assert_eq!((reply.status, aws.edge().purchases().invalidations), (201, 1), "a retry buys nothing twice");
    assert!(reply.body.contains("<Path>/a&amp;b*</Path>"), "{}", reply.body);
    assert!(reply.head.contains("/2020-05-31/distribution/E/invalidation/I0000000000001"), "{}", reply.head);
}

#[tokio::test]
async fn a_truncated_answer_is_half_of_the_whole_one() {
    let (aws, _repo) = start().await;
    let whole = get_branch(&aws).await.unwrap();
    aws.faults().add("GetBranch", When::Nth(1), Fault::Truncated);
    let half = get_branch(&aws).await.unwrap();
    assert_eq!(half.body, whole.body[..whole.body.len() / 2]);
    assert!(half.head.to_lowercase().contains(&format!("content-length: {}", whole.body.len())), "{}", half.head);
    aws.faults().add("CreateInvalidation", When::Always, Fault::Truncated);
    invalidate(&aws, "1").await.unwrap();
    assert_eq!(aws.edge().purchases().invalidations, 1);
}

#[tokio::test]
async fn a_timeout_holds_the_answer_back() {
    let (aws, _repo) = start().await;
    aws.faults().add("GetBranch", When::Nth(1), Fault::Timeout(Some(Duration::from_millis(80))));
    aws.faults().add("GetBranch", When::Nth(2), Fault::Timeout(None));
    let start = Instant::now();
    assert_eq!(get_branch(&aws).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(start.elapsed() >= Duration::from_millis(80));
    assert!(tokio::time::timeout(Duration::from_millis(80), get_branch(&aws)).await.is_err());
    assert_eq!(get_branch(&aws).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_hook_stops_a_call_where_it_says() {
    let (aws, _repo) = start().await;
    for (moment, bought) in [(Moment::BeforeEffect, 0), (Moment::AfterEffect, 1)] {
        let mut hook = aws.faults().hook("CreateInvalidation", When::Nth(1), moment);
        let owner = async {
            let stopped = hook.reached().await.unwrap();
            assert_eq!(stopped.operation, "CreateInvalidation");
            assert_eq!(aws.edge().purchases().invalidations, bought);
            // Dropping it is what fits a killed client.
        };
        let (reply, ()) = tokio::join!(invalidate(&aws, "1"), owner);
        assert_eq!(reply.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(aws.edge().purchases().invalidations, bought);
    }
    let mut hook = aws.faults().hook("CreateInvalidation", When::Always, Moment::BeforeEffect);
    let (reply, call) = tokio::join!(invalidate(&aws, "2"), async {
        let stopped = hook.reached().await.unwrap();
        let call = stopped.call;
        stopped.resume();
        call
    });
    assert_eq!((reply.unwrap().status, call), (201, 3));
    drop(hook);
    assert_eq!(invalidate(&aws, "3").await.unwrap().status, 201, "without its hook a call goes on");
    assert_eq!(aws.edge().purchases().invalidations, 3);
}

#[tokio::test]
async fn what_iam_denies_stays_denied_until_it_is_permitted() {
    let (aws, _repo) = start().await;
    aws.faults().deny("GetBranch");
    aws.faults().add("GetBranch", When::First(1), Fault::Status500);
    for _ in 0..2 {
        let reply = get_branch(&aws).await.unwrap();
        assert_eq!((reply.status, reply.body.contains("codecommit:GetBranch")), (400, true), "{reply:?}");
        aws.faults().clear();
    }
    aws.faults().permit("GetBranch");
    assert_eq!(get_branch(&aws).await.unwrap().status, 200);
    aws.faults().deny("ListObjectsV2");
    let reply = send(address(&aws.endpoints().s3), "GET", "/site-bucket?list-type=2", "", "").await.unwrap();
    assert_eq!((reply.status, reply.body.contains("s3:ListBucket")), (403, true), "{reply:?}");
}

#[tokio::test]
async fn a_bucket_is_named_by_the_path_or_by_the_host() {
    let (aws, _repo) = start().await;
    aws.edge().bucket.put("a b", Object { content: ObjectId::new("e"), size: 1 });
    let s3 = address(&aws.endpoints().s3);
    let cases = [
        ("/site-bucket/?list-type=2", "", 200),
        ("/?list-type=2&encoding-type=url", "Host: site-bucket.localhost:80\r\n", 200),
        ("/?list-type=2", "Host: site-bucket.s3.localhost\r\n", 200),
        ("/?list-type=2", "Host: other.localhost\r\n", 404),
        ("/?list-type=2", "", 501),
        ("/site-bucket", "", 501),
        ("/site-bucket/a?list-type=2", "", 501),
    ];
    for (path, host, status) in cases {
        let reply = send(s3, "GET", path, host, "").await.unwrap();
        assert_eq!(reply.status, status, "{path} {host} {reply:?}");
        let key = if path.contains("encoding-type") { "<Key>a+b</Key>" } else { "<Key>a b</Key>" };
        assert_eq!(reply.body.contains(key), status == 200, "{path} {host} {reply:?}");
    }
    assert_eq!(send(s3, "PUT", "/site-bucket?list-type=2", "", "").await.unwrap().status, 501);
    let environment = aws.endpoints().environment();
    for service in ["CODECOMMIT", "CLOUDFRONT", "CODEPIPELINE", "S3"] {
        let name = format!("AWS_ENDPOINT_URL_{service}");
        assert!(environment.iter().any(|(key, url)| *key == name && url.starts_with("http://127.0.0.1:")), "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let (aws, _repo) = start().await;
    let (codecommit, cloudfront) = (address(&aws.endpoints().codecommit), address(&aws.endpoints().cloudfront));
    let reply = send(codecommit, "POST", "/", "X-Amz-Target: CodeCommit_20150413.GetBlob\r\n", "{}").await.unwrap();
    assert_eq!((reply.status, reply.body.contains("UnknownOperationException")), (400, true), "{reply:?}");
    let reply = send(codecommit, "POST", "/", "X-Amz-Target: CodeCommit_20150413.GetBranch\r\n", "{").await.unwrap();
    assert_eq!((reply.status, reply.body.contains("SerializationException")), (400, true), "{reply:?}");
    let codepipeline = address(&aws.endpoints().codepipeline);
    for (operation, code) in
        [("GetPipeline", "UnknownOperationException"), ("PutJobFailureResult", "SerializationException")]
    {
        let target = format!("X-Amz-Target: CodePipeline_20150709.{operation}\r\n");
        let reply = send(codepipeline, "POST", "/", &target, "{").await.unwrap();
        assert_eq!((reply.status, reply.body.contains(code)), (400, true), "{reply:?}");
    }
    let path = "/2020-05-31/distribution/E/invalidation";
    for (body, code) in [("", "MissingBody"), ("<a>", "MalformedInput"), ("<a>&b;</a>", "MalformedInput")] {
        let reply = send(cloudfront, "POST", path, "", body).await.unwrap();
        assert_eq!((reply.status, reply.body.contains(code)), (400, true), "{reply:?}");
    }
    let error =
        r#"<ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>"#;
    let reply = send(cloudfront, "GET", "/2020-05-31/distribution/%3CE/invalidation", "", "").await.unwrap();
    assert_eq!((reply.status, reply.body.contains(error)), (404, true), "{reply:?}");
    assert_eq!(send(cloudfront, "DELETE", path, "", "").await.unwrap().status, 404);
}
