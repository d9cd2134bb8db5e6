//! The SDK adapters against real HTTP on loopback: what is sent, what is read, and what a failed attempt means.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_codecommit::config::Credentials;
use purgeplan_lambda::aws::{self, AwsCloudFront, AwsCodeCommit, AwsCodePipeline, AwsS3};
use purgeplan_lambda::ports::{
    Action, Bucket, CloudFront, CodeCommit, Commit, Created, Execution, Invalidation, JobFailure, JobSuccess, Keys,
    Pipeline, PortError, Revision,
};
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

fn sent_json(request: &str) -> Value {
    let (_, body) = request.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("JSON")
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

async fn cloudfront(url: &str) -> AwsCloudFront {
    AwsCloudFront::new(&config(url, PATIENCE).await)
}

#[tokio::test]
async fn invalidations_are_listed_newest_first_and_read() {
    let item = |id: &str| {
        format!(
            "<InvalidationSummary><Id>{id}</Id><CreateTime>2026-11-22T10:00:00Z</CreateTime><Status>Completed</Status></InvalidationSummary>"
        )
    };
    let list = format!(
        "<InvalidationList><Marker></Marker><NextMarker>I1</NextMarker><MaxItems>100</MaxItems><IsTruncated>true\
         </IsTruncated><Quantity>2</Quantity><Items>{}{}</Items></InvalidationList>",
        item("I2"),
        item("I1")
    );
    let server = Once::answering(Some(&answer(200, &list)));
    assert_eq!(cloudfront(&server.url).await.list_invalidations("E1").await, Ok(vec!["I2".into(), "I1".into()]));
    assert!(server.request().starts_with("GET /2020-05-31/distribution/E1/invalidation?MaxItems=100 "));
    let body = "<Invalidation><Id>I2</Id><Status>Completed</Status><CreateTime>2026-11-22T10:00:00Z</CreateTime>\
                <InvalidationBatch><Paths><Quantity>2</Quantity><Items><Path>/a</Path><Path>/b</Path></Items></Paths>\
                <CallerReference>purgeplan1:x</CallerReference></InvalidationBatch></Invalidation>";
    let server = Once::answering(Some(&answer(200, body)));
    let read = cloudfront(&server.url).await.invalidation("E1", "I2").await;
    assert_eq!(read, Ok(Invalidation { caller_reference: "purgeplan1:x".into(), paths: 2, completed: true }));
    assert!(server.request().starts_with("GET /2020-05-31/distribution/E1/invalidation/I2 "));
    let server = Once::answering(Some(&answer(200, &list[..list.len() - 30])));
    let error = cloudfront(&server.url).await.list_invalidations("E1").await.expect_err("cut short");
    server.request();
    assert_eq!((error.retriable, error.code.as_str()), (true, "answer"));
}

#[tokio::test]
async fn a_distributions_configuration_is_what_the_core_reads() {
    let behaviour = |more: &str| {
        format!(
            "{more}<TargetOriginId>s3</TargetOriginId><TrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity>\
             </TrustedSigners><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy><FunctionAssociations><Quantity>1\
             </Quantity><Items><FunctionAssociation><FunctionARN>arn</FunctionARN><EventType>viewer-request</EventType>\
             </FunctionAssociation></Items></FunctionAssociations>"
        )
    };
    let body = format!(
        "<DistributionConfig><CallerReference>r</CallerReference><DefaultRootObject>index.html</DefaultRootObject>\
         <Origins><Quantity>1</Quantity><Items><Origin><Id>s3</Id><DomainName>b.s3-website.amazonaws.com</DomainName>\
         <OriginPath>/live</OriginPath><CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort>\
         <OriginProtocolPolicy>http-only</OriginProtocolPolicy></CustomOriginConfig></Origin></Items></Origins>\
         <OriginGroups><Quantity>1</Quantity><Items><OriginGroup><Id>g</Id><FailoverCriteria><StatusCodes><Quantity>1\
         </Quantity><Items><StatusCode>500</StatusCode></Items></StatusCodes></FailoverCriteria><Members><Quantity>1\
         </Quantity><Items><OriginGroupMember><OriginId>s3</OriginId></OriginGroupMember></Items></Members>\
         </OriginGroup></Items></OriginGroups><DefaultCacheBehavior>{}</DefaultCacheBehavior><CacheBehaviors><Quantity>\
         1</Quantity><Items><CacheBehavior>{}</CacheBehavior></Items></CacheBehaviors><CustomErrorResponses><Quantity>1\
         </Quantity><Items><CustomErrorResponse><ErrorCode>404</ErrorCode><ResponsePagePath>/404.html\
         </ResponsePagePath><ResponseCode>404</ResponseCode><ErrorCachingMinTTL>60</ErrorCachingMinTTL>\
         </CustomErrorResponse></Items></CustomErrorResponses><Comment></Comment><Enabled>true</Enabled>\
         </DistributionConfig>",
        behaviour("<ForwardedValues><QueryString>false</QueryString></ForwardedValues><MaxTTL>0</MaxTTL>"),
        behaviour("<PathPattern>/a*</PathPattern><CachePolicyId>4135ea2d-6df8-44a3-9df3-4b5a84be39ad</CachePolicyId>"),
    );
    let server = Once::answering(Some(&answer(200, &body)));
    let config = cloudfront(&server.url).await.distribution_config("E1").await.expect("a configuration");
    assert!(server.request().starts_with("GET /2020-05-31/distribution/E1/config "));
    let function = json!({ "Quantity": 1, "Items": [{ "EventType": "viewer-request" }] });
    let none = json!({ "Quantity": 0, "Items": [] });
    let expected = json!({ "DistributionConfig": {
        "DefaultRootObject": "index.html",
        "Origins": { "Quantity": 1, "Items": [
            { "Id": "s3", "DomainName": "b.s3-website.amazonaws.com", "OriginPath": "/live", "CustomOriginConfig": {} }] },
        "OriginGroups": { "Quantity": 1, "Items": [
            { "Id": "g", "Members": { "Quantity": 1, "Items": [{ "OriginId": "s3" }] } }] },
        "DefaultCacheBehavior": { "TargetOriginId": "s3", "CachePolicyId": null, "ForwardedValues": {}, "MaxTTL": 0,
            "FunctionAssociations": function, "LambdaFunctionAssociations": none },
        "CacheBehaviors": { "Quantity": 1, "Items": [
            { "PathPattern": "/a*", "TargetOriginId": "s3", "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
              "ForwardedValues": null, "MaxTTL": null, "FunctionAssociations": function, "LambdaFunctionAssociations": none }] },
        "CustomErrorResponses": { "Quantity": 1, "Items": [
            { "ErrorCode": 404, "ResponsePagePath": "/404.html", "ErrorCachingMinTTL": 60 }] },
    } });
    assert_eq!(serde_json::from_slice::<Value>(&config).expect("JSON"), expected);
    // The core takes it: the default behaviour keeps nothing.
    let request = br#"{"op":"plan","diffs":[{"format":"name-status","attachments":[0]}],"distribution":"E1",
        "distribution_configs":[{"id":"E1","attachment":1}]}"#;
    let planned: Value =
        serde_json::from_slice(&purgeplan_core::call(request, &[b"M\tlive/b.html\n", &config])).expect("JSON");
    assert_eq!(planned["decisions"][0]["reason"], "caching-disabled", "{planned}");
}

