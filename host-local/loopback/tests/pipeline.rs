//! The pipeline model: who may be where, what becomes of those that wait, and how jobs are answered.

#![expect(clippy::unwrap_used, reason = "a test")]

use purgeplan_loopback::USER_PARAMETERS;
use purgeplan_loopback::pipeline::{
    Action, ActionStatus, Answer, DEPLOY, ExecutionMode, Kind, PURGE, Pipeline, PipelineConfig, Provider, Refusal,
    SOURCE, Stage, Status,
};
use serde_json::Value;

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const C: &str = "cccccccccccccccccccccccccccccccccccccccc";

fn site() -> PipelineConfig {
    PipelineConfig::site("site", USER_PARAMETERS)
}

fn with_mode(mode: ExecutionMode) -> Pipeline {
    Pipeline::new(PipelineConfig { mode, ..site() })
}

fn deploy(pipeline: &mut Pipeline, execution: &str) {
    pipeline.start_action(execution, DEPLOY).unwrap();
    pipeline.succeed_action(execution, DEPLOY).unwrap();
}

fn status(pipeline: &Pipeline, execution: &str) -> Status {
    pipeline.execution(execution).unwrap().status
}

fn states(pipeline: &mut Pipeline) -> Vec<String> {
    let changes = pipeline.take_state_changes();
    let shown = changes.iter().map(|change| {
        let event: Value = serde_json::from_slice(&change.event).unwrap();
        let detail = &event["detail"];
        let name = [&detail["action"], &detail["stage"]].into_iter().find_map(Value::as_str).unwrap_or("pipeline");
        format!("{name} {}", change.state)
    });
    shown.collect()
}

#[test]
fn a_stage_holds_one_execution_and_the_newest_one_waits_for_it() {
    let mut pipeline = Pipeline::new(site());
    let [a, b, c] = [A, B, C].map(|commit| pipeline.start(commit));
    assert!(matches!(pipeline.start_action(&b, DEPLOY), Err(Refusal::Elsewhere { .. })), "the stage is locked");
    assert_eq!(
        [&a, &b, &c].map(|id| status(&pipeline, id)),
        [Status::InProgress, Status::Superseded, Status::InProgress]
    );
    assert_eq!(pipeline.execution(&b).unwrap().action(DEPLOY), None, "it never reached the bucket");
    deploy(&mut pipeline, &a);
    assert!(pipeline.start_action(&c, DEPLOY).is_err(), "the purge runs under the same lock");
    let job = pipeline.invoke(&a, PURGE).unwrap().job;
    pipeline.time_out(&job).unwrap();
    assert_eq!(status(&pipeline, &a), Status::Failed);
    pipeline.start_action(&c, DEPLOY).unwrap();
}

#[test]
fn a_queue_keeps_its_order_and_parallel_executions_do_not_wait() {
    let mut queued = with_mode(ExecutionMode::Queued);
    let [a, b, c] = [A, B, C].map(|commit| queued.start(commit));
    queued.start_action(&a, DEPLOY).unwrap();
    queued.fail_action(&a, DEPLOY, "half the files").unwrap();
    assert!(queued.start_action(&c, DEPLOY).is_err());
    queued.start_action(&b, DEPLOY).unwrap();

    let mut parallel = with_mode(ExecutionMode::Parallel);
    for id in [A, B, C].map(|commit| parallel.start(commit)) {
        parallel.start_action(&id, DEPLOY).unwrap();
    }
}

#[test]
fn what_was_deployed_can_be_superseded_before_a_purge_in_a_later_stage() {
    let mut pipeline = Pipeline::new(site().with_purge_stage());
    let ids = [A, B, C].map(|commit| {
        let id = pipeline.start(commit);
        deploy(&mut pipeline, &id);
        id
    });
    pipeline.invoke(&ids[0], PURGE).unwrap();
    let ends = ids.each_ref().map(|id| status(&pipeline, id));
    assert_eq!(ends, [Status::InProgress, Status::Superseded, Status::InProgress]);
    assert_eq!(pipeline.execution(&ids[1]).unwrap().action(DEPLOY).unwrap().status, ActionStatus::Succeeded);
}

#[test]
fn a_superseded_execution_waited() {
    let mut pipeline = with_mode(ExecutionMode::Queued);
    let (a, b) = (pipeline.start(A), pipeline.start(B));
    assert!(matches!(pipeline.supersede(&a), Err(Refusal::Elsewhere { .. })), "it is inside");
    pipeline.supersede(&b).unwrap();
    pipeline.cancel(&a).unwrap();
    assert_eq!([&a, &b].map(|id| status(&pipeline, id)), [Status::Cancelled, Status::Superseded]);
    assert!(pipeline.cancel(&a).is_err() && pipeline.stop(&a, true, "").is_err(), "it has ended");
}

