//! The newest deploy before this one that went well.

use std::collections::BTreeMap;

use super::super::attempt::Attempt;
use super::super::chain::{Anchor, Origin};
use super::{Runs, deploys};
use crate::failure::Failure;
use crate::ports::{Action, Execution, Pipeline};

/// The newest earlier deploy that succeeded.
pub(in super::super) enum Previous {
    Found(Anchor),
    /// The whole list has none.
    None,
    /// None in what was read of the list.
    TooFar,
}

impl<P: Pipeline> Runs<'_, P> {
    /// The newest execution before this deploy's whose deploy stage succeeded with another commit. The same commit
    /// deployed again is compared with what was there before it, so that a redeploy purges again.
    pub(in super::super) async fn previous(&mut self, attempt: &mut Attempt<'_>) -> Result<Previous, Failure> {
        let mut index = self.own_position().map_or(0, |own| own + 1);
        loop {
            if index == self.list.len() && !self.read_on(attempt).await? {
                let all = self.next.is_none() && !self.cut;
                return Ok(if all { Previous::None } else { Previous::TooFar });
            }
            let Some(execution) = self.list.get(index).cloned() else { continue };
            index += 1;
            if self.own.is_some_and(|own| own == execution.id) {
                continue;
            }
            if let [commit] = &*self.listed_commits(&execution)
                && commit != self.head
                && self.deployed_well(attempt, &execution).await?
            {
                let commits = vec![commit.clone()];
                return Ok(Previous::Found(Anchor { commits, origin: Origin::Execution(execution.id) }));
            }
        }
    }

    /// Whether the stage that deploys certainly went through.
    async fn deployed_well(&mut self, attempt: &mut Attempt<'_>, execution: &Execution) -> Result<bool, Failure> {
        if execution.status == "Succeeded" {
            return Ok(true);
        }
        let Some(actions) = self.actions(attempt, &execution.id).await? else { return Ok(false) };
        let Some(last) = deploys(&actions).max_by_key(|action| action.started) else { return Ok(false) };
        let of_stage = actions.iter().filter(|action| action.stage == last.stage);
        let newest = of_stage.fold(BTreeMap::<&str, &Action>::new(), |mut newest, action| {
            let known = newest.entry(&action.action).or_insert(action);
            if known.started <= action.started {
                *known = action;
            }
            newest
        });
        let ended = newest.values().filter_map(|action| action.started).max();
        // That a later stage began says that this one has no action left to start.
        let passed = actions.iter().any(|action| action.stage != last.stage && action.started > ended);
        Ok(passed && ended.is_some() && newest.values().all(|action| action.status == "Succeeded"))
    }
}
