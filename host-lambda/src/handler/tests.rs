mod inputs;
mod jobs;
mod queues;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::log::capture;
use crate::ports::{Commit, Created, Invalidation, JobFailure, JobSuccess, Keys, Page, PortError, Revision};

const HEAD: &str = "cccccccccccccccccccccccccccccccccccccccc";
const BASE: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// What CloudFront was asked: distribution, caller reference, paths.
type Asked = (String, String, Vec<String>);

/// A site with one old commit, and a CloudFront that fails as it is told.
#[derive(Clone, Default)]
struct Site {
    changes: Vec<(&'static str, String)>,
    asked: Arc<Mutex<Vec<Asked>>>,
    reads: Arc<Mutex<u32>>,
    /// For a distribution: the errors of its next calls.
    errors: Arc<Mutex<BTreeMap<&'static str, VecDeque<PortError>>>>,
    /// How jobs were answered.
    answers: Arc<Mutex<Vec<Answer>>>,
    /// Errors of the next answers to jobs.
    unanswered: Arc<Mutex<VecDeque<PortError>>>,
    /// Whether invalidations are complete.
    complete: bool,
    /// The revisions of every pipeline execution; `None`: they may not be read.
    revisions: Option<Vec<&'static str>>,
    /// What may be read besides: `policy`, `config`, and each page of `keys`; what is not there is denied.
    files: BTreeMap<&'static str, Vec<u8>>,
    /// The pages of the bucket's keys.
    keys: Vec<Vec<String>>,
    /// A commit that left the repository.
    gone: Option<&'static str>,
    /// Which of these were asked for.
    optional: Arc<Mutex<Vec<String>>>,
}

/// An answer to a job.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    Success(JobSuccess),
    Failure(JobFailure, String),
}

impl Site {
    fn changing(changes: &[(&'static str, &str)]) -> Self {
        Self { changes: changes.iter().map(|(kind, path)| (*kind, (*path).to_owned())).collect(), ..Self::default() }
    }

    fn failing(self, distribution: &'static str, errors: impl IntoIterator<Item = PortError>) -> Self {
        self.errors.lock().expect("one thread").insert(distribution, errors.into_iter().collect());
        self
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("one thread").clone()
    }

    fn reads(&self) -> u32 {
        *self.reads.lock().expect("one thread")
    }

    fn optional(&self, asked: String, name: &str) -> Result<Vec<u8>, PortError> {
        self.optional.lock().expect("one thread").push(asked);
        self.files.get(name).cloned().ok_or_else(|| error(false, "AccessDeniedException"))
    }

    fn there(&self, commit: &str) -> Result<(), PortError> {
        if self.gone == Some(commit) { Err(error(false, "CommitDoesNotExistException")) } else { Ok(()) }
    }

    fn optional_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.optional.lock().expect("one thread"))
    }

    fn answer(&self, answer: Answer) -> Result<(), PortError> {
        if let Some(error) = self.unanswered.lock().expect("one thread").pop_front() {
            return Err(error);
        }
        self.answers.lock().expect("one thread").push(answer);
        Ok(())
    }

    fn read(&self) {
        *self.reads.lock().expect("one thread") += 1;
    }
}

impl CodeCommit for Site {
    async fn branch_head(&self) -> Result<String, PortError> {
        self.read();
        Ok(HEAD.to_owned())
    }

    async fn commit(&self, id: &str) -> Result<Commit, PortError> {
        self.read();
        if id.len() != 40 {
            return Err(error(false, "InvalidCommitIdException"));
        }
        self.there(id)?;
        Ok(Commit { id: id.to_owned(), parents: vec![BASE.to_owned()], committed_at: Some(0) })
    }

    async fn file(&self, commit: &str, path: &str) -> Result<Vec<u8>, PortError> {
        self.there(commit)?;
        self.optional(format!("file {path} {}", &commit[..4]), "policy")
    }

