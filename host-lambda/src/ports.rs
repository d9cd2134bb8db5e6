//! The AWS services as the handler sees them: small enough to be played by anything else.
//!
//! What needs a permission that not everyone gives has a default: a port that does not play it answers as IAM does
//! without the permission, and the caller takes its safe way.

use std::collections::BTreeMap;
use std::future::{Future, ready};

/// Reads of one branch of one CodeCommit repository.
pub trait CodeCommit {
    /// The full id of the branch's newest commit (`GetBranch`).
    fn branch_head(&self) -> impl Future<Output = Result<String, PortError>> + Send;

    /// One commit by its full id (`GetCommit`).
    fn commit(&self, id: &str) -> impl Future<Output = Result<Commit, PortError>> + Send;

    /// One page of what `after` changed against `before` (`GetDifferences`). No `before`: the whole tree of `after`.
    fn differences(
        &self,
        before: Option<&str>,
        after: &str,
        token: Option<&str>,
    ) -> impl Future<Output = Result<Page, PortError>> + Send;

    /// The content of one file at a commit (`GetFile`); optional.
    fn file(&self, _commit: &str, _path: &str) -> impl Future<Output = Result<Vec<u8>, PortError>> + Send {
        ready(Err(PortError::not_permitted("GetFile")))
    }
}

/// The distributions of one account.
pub trait CloudFront {
    /// Creates one invalidation (`CreateInvalidation`). The same caller reference with the same paths is answered
    /// with the invalidation that exists and purges nothing new.
    fn create_invalidation(
        &self,
        distribution: &str,
        caller_reference: &str,
        paths: &[String],
    ) -> impl Future<Output = Result<Created, PortError>> + Send;

    /// The ids of the newest invalidations, newest first, at most 100 (`ListInvalidations`); optional.
    fn list_invalidations(&self, _distribution: &str) -> impl Future<Output = Result<Vec<String>, PortError>> + Send {
        ready(Err(PortError::not_permitted("ListInvalidations")))
    }

    /// One invalidation by its id (`GetInvalidation`); optional.
    fn invalidation(
        &self,
        _distribution: &str,
        _id: &str,
    ) -> impl Future<Output = Result<Invalidation, PortError>> + Send {
        ready(Err(PortError::not_permitted("GetInvalidation")))
    }

    /// What the core reads of a distribution's configuration, as `aws cloudfront get-distribution-config` prints it
    /// (`GetDistributionConfig`); optional.
    fn distribution_config(&self, _distribution: &str) -> impl Future<Output = Result<Vec<u8>, PortError>> + Send {
        ready(Err(PortError::not_permitted("GetDistributionConfig")))
    }
}

/// The pipeline that deploys the site.
pub trait Pipeline {
    /// One page of a pipeline's executions, newest first (`ListPipelineExecutions`); optional.
    fn executions(
        &self,
        _pipeline: &str,
        _token: Option<&str>,
    ) -> impl Future<Output = Result<Executions, PortError>> + Send {
        ready(Err(PortError::not_permitted("ListPipelineExecutions")))
    }

    /// One page of the actions that an execution has started (`ListActionExecutions`); optional.
    fn actions(
        &self,
        _pipeline: &str,
        _execution: &str,
        _token: Option<&str>,
    ) -> impl Future<Output = Result<Actions, PortError>> + Send {
        ready(Err(PortError::not_permitted("ListActionExecutions")))
    }

    /// The revisions of one execution; here `action` is the name of the artifact (`GetPipelineExecution`); optional.
    fn execution(
        &self,
        _pipeline: &str,
        _execution: &str,
    ) -> impl Future<Output = Result<Vec<Revision>, PortError>> + Send {
        ready(Err(PortError::not_permitted("GetPipelineExecution")))
    }

    /// Answers a job (`PutJobSuccessResult`). With a continuation token CodePipeline hands the job out again later.
    fn job_success(&self, job: &str, result: &JobSuccess) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Fails a job for good (`PutJobFailureResult`).
    fn job_failure(
        &self,
        job: &str,
        kind: JobFailure,
        message: &str,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// The bucket that the site is deployed to.
pub trait Bucket {
    /// One page of object keys, at most 1,000, in their order (`ListObjectsV2`); optional.
    fn keys(&self, _bucket: &str, _token: Option<&str>) -> impl Future<Output = Result<Keys, PortError>> + Send {
        ready(Err(PortError::not_permitted("ListObjectsV2")))
    }
}

/// What the handler needs to know of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Full id.
    pub id: String,
    /// Full ids of the parents: none for a root commit, two or more for a merge.
    pub parents: Vec<String>,
    /// Committer date in seconds since the Unix epoch; `None` when it could not be read.
    pub committed_at: Option<i64>,
}

/// One page of differences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The page as the AWS CLI prints it: `{"differences":[…]}`.
    pub json: Vec<u8>,
    /// The token of the next page, when there is one.
    pub next: Option<String>,
}