async fn codepipeline(url: &str) -> AwsCodePipeline {
    AwsCodePipeline::new(&config(url, PATIENCE).await)
}

#[tokio::test]
async fn executions_and_their_actions_are_listed() {
    let body = r#"{"pipelineExecutionSummaries":[{"pipelineExecutionId":"e1","status":"Superseded","startTime":1.5,
        "lastUpdateTime":2,"executionType":"ROLLBACK","sourceRevisions":[{"actionName":"Source","revisionId":"c"},
        {"actionName":"Empty"}]}],"nextToken":"t2"}"#;
    let server = Once::answering(Some(&answer(200, body)));
    let page = codepipeline(&server.url).await.executions("pipe", Some("t1")).await.expect("a page");
    let revisions = vec![Revision { action: "Source".into(), revision: "c".into() }];
    let expected = Execution {
        id: "e1".into(),
        status: "Superseded".into(),
        rollback: true,
        started: Some(1_500),
        updated: Some(2_000),
        revisions,
    };
    assert_eq!((page.executions, page.next.as_deref()), (vec![expected], Some("t2")));
    let expected = json!({ "pipelineName": "pipe", "maxResults": 100, "nextToken": "t1" });
    assert_eq!(sent_json(&server.request()), expected);

    let body = r#"{"actionExecutionDetails":[
        {"stageName":"Deploy","actionName":"Upload","startTime":1,"lastUpdateTime":2,"status":"Succeeded",
         "input":{"actionTypeId":{"category":"Deploy","owner":"AWS","provider":"S3","version":"1"}}},
        {"stageName":"Deploy","actionName":"Purge","startTime":3,"lastUpdateTime":4,"status":"InProgress",
         "input":{"actionTypeId":{"category":"Invoke","owner":"AWS","provider":"Lambda","version":"1"}}}]}"#;
    let server = Once::answering(Some(&answer(200, body)));
    let page = codepipeline(&server.url).await.actions("pipe", "e1", None).await.expect("a page");
    let action = |action: &str, category: &str, provider: &str, status: &str, started, ended| Action {
        stage: "Deploy".into(),
        action: action.into(),
        category: category.into(),
        provider: provider.into(),
        status: status.into(),
        started: Some(started),
        ended,
    };
    let expected = vec![
        action("Upload", "Deploy", "S3", "Succeeded", 1_000, Some(2_000)),
        action("Purge", "Invoke", "Lambda", "InProgress", 3_000, None),
    ];
    assert_eq!((page.actions, page.next), (expected, None));
    let expected = json!({ "pipelineName": "pipe", "filter": { "pipelineExecutionId": "e1" }, "maxResults": 100 });
    assert_eq!(sent_json(&server.request()), expected);

    let body = r#"{"pipelineExecution":{"artifactRevisions":[{"name":"SourceArtifact","revisionId":"c"}]}}"#;
    let server = Once::answering(Some(&answer(200, body)));
    let revisions = codepipeline(&server.url).await.execution("pipe", "e1").await;
    assert_eq!(revisions, Ok(vec![Revision { action: "SourceArtifact".into(), revision: "c".into() }]));
    assert_eq!(sent_json(&server.request()), json!({ "pipelineName": "pipe", "pipelineExecutionId": "e1" }));
    let server = Once::answering(Some(&answer(200, "")));
    let error = codepipeline(&server.url).await.executions("pipe", None).await.expect_err("no body");
    server.request();
    assert!(error.retriable, "{error}");
}

