//! Two commits: one that is live, and one that is to be deployed over it.

use crate::deployment::{Deployment, Target, minutes_ago};
use crate::site::{History, Mark, Repository, Tree};

/// A repository of two commits.
#[derive(Debug)]
pub struct Release {
    /// It.
    pub repository: Repository,
    /// The first commit, too old for any look-back.
    pub old: Mark,
    /// The second one, HEAD.
    pub new: Mark,
}

impl Release {
    /// The commits of these trees.
    #[must_use]
    pub fn of(before: &Tree, after: &Tree) -> Self {
        let mut history = History::default();
        let old = history.commit(before, &[], minutes_ago(600));
        let new = history.commit(after, &[old], minutes_ago(10));
        Self { repository: history.build(new), old, new }
    }

    /// The old commit is live and cached, the branch is at the new one.
    pub async fn pushed(&self, target: Target) -> Deployment<'_> {
        let deployment = Deployment::of(&self.repository, self.old, target).await;
        deployment.push(self.new);
        deployment
    }
}
