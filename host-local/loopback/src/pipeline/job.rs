//! The job of a Lambda invoke action: its event, and how it was answered.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::config::Action;
use crate::account::ACCOUNT;

/// The secret key in every job's event: it must never be seen in a log.
pub const SECRET_ACCESS_KEY: &str = "loopback/job/secretAccessKey";
/// The session token in every job's event: it must never be seen in a log.
pub const SESSION_TOKEN: &str = "loopback-job-session-token";

/// One invocation of the function by an invoke action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id. Each continuation is a job of its own: the API speaks of "future jobs" that use the token.
    pub id: String,
    /// The pipeline execution.
    pub execution: String,
    /// The action execution, the same for all jobs of it.
    pub action_execution: String,
    /// The action's name.
    pub action: String,
    /// The token of the job before.
    pub continuation_token: Option<String>,
    /// How it was answered; a job is answered once.
    pub answer: Option<Answer>,
}

/// How a job was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `PutJobSuccessResult` without a token: the action has succeeded.
    Success {
        /// `executionDetails`.
        details: Details,
        /// `outputVariables`.
        output_variables: BTreeMap<String, String>,
    },
    /// `PutJobSuccessResult` with a token: the function wants to be called again.
    Continue {
        /// `continuationToken`.
        token: String,
        /// `executionDetails`.
        details: Details,
    },
    /// `PutJobFailureResult`: the action has failed.
    Failure {
        /// `failureDetails.type`.
        kind: String,
        /// `failureDetails.message`.
        message: String,
        /// `failureDetails.externalExecutionId`.
        external_execution_id: Option<String>,
    },
    /// No answer came within CodePipeline's time, or the execution was stopped without waiting.
    Closed,
}

/// `executionDetails` of a success result.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Details {
    /// What the function says of its work, for people.
    pub summary: Option<String>,
    /// The id of what it did, elsewhere.
    pub external_execution_id: Option<String>,
    /// How far it is.
    pub percent_complete: Option<i64>,
}

/// A job to invoke the function with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The job's id.
    pub job: String,
    /// The event, JSON.
    pub event: Vec<u8>,
}

impl Job {
    /// The event that CodePipeline invokes the function with.
    pub(super) fn invocation(&self, action: &Action, configuration: &BTreeMap<String, String>) -> Invocation {
        let fields: Map<String, Value> = ["FunctionName", "UserParameters"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), configuration.get(name)?.as_str().into())))
            .collect();
        let artifacts = |names: &[String]| names.iter().map(|name| artifact(name, &self.execution)).collect::<Vec<_>>();
        let mut data = json!({
            "actionConfiguration": { "configuration": fields },
            "inputArtifacts": artifacts(&action.input_artifacts),
            "outputArtifacts": artifacts(&action.output_artifacts),
            "artifactCredentials": {
                "accessKeyId": "ASIALOOPBACK",
                "secretAccessKey": SECRET_ACCESS_KEY,
                "sessionToken": SESSION_TOKEN,
                "expirationTime": 4_102_444_800_000_u64,
            },
        });
        if let Some(token) = &self.continuation_token {
            data["continuationToken"] = token.as_str().into();
        }
        let event = json!({ "CodePipeline.job": { "id": self.id, "accountId": ACCOUNT, "data": data } });
        Invocation { job: self.id.clone(), event: event.to_string().into_bytes() }
    }
}

fn artifact(name: &str, execution: &str) -> Value {
    let key = format!("site/{name}/{}", &execution[execution.len() - 7..]);
    json!({
        "name": name,
        "revision": null,
        "location": { "type": "S3", "s3Location": { "bucketName": super::ARTIFACT_BUCKET, "objectKey": key } },
    })
}
