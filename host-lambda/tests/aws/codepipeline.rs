//! CodePipeline.

use purgeplan_lambda::ports::{Action, Execution, JobFailure, JobSuccess, Pipeline, Revision};
use serde_json::json;

use crate::server::{Once, answer, codepipeline, sent_json};

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
