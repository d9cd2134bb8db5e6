//! The model in the shapes of the API.

use serde_json::{Value, json};

use crate::account::{ACCOUNT, REGION};
use crate::pipeline::{ARTIFACT_BUCKET, ActionExecution, Execution, Kind, Pipeline, Provider, Status, trigger};
use crate::timestamp::epoch_seconds;

/// `PipelineExecutionSummary`.
pub(super) fn summary(pipeline: &Pipeline, execution: &Execution) -> Value {
    let mut summary = common(pipeline, execution);
    summary["startTime"] = epoch_seconds(execution.started).into();
    summary["lastUpdateTime"] = epoch_seconds(execution.updated).into();
    let sources = sources(pipeline, execution).map(|(action, _)| revision("actionName", action, execution));
    summary["sourceRevisions"] = sources.collect();
    if let Some(reason) = &execution.stop_reason {
        summary["stopTrigger"] = json!({ "reason": reason });
    }
    summary
}

/// `PipelineExecution`.
pub(super) fn execution(pipeline: &Pipeline, execution: &Execution) -> Value {
    let mut shape = common(pipeline, execution);
    shape["pipelineName"] = pipeline.config().name.as_str().into();
    shape["pipelineVersion"] = 1.into();
    let artifacts = sources(pipeline, execution).flat_map(|(_, artifacts)| artifacts);
    shape["artifactRevisions"] = artifacts.map(|name| revision("name", name, execution)).collect();
    shape
}

fn common(pipeline: &Pipeline, execution: &Execution) -> Value {
    let mut shape = json!({
        "pipelineExecutionId": execution.id,
        "status": execution.status.as_str(),
        "trigger": trigger(&execution.kind, "triggerType", "triggerDetail"),
        "executionMode": pipeline.config().mode.as_str(),
        "executionType": "STANDARD",
    });
    if let Kind::Rollback { target } = &execution.kind {
        shape["executionType"] = "ROLLBACK".into();
        shape["rollbackMetadata"] = json!({ "rollbackTargetPipelineExecutionId": target });
    }
    if execution.status == Status::Superseded {
        shape["statusSummary"] = "A newer execution took its place.".into();
    }
    shape
}

/// The source actions and their artifacts, once they have succeeded.
fn sources<'a>(
    pipeline: &'a Pipeline,
    execution: &Execution,
) -> impl Iterator<Item = (&'a String, &'a Vec<String>)> + use<'a> {
    let has_source = execution.has_source;
    let actions = pipeline.config().stages.iter().flat_map(|stage| &stage.actions);
    let sources = actions.filter(move |action| has_source && action.provider == Provider::CodeCommit);
    sources.map(|action| (&action.name, &action.output_artifacts))
}

fn revision(field: &str, name: &str, execution: &Execution) -> Value {
    let commit = &execution.revision.commit;
    let url = format!("https://{REGION}.console.aws.amazon.com/codecommit/home#/repository/site/commit/{commit}");
    let mut revision = json!({ field: name, "revisionId": commit, "revisionUrl": url });
    // The shape has no empty text, and cuts a long one off.
    if !execution.revision.message.is_empty() {
        revision["revisionSummary"] = execution.revision.message.chars().take(2_048).collect::<String>().into();
    }
    revision
}

/// `ActionExecutionDetail`.
pub(super) fn action(pipeline: &Pipeline, execution: &Execution, action: &ActionExecution) -> Value {
    let Some((_, definition)) = pipeline.config().action(&action.name) else { return Value::Null };
    let (category, provider) = definition.provider.names();
    let artifacts = |names: &[String]| {
        let key = |name: &String| format!("site/{name}/{}", &execution.id[29..]);
        let detail =
            |name: &String| json!({ "name": name, "s3location": { "bucket": ARTIFACT_BUCKET, "key": key(name) } });
        names.iter().map(detail).collect::<Vec<_>>()
    };
    let mut input = json!({
        "actionTypeId": { "category": category, "owner": "AWS", "provider": provider, "version": "1" },
        "configuration": definition.configuration,
        "resolvedConfiguration": action.configuration,
        "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/site-pipeline"),
        "region": REGION,
        "inputArtifacts": artifacts(&definition.input_artifacts),
    });
    if let Some(namespace) = &definition.namespace {
        input["namespace"] = namespace.as_str().into();
    }
    let mut result = json!({});
    if let Some(id) = &action.external_id {
        result["externalExecutionId"] = id.as_str().into();
    }
    if let Some(text) = &action.summary {
        result["externalExecutionSummary"] = text.as_str().into();
    }
    if let Some((code, message)) = &action.error {
        result["errorDetails"] = json!({ "code": code, "message": message });
    }
    json!({
        "pipelineExecutionId": execution.id,
        "actionExecutionId": action.id,
        "pipelineVersion": 1,
        "stageName": action.stage,
        "actionName": action.name,
        "startTime": epoch_seconds(action.started),
        "lastUpdateTime": epoch_seconds(action.updated),
        "status": action.status.as_str(),
        "input": input,
        "output": {
            "outputArtifacts": artifacts(&definition.output_artifacts),
            "executionResult": result,
            "outputVariables": action.output_variables,
        },
    })
}
