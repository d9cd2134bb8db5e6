//! The SDK adapters against real HTTP on loopback: what is sent, what is read, and what a failed attempt means.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_codecommit::config::Credentials;
use purgeplan_lambda::aws::{self, AwsCloudFront, AwsCodeCommit};
use purgeplan_lambda::ports::{CloudFront, CodeCommit, Commit, Created, PortError};
use serde_json::{Value, json};

/// Long enough for a busy machine; only the test that waits for a timeout has less.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that gives one connection these bytes and closes it; `None`: it never answers.
struct Once {
    url: String,
    served: JoinHandle<String>,
}

impl Once {
    fn answering(answer: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let answer = answer.map(str::to_owned);
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let request = read_request(&mut stream);
            match answer {
                Some(answer) => {
                    stream.write_all(answer.as_bytes()).expect("sent");
                    stream.shutdown(Shutdown::Write).expect("closed");
                }
                // Until the client has had enough.
                None => while stream.read(&mut [0; 64]).is_ok_and(|count| count > 0) {},
            }
            request
        });
        Self { url, served }
    }

    fn request(self) -> String {
        self.served.join().expect("served")
    }
}

/// The head and, as long as it says, the body.
fn read_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut piece = [0; 4096];
    loop {
        let count = stream.read(&mut piece).expect("a request");
        text.push_str(std::str::from_utf8(&piece[..count]).expect("UTF-8"));
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return text;
        }
    }
}

fn answer(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} Status\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

async fn config(url: &str, patience: Duration) -> SdkConfig {
    aws::loader(patience)
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("id", "key", None, None, "test"))
        .endpoint_url(url)
        .load()
        .await
}

async fn codecommit(url: &str) -> AwsCodeCommit {
    AwsCodeCommit::new(&config(url, PATIENCE).await, "site", "main")
}

async fn branch_error(answer: Option<&str>) -> PortError {
    let server = Once::answering(answer);
    let error = codecommit(&server.url).await.branch_head().await.expect_err("an error");
    server.request();
    error
}

