//! CodeCommit through the SDK.

use aws_config::SdkConfig;
use aws_sdk_codecommit::Client;
use aws_sdk_codecommit::types::{BlobMetadata, ChangeTypeEnum, Difference};
use serde::Serialize;

use super::classify::{incomplete, port_error, unbuildable};
use super::whole_answer::WholeAnswer;
use crate::ports::{CodeCommit, Commit, Page, PortError};

const GET_BRANCH: &str = "GetBranch";
const GET_COMMIT: &str = "GetCommit";
const GET_DIFFERENCES: &str = "GetDifferences";
const GET_FILE: &str = "GetFile";

/// One branch of one repository.
#[derive(Debug)]
pub struct AwsCodeCommit {
    client: Client,
    repository: String,
    branch: String,
}

impl AwsCodeCommit {
    /// A client for one branch; it connects at its first call.
    #[must_use]
    pub fn new(config: &SdkConfig, repository: &str, branch: &str) -> Self {
        let config = aws_sdk_codecommit::config::Builder::from(config).interceptor(WholeAnswer).build();
        Self { client: Client::from_conf(config), repository: repository.to_owned(), branch: branch.to_owned() }
    }
}

impl CodeCommit for AwsCodeCommit {
    async fn branch_head(&self) -> Result<String, PortError> {
        let request = self.client.get_branch().repository_name(&self.repository).branch_name(&self.branch);
        let answer = request.send().await.map_err(|error| port_error(GET_BRANCH, &error))?;
        let id = answer.branch().and_then(|branch| branch.commit_id());
        id.map(str::to_owned).ok_or_else(|| incomplete(GET_BRANCH, "no `branch.commitId`"))
    }

    async fn commit(&self, id: &str) -> Result<Commit, PortError> {
        let request = self.client.get_commit().repository_name(&self.repository).commit_id(id);
        let answer = request.send().await.map_err(|error| port_error(GET_COMMIT, &error))?;
        let commit = answer.commit().ok_or_else(|| incomplete(GET_COMMIT, "no `commit`"))?;
        Ok(Commit {
            id: id.to_owned(),
            parents: commit.parents().to_vec(),
            committed_at: commit.committer().and_then(|user| user.date()).and_then(seconds),
        })
    }

    async fn differences(&self, before: Option<&str>, after: &str, token: Option<&str>) -> Result<Page, PortError> {
        let request = self
            .client
            .get_differences()
            .repository_name(&self.repository)
            .set_before_commit_specifier(before.map(str::to_owned))
            .after_commit_specifier(after)
            .set_next_token(token.map(str::to_owned));
        let answer = request.send().await.map_err(|error| port_error(GET_DIFFERENCES, &error))?;
        let differences = answer.differences().iter().map(DifferenceJson::of).collect();
        let json =
            serde_json::to_vec(&PageJson { differences }).map_err(|error| unbuildable(GET_DIFFERENCES, &error))?;
        Ok(Page { json, next: answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned) })
    }

    async fn file(&self, commit: &str, path: &str) -> Result<Vec<u8>, PortError> {
        let request = self.client.get_file().repository_name(&self.repository).commit_specifier(commit).file_path(path);
        let answer = request.send().await.map_err(|error| port_error(GET_FILE, &error))?;
        let size = answer.file_size();
        let content = answer.file_content.into_inner();
        // The SDK takes an answer without content for an empty file.
        let whole = usize::try_from(size).is_ok_and(|size| size == content.len());
        whole.then_some(content).ok_or_else(|| incomplete(GET_FILE, "not the whole `fileContent`"))
    }
}

/// CodeCommit writes a date as git does: seconds since the Unix epoch and a time zone, `1484167798 -0800`.
fn seconds(date: &str) -> Option<i64> {
    date.split_whitespace().next()?.parse().ok()
}

/// A page of `GetDifferences` as the AWS CLI prints it.
#[derive(Serialize)]
struct PageJson<'a> {
    differences: Vec<DifferenceJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DifferenceJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    before_blob: Option<BlobJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after_blob: Option<BlobJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change_type: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlobJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    blob_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'a str>,
}

impl<'a> DifferenceJson<'a> {
    fn of(difference: &'a Difference) -> Self {
        Self {
            before_blob: difference.before_blob().map(BlobJson::of),
            after_blob: difference.after_blob().map(BlobJson::of),
            change_type: difference.change_type().map(ChangeTypeEnum::as_str),
        }
    }
}

impl<'a> BlobJson<'a> {
    fn of(blob: &'a BlobMetadata) -> Self {
        Self { blob_id: blob.blob_id(), path: blob.path(), mode: blob.mode() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_without_its_time_zone() {
        assert_eq!(seconds("1484167798 -0800"), Some(1_484_167_798));
        assert_eq!(seconds("1484167798"), Some(1_484_167_798));
        assert_eq!((seconds(""), seconds("2017-01-11T12:00:00Z")), (None, None));
    }
}
