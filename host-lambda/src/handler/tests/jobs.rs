//! Jobs and events of a pipeline.

use super::*;

const EXECUTION: &str = "11111111-2222-3333-4444-555555555555";

pub(super) fn parameters(more: &Value) -> Value {
    let mut parameters = json!({ "commit": HEAD, "execution": EXECUTION, "pipeline": "site" });
    parameters.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    parameters
}

pub(super) fn job(parameters: &Value, token: Option<&str>) -> Payload {
    Payload(Ok(json!({ "CodePipeline.job": { "id": "j1", "data": {
        "actionConfiguration": { "configuration": { "UserParameters": parameters.to_string() } },
        "artifactCredentials": { "secretAccessKey": "hush" },
        "continuationToken": token,
    } } })))
}

impl Site {
    fn answers(&self) -> Vec<Answer> {
        self.answers.lock().expect("one thread").clone()
    }

    fn only_success(&self) -> JobSuccess {
        match self.answers().as_slice() {
            [Answer::Success(result)] => result.clone(),
            other => panic!("not one success: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_job_is_a_whole_deploy_and_its_answer_says_what_was_bought() {
    let site = Site::changing(&[("M", "a.html"), ("A", "new.html")]);
    let report = handler(&site, &[]).handle(&job(&parameters(&json!({})), None), &minute()).await.expect("done");
    let asked = site.asked();
    assert_eq!(asked[0].2, ["/a.html", "/new.html"], "the preset is `sound`: an added file may hide behind an error");
    assert!(asked[0].1.starts_with("purgeplan1:") && asked[0].1.contains(EXECUTION), "{}", asked[0].1);
    let result = site.only_success();
    assert_eq!(result.continuation_token, None);
    assert_eq!(
        result.summary.as_deref().map(|text| text.starts_with("2 paths purged, bbbbbbbbbb to cccccccccc")),
        Some(true)
    );
    assert_eq!(
        (result.output_variables["InvalidationIds"].as_str(), &*result.output_variables["BilledPaths"]),
        ("I-E1", "2")
    );
    assert_eq!((report.event, report.base.as_deref(), report.head.as_str()), ("job", Some(BASE), HEAD));
}

#[tokio::test(start_paused = true)]
async fn trap_36_trouble_that_may_pass_hands_the_job_back_with_a_token() {
    let site = Site::changing(&[("M", "a.html")]).failing("E1", std::iter::repeat_n(error(true, "Throttling"), 60));
    let handler = handler(&site, &[]);
    let mut token = None;
    for round in 1..10 {
        let report =
            handler.handle(&job(&parameters(&json!({})), token.as_deref()), &minute()).await.expect("answered");
        let result = match site.answers().last() {
            Some(Answer::Success(result)) => result.clone(),
            other => panic!("{other:?}"),
        };
        token = result.continuation_token;
        if token.is_none() {
            assert!(round > 1, "it was put off at least once");
            return;
        }
        assert_eq!((report.handed_back, result.output_variables.len()), (1, 0), "no variables with a token");
    }
    panic!("never done");
}

#[tokio::test]
async fn trap_36_trouble_for_good_fails_the_job_and_not_the_invocation() {
    for (error_code, kind) in [("AccessDenied", JobFailure::Permission), ("NoSuchDistribution", JobFailure::JobFailed)]
    {
        let site = Site::changing(&[("M", "a.html")]).failing("E1", [error(false, error_code)]);
        handler(&site, &[]).handle(&job(&parameters(&json!({})), None), &minute()).await.expect("answered");
        match site.answers().as_slice() {
            [Answer::Failure(seen, text)] => {
                assert_eq!(*seen, kind);
                assert!(text.starts_with("not purged: ") && text.contains(error_code), "{text}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn trap_36_a_job_that_cannot_be_understood_is_answered_too() {
    let site = Site::changing(&[("M", "a.html")]);
    let handler = handler(&site, &[]);
    handler.handle(&job(&json!({ "commit": "#{x}" }), None), &minute()).await.expect("answered");
    handler.handle(&job(&parameters(&json!({})), Some("{broken")), &minute()).await.expect("answered");
    let kind = |answer| match answer {
        Answer::Failure(kind, _) => kind,
        Answer::Success(result) => panic!("{result:?}"),
    };
    let kinds: Vec<_> = site.answers().into_iter().map(kind).collect();
    assert_eq!((kinds, site.asked()), (vec![JobFailure::Configuration, JobFailure::JobFailed], vec![]));
}

#[tokio::test]
async fn on_failure_warn_lets_the_pipeline_go_on() {
    let site = Site::changing(&[("M", "a.html")]).failing("E1", [error(false, "NoSuchDistribution")]);
    let payload = job(&parameters(&json!({ "on_failure": "warn" })), None);
    handler(&site, &[]).handle(&payload, &minute()).await.expect("answered");
    let summary = site.only_success().summary.unwrap_or_default();
    assert!(summary.starts_with("not purged: ") && summary.contains("NoSuchDistribution"), "{summary}");
}

#[tokio::test]
async fn waiting_costs_one_look_an_invocation_until_all_is_complete() {
    let mut site = Site::changing(&[("M", "a.html")]);
    let asked = parameters(&json!({ "wait": true }));
    let mut token = None;
    for complete in [false, false, true] {
        site.complete = complete;
        site.answers.lock().expect("one thread").clear();
        handler(&site, &[]).handle(&job(&asked, token.as_deref()), &minute()).await.expect("answered");
        let result = site.only_success();
        assert_eq!(result.continuation_token.is_none(), complete, "{result:?}");
        token = result.continuation_token.or(token);
        if complete {
            assert_eq!(result.output_variables["BilledPaths"], "1");
        }
    }
    assert_eq!(site.asked().len(), 1, "bought once");
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_tried_again_and_a_closed_job_needs_none() {
    let site = Site::changing(&[("M", "a.html")]);
    site.unanswered.lock().expect("one thread").extend([error(true, "ThrottlingException"), error(true, "connection")]);
    handler(&site, &[]).handle(&job(&parameters(&json!({})), None), &minute()).await.expect("answered");
    assert_eq!(site.answers().len(), 1);

    site.unanswered.lock().expect("one thread").push_back(error(false, "InvalidJobStateException"));
    handler(&site, &[])
        .handle(&job(&parameters(&json!({})), None), &minute())
        .await
        .expect("an answer was lost on its way");

    site.unanswered.lock().expect("one thread").push_back(error(false, "AccessDeniedException"));
    let failure = handler(&site, &[]).handle(&job(&parameters(&json!({})), None), &minute()).await;
    assert_eq!(failure.expect_err("nobody was told").code, "aws-refused");
}

fn succeeded(kind: &str, detail: &Value) -> Payload {
    let mut event = json!({
        "source": "aws.codepipeline", "detail-type": format!("CodePipeline {kind} Execution State Change"),
        "detail": { "pipeline": "site", "execution-id": EXECUTION, "state": "SUCCEEDED" },
    });
    event["detail"].as_object_mut().expect("an object").extend(detail.as_object().cloned().unwrap_or_default());
    Payload(Ok(event))
}

#[tokio::test]
async fn a_pipelines_success_is_a_whole_deploy_of_the_commit_that_it_took() {
    let mut site = Site::changing(&[("M", "a.html")]);
    site.revisions = Some(vec!["an-s3-version", HEAD]);
    let handler = handler(&site, &[]);
    let report = handler.handle(&succeeded("Pipeline", &json!({})), &minute()).await.expect("purged");
    assert_eq!((report.event, report.head.as_str()), ("deploy", HEAD));
    handler.handle(&succeeded("Stage", &json!({ "stage": "Deploy" })), &minute()).await.expect("purged");
    let references: Vec<String> = site.asked().into_iter().map(|(_, reference, _)| reference).collect();
    assert_ne!(references[0], references[1], "a later part may have uploaded more");
}

#[tokio::test]
async fn an_execution_whose_commit_is_not_known_purges_everything_and_records_nothing() {
    let site = Site::changing(&[("M", "a.html")]);
    let handler = handler(&site, &[]);
    capture::start();
    for _ in 0..2 {
        let report = handler.handle(&succeeded("Pipeline", &json!({})), &minute()).await.expect("purged");
        assert_eq!(report.warnings, ["everything"]);
    }
    let asked = site.asked();
    assert_eq!(asked[0].2, ["/", "/*"]);
    assert!(asked[0].1.starts_with("purgeplan-1-"), "no head in the ledger: {}", asked[0].1);
    let told = capture::take().iter().filter(|line| line["message"] == "done without").count();
    assert_eq!(told, 1, "the denial is told once");
}