#[tokio::test]
async fn a_job_is_answered_and_the_answer_has_no_body() {
    let going_on = JobSuccess { continuation_token: Some("k".into()), ..JobSuccess::default() };
    let done = JobSuccess {
        summary: Some("2 paths".into()),
        external_id: Some("I1".into()),
        output_variables: [("paths".to_owned(), "2".to_owned())].into(),
        continuation_token: None,
    };
    for (result, expected) in [
        (going_on, json!({ "jobId": "j", "continuationToken": "k" })),
        (
            done,
            json!({ "jobId": "j", "executionDetails": { "summary": "2 paths", "externalExecutionId": "I1" },
                    "outputVariables": { "paths": "2" } }),
        ),
    ] {
        let server = Once::answering(Some(&answer(200, "")));
        codepipeline(&server.url).await.job_success("j", &result).await.expect("answered");
        assert_eq!(sent_json(&server.request()), expected);
    }
    let server = Once::answering(Some(&answer(200, "")));
    codepipeline(&server.url).await.job_failure("j", JobFailure::Permission, "no").await.expect("answered");
    let expected = json!({ "jobId": "j", "failureDetails": { "type": "PermissionError", "message": "no" } });
    assert_eq!(sent_json(&server.request()), expected);
}

#[tokio::test]
async fn keys_are_listed_decoded_and_to_the_end() {
    let page = |truncated: bool, token: &str| {
        format!(
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name><EncodingType>url\
             </EncodingType><KeyCount>2</KeyCount><IsTruncated>{truncated}</IsTruncated>{token}<Contents><Key>a+b%2B.html\
             </Key></Contents><Contents><Key>%01/%E6%97%A5</Key></Contents></ListBucketResult>"
        )
    };
    let token = "<NextContinuationToken>t2</NextContinuationToken>";
    let server = Once::answering(Some(&answer(200, &page(true, token))));
    let s3 = AwsS3::new(&config(&server.url, PATIENCE).await);
    let keys = vec![b"a b+.html".to_vec(), "\u{1}/日".as_bytes().to_vec()];
    assert_eq!(s3.keys("b", Some("t1")).await, Ok(Keys { keys, next: Some("t2".into()) }));
    let request = server.request();
    let line = request.lines().next().expect("a request line");
    assert!(line.starts_with("GET /b"), "{line}");
    for part in ["list-type=2", "encoding-type=url", "continuation-token=t1"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    // A list that ends without saying so would make wildcards look free.
    for cut in [page(true, ""), page(false, "").replace("<IsTruncated>false</IsTruncated>", "")] {
        let server = Once::answering(Some(&answer(200, &cut)));
        let error = AwsS3::new(&config(&server.url, PATIENCE).await).keys("b", None).await.expect_err("no end");
        server.request();
        assert_eq!((error.retriable, error.code.as_str()), (true, "answer"));
    }
}

#[tokio::test]
async fn a_denial_is_told_from_other_refusals_in_every_service() {
    let json = r#"{"__type":"AccessDeniedException","Message":"not authorized"}"#;
    let cloudfront_xml = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    let s3_xml = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
    let server = Once::answering(Some(&answer(400, json)));
    let pipeline = codepipeline(&server.url).await.executions("p", None).await.expect_err("denied");
    let server = Once::answering(Some(&answer(400, json)));
    let file = codecommit(&server.url).await.file("c", "p").await.expect_err("denied");
    let server = Once::answering(Some(&answer(403, cloudfront_xml)));
    let ledger = cloudfront(&server.url).await.list_invalidations("E1").await.expect_err("denied");
    let server = Once::answering(Some(&answer(403, s3_xml)));
    let keys = AwsS3::new(&config(&server.url, PATIENCE).await).keys("b", None).await.expect_err("denied");
    for error in [pipeline, file, ledger, keys] {
        assert!(error.denied() && !error.retriable, "{error}");
    }
    let server = Once::answering(Some(&answer(400, r#"{"__type":"PipelineNotFoundException","message":"no"}"#)));
    let error = codepipeline(&server.url).await.executions("p", None).await.expect_err("unknown");
    assert!(!error.denied() && !error.retriable, "{error}");
    let server = Once::answering(Some(&answer(503, "<Error><Code>SlowDown</Code><Message>no</Message></Error>")));
    let error = AwsS3::new(&config(&server.url, PATIENCE).await).keys("b", None).await.expect_err("slow");
    assert!(error.retriable, "{error}");
}
