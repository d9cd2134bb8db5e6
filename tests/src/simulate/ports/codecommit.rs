//! The repository.

use purgeplan_lambda::ports::{CodeCommit, Commit, Page, PortError};
use serde_json::{Value, json};

use super::super::faults::error;
use super::super::world::World;
use super::Port;

impl CodeCommit for Port {
    async fn branch_head(&self) -> Result<String, PortError> {
        self.call("GetBranch", |world| Ok(world.repository.head.clone())).await
    }

    async fn commit(&self, id: &str) -> Result<Commit, PortError> {
        let effect = |world: &mut World| {
            let commit = world.repository.get(id);
            let commit = commit.ok_or_else(|| error("GetCommit", false, "CommitIdDoesNotExistException"))?;
            Ok(Commit { id: id.to_owned(), parents: commit.parents.clone(), committed_at: Some(commit.time) })
        };
        self.call("GetCommit", effect).await
    }

    async fn differences(&self, before: Option<&str>, after: &str, token: Option<&str>) -> Result<Page, PortError> {
        let effect = |world: &mut World| {
            let all = world.repository.differences(before, after);
            let all = all.ok_or_else(|| error("GetDifferences", false, "CommitDoesNotExistException"))?;
            let from = token.map_or(0, |token| token.parse().expect("a token of ours"));
            let to = all.len().min(from + world.scenario.page);
            let json = json!({ "differences": &all[from..to] }).to_string().into_bytes();
            Ok(Page { json, next: (to < all.len()).then(|| to.to_string()) })
        };
        self.call("GetDifferences", effect).await
    }

    async fn file(&self, commit: &str, _path: &str) -> Result<Vec<u8>, PortError> {
        let effect = |world: &mut World| {
            world.repository.get(commit).ok_or_else(|| error("GetFile", false, "CommitDoesNotExistException"))?;
            Ok(world.scenario.policy.as_ref().map(Value::to_string).unwrap_or_default().into_bytes())
        };
        self.call("GetFile", effect).await
    }
}
