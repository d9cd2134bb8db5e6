//! The two AWS services as the handler sees them: small enough to be played by anything else.

use std::future::Future;

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
}

/// Writes to CloudFront.
pub trait CloudFront {
    /// Creates one invalidation (`CreateInvalidation`). The same caller reference with the same paths is answered
    /// with the invalidation that exists and purges nothing new.
    fn create_invalidation(
        &self,
        distribution: &str,
        caller_reference: &str,
        paths: &[String],
    ) -> impl Future<Output = Result<Created, PortError>> + Send;
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
