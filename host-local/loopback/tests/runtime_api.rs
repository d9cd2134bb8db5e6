//! The Runtime API as a function process sees it.

mod client;

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use client::{Reply, send};
use purgeplan_loopback::{Error, Outcome, RuntimeApi};

const LIMIT: Duration = Duration::from_secs(20);

async fn next(api: &RuntimeApi) -> std::io::Result<Reply> {
    send(api.address(), "GET", "/2018-06-01/runtime/invocation/next", "", "").await
}

async fn post(api: &RuntimeApi, path: &str, body: &str) -> Reply {
    let path = format!("/2018-06-01/runtime/{path}");
    send(api.address(), "POST", &path, "", body).await.expect("the endpoint answers")
}

fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    let mut lines = reply.head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value).expect("the header is there")
}

#[tokio::test]
async fn an_invocation_goes_to_the_poll_and_back() {
    let api = RuntimeApi::start(0).expect("it starts");
    let process = async {
        let work = next(&api).await.expect("work comes");
        assert_eq!(work.body, "{\"n\":1}");
        let deadline: u128 = header(&work, "Lambda-Runtime-Deadline-Ms").parse().expect("a number");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
        assert!(now < deadline && deadline <= now + LIMIT.as_millis());
        assert!(header(&work, "Lambda-Runtime-Invoked-Function-Arn").starts_with("arn:aws:lambda:"));
        assert!(!header(&work, "Lambda-Runtime-Trace-Id").is_empty());
        let id = header(&work, "Lambda-Runtime-Aws-Request-Id").to_owned();
        assert_eq!(post(&api, &format!("invocation/{id}/response"), "done").await.status, 202);
        assert_eq!(post(&api, &format!("invocation/{id}/response"), "again").await.status, 400);
    };
    let owner = async {
        api.first_next().await.expect("it polls");
        api.invoke("{\"n\":1}", LIMIT).await
    };
    let ((), outcome) = tokio::join!(process, owner);
    assert_eq!(outcome, Outcome::Response("done".into()));
}

#[tokio::test]
async fn errors_and_timeouts_reach_the_owner() {
    let api = RuntimeApi::start(0).expect("it starts");
    let process = async {
        let work = next(&api).await.expect("work comes");
        let id = header(&work, "Lambda-Runtime-Aws-Request-Id").to_owned();
        let error = r#"{"errorType":"Permanent","errorMessage":"no","stackTrace":[]}"#;
        assert_eq!(post(&api, &format!("invocation/{id}/error"), error).await.status, 202);
        let work = next(&api).await.expect("more work comes");
        header(&work, "Lambda-Runtime-Aws-Request-Id").to_owned()
    };
    let owner = async {
        let Outcome::Error(error) = api.invoke("1", LIMIT).await else { panic!("the process reported an error") };
        assert_eq!((error.kind.as_str(), error.message.as_str()), ("Permanent", "no"));
        api.invoke("2", Duration::from_millis(50)).await
    };
    let (id, outcome) = tokio::join!(process, owner);
    assert_eq!(outcome, Outcome::TimedOut);
    assert_eq!(post(&api, &format!("invocation/{id}/response"), "late").await.status, 400);
}

#[tokio::test]
async fn a_start_that_fails_is_reported() {
    let api = RuntimeApi::start(0).expect("it starts");
    let waiting = api.invoke("1", LIMIT);
    let process = async {
        tokio::task::yield_now().await;
        post(&api, "init/error", r#"{"errorType":"Setting","errorMessage":"`dest_id` is not set"}"#).await
    };
    let (outcome, reply) = tokio::join!(waiting, process);
    assert_eq!(reply.status, 202);
    let Outcome::InitFailed(error) = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.message, "`dest_id` is not set");
    assert_eq!(api.first_next().await, Err(error.clone()));
    assert_eq!(api.invoke("1", LIMIT).await, Outcome::InitFailed(error));
}

#[tokio::test]
async fn a_dead_process_loses_nothing() {
    let api = RuntimeApi::start(0).expect("it starts");
    // The first process fetches the work and dies: the owner notices and drops the invocation.
    let died = async { next(&api).await.expect("work comes") };
    let first = tokio::select! {
        _ = api.invoke("event", LIMIT) => panic!("nobody answers"),
        work = died => work,
    };
    // The second one polls and dies idle; its poll, which the server still holds, must not take the event.
    api.new_process();
    let (old_poll, second) = tokio::join!(next(&api), async {
        api.first_next().await.expect("the second process polls");
        api.new_process();
        let new_process = async {
            let work = next(&api).await.expect("the event comes again");
            let id = header(&work, "Lambda-Runtime-Aws-Request-Id").to_owned();
            post(&api, &format!("invocation/{id}/response"), "done").await;
            work
        };
        let (outcome, work) = tokio::join!(api.invoke("event", LIMIT), new_process);
        assert_eq!(outcome, Outcome::Response("done".into()));
        work
    });
    assert!(old_poll.is_err(), "the old poll ends: {old_poll:?}");
    assert_eq!((first.body.as_str(), second.body.as_str()), ("event", "event"));
    let id = |work| header(work, "Lambda-Runtime-Aws-Request-Id").to_owned();
    assert_ne!(id(&first), id(&second));
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let api = RuntimeApi::start(0).expect("it starts");
    let port = api.address().port();
    let error = RuntimeApi::start(port).expect_err("it is in use");
    assert!(matches!(error, Error::PortInUse { port: named, .. } if named == port));
    assert!(error.to_string().contains(&format!("port {port} for the Lambda Runtime API is in use")), "{error}");
    drop(api);
    // The port is free again once the server's task has ended.
    for _ in 0..100 {
        if RuntimeApi::start(port).is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("dropping the server frees its port");
}

/// Catches: an event for the new process that goes to what a killed one asked for last.
#[tokio::test]
async fn a_late_request_of_a_killed_process_gets_no_work() {
    let api = RuntimeApi::start(0).expect("a free port");
    api.new_process();
    let mut old = tokio::net::TcpStream::connect(api.address()).await.expect("the server listens");
    let request = |path: &str| format!("GET /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: a\r\n\r\n");
    old.write_all(request("nothing").as_bytes()).await.expect("it is read");
    let mut byte = [0; 1];
    old.read_exact(&mut byte).await.expect("it is answered, so the connection is known");
    api.new_process();
    old.write_all(request("invocation/next").as_bytes()).await.expect("it is read");
    let mut rest = Vec::new();
    let ended = old.read_to_end(&mut rest).await;
    assert!(ended.is_err() && !rest.windows(5).any(|part| part == b"event"), "{ended:?}");
    let answered = async {
        let work = next(&api).await.expect("the new process gets the work");
        post(&api, &format!("invocation/{}/response", header(&work, "lambda-runtime-aws-request-id")), "done").await
    };
    let (outcome, _) = tokio::join!(api.invoke("event", LIMIT), answered);
    assert_eq!(outcome, Outcome::Response("done".into()));
}
