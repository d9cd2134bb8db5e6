//! CodeCommit, and what happens to any connection.

use std::net::TcpListener;
use std::time::Duration;

use aws_config::Region;
use purgeplan_lambda::aws::{self, AwsCodeCommit};
use purgeplan_lambda::ports::{CodeCommit, Commit, PortError};
use serde_json::{Value, json};

use crate::server::{Once, PATIENCE, answer, codecommit, config, sent_json};

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

#[tokio::test]
async fn a_file_is_read_at_its_commit_and_only_whole() {
    let body = |size: u32| format!(r#"{{"commitId":"c","filePath":"p.json","fileSize":{size},"fileContent":"e30K"}}"#);
    let server = Once::answering(Some(&answer(200, &body(3))));
    assert_eq!(codecommit(&server.url).await.file("c", "p.json").await, Ok(b"{}\n".to_vec()));
    let expected = json!({ "repositoryName": "site", "commitSpecifier": "c", "filePath": "p.json" });
    assert_eq!(sent_json(&server.request()), expected);
    for cut in [body(4), "{}".to_owned()] {
        let server = Once::answering(Some(&answer(200, &cut)));
        let error = codecommit(&server.url).await.file("c", "p.json").await;
        server.request();
        // Without any field the SDK sees an empty file, which is whole.
        assert!(error.as_ref().is_err_and(|error| error.retriable) || error == Ok(vec![]), "{error:?}");
    }
}