    async fn differences(&self, _: Option<&str>, after: &str, _: Option<&str>) -> Result<Page, PortError> {
        self.read();
        self.there(after)?;
        let blob = |id: &str, path: &str| json!({ "blobId": id.repeat(40), "path": path, "mode": "100644" });
        let difference = |(kind, path): &(&str, String)| {
            let mut difference = json!({ "changeType": kind });
            if *kind != "A" {
                difference["beforeBlob"] = blob("1", path);
            }
            if *kind != "D" {
                difference["afterBlob"] = blob("2", path);
            }
            difference
        };
        let differences: Vec<Value> = self.changes.iter().map(difference).collect();
        Ok(Page { json: json!({ "differences": differences }).to_string().into_bytes(), next: None })
    }
}

impl CloudFront for Site {
    async fn create_invalidation(&self, id: &str, reference: &str, paths: &[String]) -> Result<Created, PortError> {
        self.asked.lock().expect("one thread").push((id.to_owned(), reference.to_owned(), paths.to_vec()));
        match self.errors.lock().expect("one thread").get_mut(id).and_then(VecDeque::pop_front) {
            Some(error) => Err(error),
            None => Ok(Created { id: format!("I-{id}") }),
        }
    }

    async fn distribution_config(&self, id: &str) -> Result<Vec<u8>, PortError> {
        self.optional(format!("config {id}"), "config")
    }

    async fn invalidation(&self, _: &str, _: &str) -> Result<Invalidation, PortError> {
        Ok(Invalidation { caller_reference: String::new(), paths: 1, completed: self.complete })
    }
}

impl Pipeline for Site {
    async fn execution(&self, _: &str, _: &str) -> Result<Vec<Revision>, PortError> {
        let revisions = self.revisions.as_ref().ok_or_else(|| error(false, "AccessDeniedException"))?;
        let revision = |id: &&str| Revision { action: "source".into(), revision: (*id).to_owned() };
        Ok(revisions.iter().map(revision).collect())
    }

    async fn job_success(&self, _: &str, result: &JobSuccess) -> Result<(), PortError> {
        self.answer(Answer::Success(result.clone()))
    }

    async fn job_failure(&self, _: &str, kind: JobFailure, message: &str) -> Result<(), PortError> {
        self.answer(Answer::Failure(kind, message.to_owned()))
    }
}

impl Bucket for Site {
    async fn keys(&self, _: &str, token: Option<&str>) -> Result<Keys, PortError> {
        let page: usize = token.map_or(0, |text| text.parse().expect("our own"));
        self.optional(format!("keys {page}"), "keys")?;
        let keys = self.keys[page].iter().map(|key| key.clone().into_bytes()).collect();
        Ok(Keys { keys, next: (page + 1 < self.keys.len()).then(|| (page + 1).to_string()) })
    }
}

fn error(retriable: bool, code: &str) -> PortError {
    PortError { operation: "CreateInvalidation", retriable, code: code.into(), message: "it said".into() }
}

fn handler(site: &Site, more: &[(&str, &str)]) -> Handler<Site, Site, Site, Site> {
    let article = [("repository_name", "site"), ("branch_name", "main"), ("dest_id", "E1")];
    let all: Vec<_> = more.iter().chain(&article).collect();
    let settings =
        Settings::from_env(|wanted| all.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned()));
    Handler::new(
        settings.expect("complete"),
        Services { codecommit: site.clone(), cloudfront: site.clone(), pipeline: site.clone(), bucket: site.clone() },
    )
}

fn uploads(keys: &[&str]) -> Payload {
    let record = |key: &&str| {
        json!({
            "eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "eventTime": "2026-11-22T10:00:00.000Z",
            "s3": { "bucket": { "name": "bucket" }, "object": { "key": key, "sequencer": "01" } },
        })
    };
    Payload(Ok(json!({ "Records": keys.iter().map(record).collect::<Vec<_>>() })))
}

fn minute() -> Invocation {
    Invocation::lasting("r-1", Duration::from_mins(1))
}