#[test]
fn a_stopped_execution_waits_for_its_actions_or_abandons_them() {
    let mut pipeline = with_mode(ExecutionMode::Queued);
    let [a, b, c] = [A, B, C].map(|commit| pipeline.start(commit));
    pipeline.start_action(&a, DEPLOY).unwrap();
    pipeline.stop(&a, false, "a bad idea").unwrap();
    assert_eq!(status(&pipeline, &a), Status::Stopping);
    pipeline.succeed_action(&a, DEPLOY).unwrap();
    assert_eq!(status(&pipeline, &a), Status::Stopped);
    assert!(pipeline.invoke(&a, PURGE).is_err(), "it goes no further, although it was deployed");
    deploy(&mut pipeline, &b);
    let job = pipeline.invoke(&b, PURGE).unwrap().job;
    pipeline.stop(&b, true, "at once").unwrap();
    let purge = pipeline.execution(&b).unwrap().action(PURGE).unwrap();
    assert_eq!((purge.status, &pipeline.job(&job).unwrap().answer), (ActionStatus::Abandoned, &Some(Answer::Closed)));
    pipeline.stop(&c, false, "nothing runs").unwrap();
    assert_eq!(status(&pipeline, &c), Status::Stopped);
}

#[test]
fn a_retry_is_the_same_execution_again() {
    let mut pipeline = Pipeline::new(site());
    let a = pipeline.start(A);
    deploy(&mut pipeline, &a);
    let job = pipeline.invoke(&a, PURGE).unwrap().job;
    assert_eq!(pipeline.retry(&a, false).map_err(|refusal| matches!(refusal, Refusal::Elsewhere { .. })), Err(true));
    pipeline.time_out(&job).unwrap();
    pipeline.retry(&a, false).unwrap();
    assert!(matches!(pipeline.start_action(&a, DEPLOY), Err(Refusal::NotItsTurn(_))), "it had succeeded");
    let job = pipeline.invoke(&a, PURGE).unwrap().job;
    pipeline.time_out(&job).unwrap();
    pipeline.retry(&a, true).unwrap();
    assert!(matches!(pipeline.invoke(&a, PURGE), Err(Refusal::NotItsTurn(_))), "the deploy comes first again");
    deploy(&mut pipeline, &a);
    pipeline.start(B);
    let job = pipeline.invoke(&a, PURGE).unwrap().job;
    pipeline.time_out(&job).unwrap();
    assert!(pipeline.retry(&a, false).is_err(), "a newer one is in the stage");
    assert_eq!(pipeline.execution(&a).unwrap().attempt, 3);
}

#[test]
fn a_rollback_brings_an_earlier_revision_back() {
    let mut pipeline = with_mode(ExecutionMode::Parallel);
    let a = pipeline.start(A);
    assert!(pipeline.rollback(DEPLOY, &a).is_err(), "it has not got through the stage");
    let (b, back) = {
        pipeline = Pipeline::new(without_purge());
        let (a, b) = (pipeline.start(A), pipeline.start(B));
        deploy(&mut pipeline, &a);
        deploy(&mut pipeline, &b);
        (b, pipeline.rollback(DEPLOY, &a).unwrap())
    };
    assert_eq!(status(&pipeline, &b), Status::Succeeded);
    let execution = pipeline.execution(&back).unwrap();
    assert!(matches!(execution.kind, Kind::Rollback { .. }) && execution.revision.commit == A, "{execution:?}");
    assert_eq!(execution.action(SOURCE), None);
    deploy(&mut pipeline, &back);
    assert_eq!(status(&pipeline, &back), Status::Succeeded);
    assert!(pipeline.rollback(SOURCE, &b).is_err() && pipeline.rollback("Other", &b).is_err());
}

#[test]
fn a_rollback_has_the_variables_of_what_it_brings_back() {
    let mut config = site();
    config.stages.push(config.stages[1].clone());
    config.stages[1] = Stage { name: "First".to_owned(), actions: vec![Action::new("Upload", Provider::S3, 1)] };
    let mut pipeline = Pipeline::new(PipelineConfig { mode: ExecutionMode::Parallel, ..config });
    let run = |pipeline: &mut Pipeline, id: &str| {
        pipeline.start_action(id, "Upload").unwrap();
        pipeline.succeed_action(id, "Upload").unwrap();
        deploy(pipeline, id);
        String::from_utf8(pipeline.invoke(id, PURGE).unwrap().event).unwrap()
    };
    let a = pipeline.start(A);
    run(&mut pipeline, &a);
    let back = pipeline.rollback("First", &a).unwrap();
    run(&mut pipeline, &back);
    let again = pipeline.rollback("First", &back).unwrap();
    let event = run(&mut pipeline, &again);
    assert!(event.contains(A) && event.contains(&again) && !event.contains(&a), "{event}");
}

