//! CodeCommit's events.

use std::time::SystemTime;

use serde_json::json;

use super::eventbridge::envelope;
use crate::account::{ACCOUNT, REGION};

/// "CodeCommit Repository State Change": a branch moved from a commit (none: it was created) to another (none: deleted).
#[must_use]
pub fn branch_event(repository: &str, branch: &str, old: Option<&str>, new: Option<&str>, time: SystemTime) -> Vec<u8> {
    let event = match (old, new) {
        (None, _) => "referenceCreated",
        (Some(_), Some(_)) => "referenceUpdated",
        (Some(_), None) => "referenceDeleted",
    };
    let mut detail = json!({
        "event": event,
        "repositoryName": repository,
        "repositoryId": "f1000000-0000-4000-8000-000000000001",
        "referenceType": "branch",
        "referenceName": branch,
        "referenceFullName": format!("refs/heads/{branch}"),
        "callerUserArn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/Developer/ada"),
    });
    if let Some(new) = new {
        detail["commitId"] = new.into();
    }
    if let Some(old) = old {
        detail["oldCommitId"] = old.into();
    }
    let resource = format!("arn:aws:codecommit:{REGION}:{ACCOUNT}:{repository}");
    envelope("aws.codecommit", "CodeCommit Repository State Change", &[resource], time, &detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_created_branch_has_no_old_commit_and_a_deleted_one_no_new() {
        let detail = |old, new| {
            let event = branch_event("site", "main", old, new, SystemTime::UNIX_EPOCH);
            let event: serde_json::Value = serde_json::from_slice(&event).expect("it is JSON");
            let field = |name: &str| event["detail"][name].as_str().unwrap_or("-").to_owned();
            (field("event"), field("oldCommitId"), field("commitId"))
        };
        let text = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(detail(None, Some("1")), text("referenceCreated", "-", "1"));
        assert_eq!(detail(Some("1"), Some("2")), text("referenceUpdated", "1", "2"));
        assert_eq!(detail(Some("2"), None), text("referenceDeleted", "2", "-"));
    }
}