#[tokio::test]
async fn all_records_of_an_event_are_one_plan_and_one_invalidation() {
    let site = Site::changing(&[("M", "a b.html"), ("D", "gone.html"), ("A", "new.html"), ("M", "other.html")]);
    let handler = handler(&site, &[]);
    let report = handler.handle(&uploads(&["a+b.html", "gone.html", "new.html", "same.html"]), &minute()).await;
    let report = report.expect("purged");
    let asked = site.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (asked[0].0.as_str(), asked[0].2.as_slice()),
        ("E1", &["/a%20b.html".to_owned(), "/gone.html".into()][..])
    );
    assert_eq!((report.invalidations, report.billed_paths, report.head.as_str()), (vec!["I-E1".to_owned()], 2, HEAD));
    assert_eq!((report.uploaded, report.unchanged, report.purge, report.commits), (4, 1, 2, 1));
    assert_eq!((report.event, report.mode, report.preset.as_str()), ("objects", "live", "article"));
}

#[tokio::test]
async fn an_event_that_changed_nothing_calls_nothing_and_the_instance_is_cold_once() {
    let site = Site::changing(&[("M", "a.html")]);
    let handler = handler(&site, &[]);
    let first = handler.handle(&uploads(&["b.html"]), &minute()).await.expect("nothing stale");
    let invocation = minute();
    let second = handler.handle(&uploads(&["b.html"]), &invocation).await.expect("nothing stale");
    assert_eq!((site.asked(), first.invalidations.len()), (vec![], 0));
    assert_eq!((first.cold_start, second.cold_start), (true, false));
    assert_eq!(invocation.calls(), 1, "GetBranch alone: commits and differences are kept");
}

#[tokio::test]
async fn observe_plans_and_never_creates() {
    let site = Site::changing(&[("M", "a.html")]);
    let handler = handler(&site, &[("PURGEPLAN_MODE", "observe")]);
    let report = handler.handle(&uploads(&["a.html"]), &minute()).await.expect("planned");
    assert_eq!((report.mode, report.billed_paths, report.invalidations.len()), ("observe", 1, 0));
    assert_eq!(site.asked(), vec![]);
}