fn without_purge() -> PipelineConfig {
    let mut config = site();
    config.stages[1].actions.truncate(1);
    config
}

#[test]
fn a_job_names_the_commit_and_keeps_its_credentials_for_the_function() {
    let mut pipeline = Pipeline::new(site());
    let a = pipeline.start(A);
    assert!(matches!(pipeline.invoke(&a, PURGE), Err(Refusal::NotItsTurn(_))), "the deploy has a lower run order");
    assert!(matches!(pipeline.invoke(&a, DEPLOY), Err(Refusal::OtherKind(_))));
    deploy(&mut pipeline, &a);
    assert!(matches!(pipeline.start_action(&a, PURGE), Err(Refusal::OtherKind(_))));
    let invocation = pipeline.invoke(&a, PURGE).unwrap();
    assert!(matches!(pipeline.succeed_action(&a, PURGE), Err(Refusal::OtherKind(_))), "the function answers it");
    let event: Value = serde_json::from_slice(&invocation.event).unwrap();
    let job = &event["CodePipeline.job"];
    assert_eq!((&job["id"], &job["accountId"]), (&Value::from(invocation.job.as_str()), &Value::from("123456789012")));
    let configuration = &job["data"]["actionConfiguration"]["configuration"];
    assert_eq!(configuration["FunctionName"], "purgeplan");
    let parameters = format!(r#"{{"commit":"{A}","execution":"{a}"}}"#);
    assert_eq!(configuration["UserParameters"], parameters);
    assert_eq!(job["data"]["inputArtifacts"][0]["name"], "SourceArtifact");
    for name in ["accessKeyId", "secretAccessKey", "sessionToken"] {
        assert!(job["data"]["artifactCredentials"][name].is_string(), "{event}");
    }
    assert_eq!(job["data"].get("continuationToken"), None);
    assert_eq!(pipeline.continue_job(&invocation.job), Err(Refusal::NotContinued(invocation.job.clone())));
    assert_eq!(pipeline.job(&invocation.job).unwrap().answer, None);
}

#[test]
fn a_variable_without_a_value_fails_the_action() {
    let mut pipeline = Pipeline::new(PipelineConfig::site("site", "#{SourceVariables.Commit}"));
    let a = pipeline.start(A);
    deploy(&mut pipeline, &a);
    let refused = pipeline.invoke(&a, PURGE).unwrap_err();
    assert_eq!(refused, Refusal::UnresolvedVariable("#{SourceVariables.Commit}".to_owned()));
    assert_eq!((status(&pipeline, &a), pipeline.jobs().len()), (Status::Failed, 0));
}

#[test]
fn eventbridge_is_told_each_step() {
    let mut pipeline = Pipeline::new(without_purge());
    let a = pipeline.trigger(A);
    assert_eq!(states(&mut pipeline), ["pipeline STARTED", "Source STARTED"]);
    pipeline.start_action(&a, SOURCE).unwrap();
    pipeline.succeed_action(&a, SOURCE).unwrap();
    let changes = pipeline.take_state_changes();
    let event: Value = serde_json::from_slice(&changes[1].event).unwrap();
    assert_eq!(event["detail-type"], "CodePipeline Action Execution State Change");
    assert_eq!(event["source"], "aws.codepipeline");
    assert_eq!(
        event["detail"]["execution-result"]["external-execution-id"], A,
        "only the source action has the commit"
    );
    assert_eq!(event["detail"]["type"]["category"], "Source");
    assert_eq!(
        (&event["detail"]["execution-id"], &event["detail"]["state"]),
        (&a.as_str().into(), &"SUCCEEDED".into())
    );
    deploy(&mut pipeline, &a);
    let expected = ["Deploy STARTED", "Deploy SUCCEEDED", "Deploy SUCCEEDED", "pipeline SUCCEEDED"];
    let changes = pipeline.take_state_changes();
    let last: Value = serde_json::from_slice(&changes[3].event).unwrap();
    assert_eq!(last["resources"][0], "arn:aws:codepipeline:us-east-1:123456789012:site");
    assert!(!last.to_string().contains(A), "a pipeline's success names no commit");
    assert_eq!(changes.len(), expected.len());
}