/// An invalidation that was created, or that had been created before with the same caller reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// CloudFront's id of it.
    pub id: String,
}

/// What is read of an invalidation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalidation {
    /// Who asked for it, as the asker wrote it.
    pub caller_reference: String,
    /// How many paths it has.
    pub paths: usize,
    /// Whether it is done.
    pub completed: bool,
}

/// One page of a pipeline's executions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Executions {
    /// Newest first.
    pub executions: Vec<Execution>,
    /// The token of the next page, when there is one.
    pub next: Option<String>,
}

/// One run of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// Its id.
    pub id: String,
    /// `InProgress`, `Succeeded`, `Superseded`, `Failed`, `Stopping`, `Stopped`, `Cancelled`, or what AWS adds.
    pub status: String,
    /// Whether it takes a stage back to an earlier execution's revisions.
    pub rollback: bool,
    /// When it started, in milliseconds since the Unix epoch.
    pub started: Option<i64>,
    /// When anything about it last changed, in milliseconds since the Unix epoch.
    pub updated: Option<i64>,
    /// What its source actions took.
    pub revisions: Vec<Revision>,
}

/// What one source action took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The source action's name.
    pub action: String,
    /// Of CodeCommit the commit id.
    pub revision: String,
}

/// One page of an execution's actions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actions {
    /// In no certain order; a repeated action is there once for each try.
    pub actions: Vec<Action>,
    /// The token of the next page, when there is one.
    pub next: Option<String>,
}

/// One action that an execution has started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Its stage's name.
    pub stage: String,
    /// Its name.
    pub action: String,
    /// `Source`, `Build`, `Deploy`, `Test`, `Invoke`, `Approval`, `Compute`, or what AWS adds.
    pub category: String,
    /// `S3`, `CodeBuild`, `Lambda`, ...
    pub provider: String,
    /// `InProgress`, `Abandoned`, `Succeeded`, `Failed`, or what AWS adds.
    pub status: String,
    /// When it started, in milliseconds since the Unix epoch.
    pub started: Option<i64>,
    /// When it ended, in milliseconds since the Unix epoch; `None` while it runs.
    pub ended: Option<i64>,
}

/// How a job went well, or that it goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobSuccess {
    /// What the next call for this job is to know; at most 2,048 characters.
    pub continuation_token: Option<String>,
    /// Shown in the console; at most 2,048 characters.
    pub summary: Option<String>,
    /// For later actions; CodePipeline refuses them together with a continuation token.
    pub output_variables: BTreeMap<String, String>,
    /// What this work is called elsewhere: an invalidation's id.
    pub external_id: Option<String>,
}

/// What kind of failure a job had (`FailureType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobFailure {
    /// The work itself failed.
    JobFailed,
    /// The function or its pipeline is set up wrongly.
    Configuration,
    /// A permission is missing.
    Permission,
    /// AWS was not available for too long.
    Unavailable,
}

/// One page of object keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// As they are, not encoded.
    pub keys: Vec<Vec<u8>>,
    /// The token of the next page, when there is one.
    pub next: Option<String>,
}

/// Why one attempt at a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation}: `{code}`: {message}")]
pub struct PortError {
    /// The API operation, as AWS names it.
    pub operation: &'static str,
    /// Whether the same call may succeed a little later.
    pub retriable: bool,
    /// The service's error code, or `timeout`, `connection`, `answer`, `request` when there was none to read.
    pub code: String,
    /// The service's message, or what happened to the connection.
    pub message: String,
}

impl PortError {
    /// Whether the function's role may not make the call at all: a retry, or another call like it, is in vain.
    #[must_use]
    pub fn denied(&self) -> bool {
        self.code.starts_with("AccessDenied")
    }

    /// Whether the repository has no such commit (any more).
    #[must_use]
    pub fn commit_missing(&self) -> bool {
        matches!(self.code.as_str(), "CommitDoesNotExistException" | "CommitIdDoesNotExistException")
    }

    fn not_permitted(operation: &'static str) -> Self {
        let message = "this port does not play the operation".to_owned();
        Self { operation, retriable: false, code: "AccessDenied".to_owned(), message }
    }
}