#[tokio::test]
async fn the_test_event_and_bad_events_call_nothing_at_all() {
    let site = Site::changing(&[("M", "a.html")]);
    let handler = handler(&site, &[("PURGEPLAN_POLICY", r#"{"bucket":"mine"}"#)]);
    let test = Payload(Ok(json!({ "Service": "Amazon S3", "Event": "s3:TestEvent" })));
    let report = handler.handle(&test, &minute()).await.expect("success");
    assert_eq!(report.event, "test-event");
    let empty = handler.handle(&Payload(Ok(json!({ "Records": [] }))), &minute()).await.expect_err("empty");
    let other = handler.handle(&uploads(&["a.html"]), &minute()).await.expect_err("another bucket");
    let broken = handler.handle(&Payload(Err("expected value".into())), &minute()).await.expect_err("not JSON");
    let codes = [&empty.code, &other.code, &broken.code].map(ToString::to_string);
    assert_eq!(codes, ["event-empty", "another-bucket", "event-not-json"]);
    assert_eq!((site.reads(), site.asked()), (0, vec![]));
}

#[tokio::test(start_paused = true)]
async fn an_invalidation_is_tried_again_with_the_same_reference_and_paths() {
    let site = Site::changing(&[("M", "a.html")]).failing("E1", [error(true, "Throttling"), error(true, "connection")]);
    let handler = handler(&site, &[]);
    let invocation = minute();
    handler.handle(&uploads(&["a.html"]), &invocation).await.expect("purged");
    handler.handle(&uploads(&["a.html"]), &minute()).await.expect("Lambda's retry of the event");
    let asked = site.asked();
    assert_eq!((asked.len(), invocation.retries()), (4, 2));
    assert!(asked.iter().all(|one| *one == asked[0]), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn every_distribution_is_tried_and_failures_are_told_together() {
    let policy = [("PURGEPLAN_POLICY", r#"{"distributions":[{"id":"E1"},{"id":"E2"},{"id":"E3"}]}"#)];
    let throttled = std::iter::repeat_with(|| error(true, "Throttling")).take(10_000);
    let site =
        Site::changing(&[("M", "a.html")]).failing("E1", throttled).failing("E2", [error(false, "AccessDenied")]);
    let failure =
        handler(&site, &policy).handle(&uploads(&["a.html"]), &minute()).await.expect_err("two of three failed");
    assert!(site.asked().iter().any(|(distribution, ..)| distribution == "E3"), "not starved by the throttled one");
    assert_eq!(failure.code, "aws-unavailable");
    for part in ["distribution `E1`", "Throttling", "distribution `E2`", "AccessDenied", "of 3", "created: I-E3"] {
        assert!(failure.message.contains(part), "{part}: {failure}");
    }
}

#[tokio::test]
async fn a_plan_that_the_policy_refuses_fails_the_invocation_and_buys_nothing() {
    let site = Site::changing(&[("M", "a.html"), ("M", "b.html")]);
    let policy = [("PURGEPLAN_POLICY", r#"{"max_paths":{"limit":1,"then":"refuse"}}"#)];
    let failure =
        handler(&site, &policy).handle(&uploads(&["a.html", "b.html"]), &minute()).await.expect_err("refused");
    assert!(failure.message.starts_with("no plan: "), "{failure}");
    assert!(!failure.help.is_empty());
    assert_eq!(site.asked(), vec![]);
}

#[tokio::test]
async fn the_log_has_one_line_a_decision_and_one_summary_and_no_name_can_forge_one() {
    let hostile = "x\n{\"message\":\"summary\"}\u{1b}[0m.html";
    let site = Site::changing(&[("M", hostile), ("A", "new.html"), ("M", "other.html")]);
    let handler = handler(&site, &[]);
    capture::start();
    let key = "x%0A%7B%22message%22%3A%22summary%22%7D%1B%5B0m.html";
    handler.handle(&uploads(&[key, "new.html"]), &minute()).await.expect("purged");
    let lines = capture::take();
    let of = |message: &str| lines.iter().filter(|line| line["message"] == message).collect::<Vec<_>>();
    let decisions = of("decision");
    assert_eq!(decisions.len(), 2, "{lines:#?}");
    let purged = decisions.iter().find(|line| line["outcome"] == "purge").expect("one is purged");
    assert_eq!((&purged["level"], &purged["path"]), (&json!("DEBUG"), &json!(hostile)));
    assert_eq!(
        (&purged["change"], &purged["reason"], &purged["commit"]),
        (&json!("modified"), &json!("modified"), &json!(HEAD))
    );
    assert_eq!(purged["span"]["request_id"], "r-1");
    let summaries = of("summary");
    assert_eq!(summaries.len(), 1);
    for (field, value) in [
        ("level", json!("INFO")),
        ("request_id", json!("r-1")),
        ("mode", json!("live")),
        ("preset", json!("article")),
        ("commits", json!(1)),
        ("head", json!(HEAD)),
        ("uploaded", json!(2)),
        ("removed", json!(0)),
        ("unchanged", json!(0)),
        ("purge", json!(1)),
        ("billed_paths", json!(1)),
        ("invalidations", json!("I-E1")),
        ("retries", json!(0)),
        ("aws_calls", json!(4)),
        ("cold_start", json!(true)),
    ] {
        assert_eq!(summaries[0][field], value, "{field}");
    }
}

#[tokio::test]
async fn a_failure_is_one_line_at_error() {
    let site = Site::changing(&[("M", "a.html")]).failing("E1", [error(false, "NoSuchDistribution")]);
    let handler = handler(&site, &[]);
    capture::start();
    handler.handle(&uploads(&["a.html"]), &minute()).await.expect_err("refused");
    let lines: Vec<Value> = capture::take().into_iter().filter(|line| line["level"] != "DEBUG").collect();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(
        (&lines[0]["level"], &lines[0]["message"], &lines[0]["code"]),
        (&json!("ERROR"), &json!("failed"), &json!("aws-refused"))
    );
    assert!(lines[0]["error"].as_str().expect("text").contains("`NoSuchDistribution`"));
}

/// Compiles only while the handler's future may move between threads, as concurrent runtimes need.
#[test]
fn the_handlers_future_is_send() {
    fn send(_: impl Send) {}
    let site = Site::default();
    let handler = handler(&site, &[]);
    send(handler.handle(&uploads(&[]), &minute()));
}
