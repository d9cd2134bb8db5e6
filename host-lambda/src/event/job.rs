//! The Lambda invoke action of `CodePipeline`: a job that hangs until it is answered.

use serde::Deserialize;
use serde_json::Value;

use super::{printable, shape, text};
use crate::failure::Failure;

/// One job.
// The event also carries the artifact store's credentials; they are never read, so that nothing can print them.
#[derive(Debug, PartialEq, Eq)]
pub struct Job {
    /// What the answer names it by.
    pub id: String,
    /// What the action's `UserParameters` say, or why they cannot be used.
    pub parameters: Result<Parameters, Failure>,
    /// What this function answered the last time, when the work was not at its end.
    pub continuation: Option<String>,
}

/// `UserParameters`: JSON with the deploy's own names, which `CodePipeline` fills in.
///
/// ```json
/// { "commit": "#{SourceVariables.CommitId}", "execution": "#{codepipeline.PipelineExecutionId}", "pipeline": "site" }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// The deployed commit, full id.
    pub commit: String,
    /// The pipeline execution's id.
    pub execution: String,
    /// The pipeline's name, with which earlier executions can be asked for.
    pub pipeline: Option<String>,
    /// What becomes of the action when the purge fails for good.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// Whether the action lasts until CloudFront has purged everywhere.
    #[serde(default)]
    pub wait: bool,
}

/// What becomes of the pipeline's action when the purge fails for good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// It fails, and with it the stage.
    #[default]
    Fail,
    /// It succeeds, and its summary says what failed.
    Warn,
}

/// How the action is meant to be configured.
const CONFIGURE: &str = "set the action's user parameters to {\"commit\":\"#{SourceVariables.CommitId}\",\"execution\":\
                         \"#{codepipeline.PipelineExecutionId}\",\"pipeline\":\"NAME\"}, with the namespace of the source \
                         action in the place of SourceVariables";

impl Job {
    pub(super) fn read(job: &Value) -> Result<Self, Failure> {
        let no_id = || Failure::new("event-shape", "the `CodePipeline.job` has no `id`", shape::SEND);
        let id = text(job, "/id").filter(|id| !id.is_empty()).ok_or_else(no_id)?;
        let parameters = text(job, "/data/actionConfiguration/configuration/UserParameters").unwrap_or_default();
        let continuation = text(job, "/data/continuationToken").filter(|token| !token.is_empty());
        Ok(Self {
            id: id.to_owned(),
            parameters: Parameters::read(parameters),
            continuation: continuation.map(str::to_owned),
        })
    }
}

impl Parameters {
    fn read(text: &str) -> Result<Self, Failure> {
        let refused = |why: String| Failure::new("job-parameters", why, CONFIGURE);
        if text.trim().is_empty() {
            return Err(refused("the pipeline's action has no user parameters".to_owned()));
        }
        let read: Self = serde_json::from_str(text)
            .map_err(|error| refused(format!("the action's user parameters: {}", printable(&error.to_string()))))?;
        let hex = |id: &str| matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hex(&read.commit) {
            let shown = printable(&read.commit);
            return Err(refused(format!("the action's user parameters: `commit` is `{shown}`, no full commit id")));
        }
        // An id of CodePipeline is a UUID; what is not filled in still has its `#{…}`.
        let uuid =
            |id: &str| !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !uuid(&read.execution) {
            let shown = printable(&read.execution);
            return Err(refused(format!("the action's user parameters: `execution` is `{shown}`, no execution id")));
        }
        Ok(Self { commit: read.commit.to_ascii_lowercase(), ..read })
    }
}