#[tokio::test]
async fn codecommit_errors_are_told_apart() {
    let xml = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
    let front_end = "<ThrottlingException>\n  <Message>Rate exceeded</Message>\n</ThrottlingException>\n";
    for (status, body, retriable, code, message) in [
        (
            400,
            r#"{"__type":"BranchDoesNotExistException","message":"no main"}"#,
            false,
            "BranchDoesNotExistException",
            "no main",
        ),
        (400, r#"{"__type":"AccessDeniedException","Message":"no"}"#, false, "AccessDeniedException", "no"),
        (400, r#"{"__type":"ThrottlingException","message":"slow"}"#, true, "ThrottlingException", "slow"),
        (400, xml, true, "Throttling", "Rate exceeded"),
        (400, front_end, true, "ThrottlingException", "Rate exceeded"),
        (403, "<html>no</html>", false, "HTTP 403", ""),
        (429, "", true, "HTTP 429", ""),
        (500, "<html>oops</html>", true, "HTTP 500", ""),
        (503, r#"{"__type":"Anything"}"#, true, "Anything", ""),
        (200, "", true, "answer", "no body"),
        (200, r#"{"branch":{"commitId":"#, true, "answer", ""),
        (200, "{}", true, "answer", "`branch.commitId`"),
    ] {
        let error = branch_error(Some(&answer(status, body))).await;
        assert_eq!((error.retriable, error.code.as_str()), (retriable, code), "{status} {body}: {error}");
        assert!(error.message.contains(message), "{status} {body}: {error}");
        assert_eq!(error.operation, "GetBranch");
    }
}

#[tokio::test]
async fn what_happens_to_the_connection_may_pass() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"branch\":";
    for (bytes, code) in [("", "connection"), (cut, "answer"), ("garbage\r\n\r\n", "connection")] {
        let error = branch_error(Some(bytes)).await;
        assert_eq!((error.retriable, error.code.as_str()), (true, code), "{bytes:?}: {error}");
    }
    let silent = Once::answering(None);
    let impatient = config(&silent.url, Duration::from_millis(300)).await;
    let error = AwsCodeCommit::new(&impatient, "site", "main").branch_head().await.expect_err("no answer");
    assert_eq!((error.retriable, error.code.as_str()), (true, "timeout"), "{error}");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let error = codecommit(&format!("http://{free}")).await.branch_head().await.expect_err("nobody listens");
    assert_eq!((error.retriable, error.code.as_str()), (true, "connection"), "{error}");
}

#[tokio::test]
async fn a_request_that_cannot_be_made_is_permanent() {
    let config = aws::loader(PATIENCE).region(Region::new("eu-central-1")).no_credentials().load().await;
    let error = AwsCodeCommit::new(&config, "site", "main").branch_head().await.expect_err("unsigned");
    assert_eq!((error.retriable, error.code.as_str()), (false, "request"), "{error}");
}

#[tokio::test]
async fn a_commit_is_read() {
    let body =
        r#"{"commit":{"commitId":"c","treeId":"t","parents":["b","x"],"committer":{"date":"1484167798 -0800"}}}"#;
    let server = Once::answering(Some(&answer(200, body)));
    let commit = codecommit(&server.url).await.commit("c").await.expect("a commit");
    let parents = vec!["b".to_owned(), "x".to_owned()];
    assert_eq!(commit, Commit { id: "c".to_owned(), parents, committed_at: Some(1_484_167_798) });
    assert!(server.request().contains(r#""commitId":"c""#));
}

#[tokio::test]
async fn a_page_of_differences_keeps_names_and_token() {
    let body = r#"{"differences":[
        {"changeType":"D","beforeBlob":{"blobId":"1","path":"\u65e5\u672c\\ \"q\".html","mode":"100644"}},
        {"changeType":"A","afterBlob":{"blobId":"2","path":"new.html","mode":"120000"}}],"NextToken":"t2"}"#;
    let server = Once::answering(Some(&answer(200, body)));
    let page = codecommit(&server.url).await.differences(Some("b"), "c", Some("t1")).await.expect("a page");
    let json: Value = serde_json::from_slice(&page.json).expect("JSON");
    let expected = json!({ "differences": [
        { "changeType": "D", "beforeBlob": { "blobId": "1", "path": "日本\\ \"q\".html", "mode": "100644" } },
        { "changeType": "A", "afterBlob": { "blobId": "2", "path": "new.html", "mode": "120000" } },
    ] });
    assert_eq!((json, page.next.as_deref()), (expected, Some("t2")));
    let request = server.request();
    let (_, sent) = request.split_once("\r\n\r\n").expect("a body");
    let sent: Value = serde_json::from_str(sent).expect("JSON");
    let expected = json!({ "repositoryName": "site", "beforeCommitSpecifier": "b", "afterCommitSpecifier": "c", "NextToken": "t1" });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn the_whole_tree_is_asked_for_without_a_base() {
    let server = Once::answering(Some(&answer(200, r#"{"differences":[]}"#)));
    let page = codecommit(&server.url).await.differences(None, "c", None).await.expect("a page");
    assert_eq!((page.json.as_slice(), page.next), (&br#"{"differences":[]}"#[..], None));
    assert!(!server.request().contains("beforeCommitSpecifier"));
}

async fn create(answer: Option<&str>) -> (Result<Created, PortError>, String) {
    let server = Once::answering(answer);
    let paths = ["/a%20b.html".to_owned(), "/c&d.html".to_owned()];
    let created =
        AwsCloudFront::new(&config(&server.url, PATIENCE).await).create_invalidation("E1", "reference", &paths).await;
    (created, server.request())
}

#[tokio::test]
async fn an_invalidation_is_created_with_its_reference_and_paths() {
    let body = r#"<?xml version="1.0"?><Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>I1</Id>
        <Status>InProgress</Status><CreateTime>2026-11-22T10:00:00Z</CreateTime><InvalidationBatch><Paths><Quantity>2</Quantity>
        </Paths><CallerReference>reference</CallerReference></InvalidationBatch></Invalidation>"#;
    let (created, request) = create(Some(&answer(201, body))).await;
    assert_eq!(created, Ok(Created { id: "I1".to_owned() }));
    assert!(request.starts_with("POST /2020-05-31/distribution/E1/invalidation"), "{request}");
    for part in [
        "<Quantity>2</Quantity>",
        "<Path>/a%20b.html</Path>",
        "<Path>/c&amp;d.html</Path>",
        "<CallerReference>reference</CallerReference>",
    ] {
        assert!(request.contains(part), "{part}: {request}");
    }
}

#[tokio::test]
async fn cloudfront_errors_are_told_apart() {
    for (status, code, retriable) in [
        (400, "TooManyInvalidationsInProgress", true),
        (400, "Throttling", true),
        (503, "ServiceUnavailable", true),
        (400, "InvalidArgument", false),
        (409, "InvalidationBatchAlreadyExists", false),
        (404, "NoSuchDistribution", false),
        (403, "AccessDenied", false),
        (413, "BatchTooLarge", false),
    ] {
        let body = format!(
            "<ErrorResponse xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Error><Type>Sender</Type>\
             <Code>{code}</Code><Message>it said</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        );
        let error = create(Some(&answer(status, &body))).await.0.expect_err(code);
        assert_eq!((error.retriable, error.code.as_str(), error.message.as_str()), (retriable, code, "it said"));
    }
    let error = create(Some(&answer(201, "<Invalidation><Status>In"))).await.0.expect_err("cut short");
    assert_eq!((error.retriable, error.code.as_str()), (true, "answer"), "{error}");
}
