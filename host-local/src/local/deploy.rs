//! One deploy: the commit's files go to the bucket, their events to the function, and the edge is compared.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use purgeplan_loopback::Loopback;
use purgeplan_loopback::deploy::{Mode, ObjectChange};
use purgeplan_loopback::edge::{Cause, Stale};
use purgeplan_loopback::git::Change;

use super::delivery::Delivery;
use super::events::Events;
use super::function::{Decision, Function, Line};
use super::pipeline;
use super::progress::Progress;
use super::promise::{DEPLOYED_AFTER, Fate, Promise, seconds};
use super::report::{Deploy, LostEvent, Needless, Row, StaleUrl};
use super::site::{BRANCH, Setup};
use super::trouble::Trouble;
use crate::cli::{Deploy as DeployMode, LocalArguments, Trigger};
use crate::failure::Failure;

/// Records of one event of the batched trigger.
const BATCH: usize = 10_000;

pub(crate) struct Deployment<'a> {
    setup: &'a Setup,
    aws: &'a Loopback,
    mode: Mode,
    trigger: Trigger,
    trouble: Trouble,
    /// The commit whose site is in the bucket.
    previous: Option<String>,
    /// What was deployed since the last deploy whose purge went well: from which commit to which, newest first.
    unpurged: Vec<(Option<String>, String)>,
    /// Distribution and URL of what the deploy before left stale.
    left_stale: BTreeSet<(String, String)>,
    events: Events,
}

/// What the function logged over one deploy.
#[derive(Default)]
struct Logged {
    decisions: Vec<Decision>,
    diagnostics: BTreeSet<(String, String)>,
}

impl Logged {
    fn new(lines: Vec<Line>) -> Self {
        let mut logged = Self::default();
        for line in lines {
            match line {
                Line::Decision(decision) => logged.decisions.push(*decision),
                Line::Diagnostic { text, help } => drop(logged.diagnostics.insert((text, help))),
                _ => {}
            }
        }
        logged
    }
}

impl<'a> Deployment<'a> {
    pub(crate) fn new(setup: &'a Setup, arguments: &LocalArguments, trouble: Trouble, aws: &'a Loopback) -> Self {
        let mode = match arguments.deploy {
            DeployMode::Extract => Mode::Extract,
            DeployMode::Sync => Mode::Sync,
        };
        Self {
            setup,
            aws,
            mode,
            trigger: arguments.trigger,
            trouble,
            previous: setup.base.clone(),
            unpurged: Vec::new(),
            left_stale: BTreeSet::new(),
            events: Events::default(),
        }
    }

    /// Runs the pipeline for what is in the bucket already, so that it is a deploy that the next one comes after.
    pub(crate) async fn run_base(&self, commit: &str, function: &mut Function) -> Result<(), Failure> {
        self.aws.codecommit().set_branch(BRANCH, commit);
        let mut delivery = Delivery::new(self.aws, function, Trouble { seed: None });
        let execution = pipeline::begin(self.aws, commit);
        // One that fails here fails again with the first commit, and is told there.
        let _ = delivery.deployed(self.trigger, &execution).await?;
        self.aws.faults().clear_calls();
        self.aws.edge().warm();
        Ok(())
    }

    /// Deploys a commit and tells what became of every URL.
    pub(crate) async fn run(&mut self, commit: &str, function: &mut Function) -> Result<Deploy, Failure> {
        let site = self.setup.site(commit)?;
        self.aws.codecommit().set_branch(BRANCH, commit);
        let execution = self.trigger.is_of_a_deploy().then(|| pipeline::begin(self.aws, commit));
        let steps = self.aws.edge().deploy(self.mode, &site);
        let stale_before = self.aws.edge().compare().stale.len();
        let bought = self.bought();
        let mut delivery = Delivery::new(self.aws, function, self.trouble);
        let lost = match execution {
            Some(execution) => self.send_deploy(&steps, &execution, &mut delivery).await?,
            None => self.send_objects(&steps, commit, &mut delivery).await?,
        };
        let logged = Logged::new(delivery.lines);
        let changes = self.setup.repository.changes(self.previous.as_deref(), commit)?;
        let stale = self.aws.edge().compare().stale;
        let looked_at = self.promised(commit, lost.is_empty())?;
        let fates = Promise::fates(&self.setup.repository, &looked_at)?;
        let deploy = Deploy {
            commit: commit.to_owned(),
            base: self.previous.replace(commit.to_owned()),
            objects: steps.len(),
            commits_looked_at: looked_at.len(),
            stale_before,
            stale_after: self.judge(&stale, &steps, &fates, &logged.decisions),
            needless: self.needless(&bought, &changes, &logged.decisions),
            rows: Vec::new(),
            lost_events: lost,
            diagnostics: logged.diagnostics.into_iter().map(|(text, help)| format!("{text}; {help}")).collect(),
        };
        let rows = self.rows(&deploy, &changes, logged.decisions, &steps);
        self.aws.edge().warm();
        self.left_stale = stale.into_iter().map(|stale| (stale.distribution, stale.url)).collect();
        Ok(Deploy { rows, ..deploy })
    }

    /// The diffs whose changes the mode promises to purge, newest first: of the commits that it looks back at, or of
    /// all that was deployed since the last purge.
    fn promised(&mut self, commit: &str, purged: bool) -> Result<Vec<(Option<String>, String)>, Failure> {
        if !self.trigger.is_of_a_deploy() {
            return self.setup.promise.commits(&self.setup.repository, commit);
        }
        self.unpurged.insert(0, (self.previous.clone(), commit.to_owned()));
        Ok(if purged { std::mem::take(&mut self.unpurged) } else { self.unpurged.clone() })
    }

    /// The pipeline has uploaded everything: one call for the whole deploy.
    async fn send_deploy(
        &self,
        steps: &[ObjectChange],
        execution: &str,
        delivery: &mut Delivery<'_>,
    ) -> Result<Vec<LostEvent>, Failure> {
        let keys = || steps.iter().map(|step| step.key.clone()).collect();
        let end = delivery.deployed(self.trigger, execution).await?;
        Ok(end.err().map(|error| LostEvent { keys: keys(), error }).into_iter().collect())
    }

    /// Each object, or many together, sends an event.
    async fn send_objects(
        &mut self,
        steps: &[ObjectChange],
        commit: &str,
        delivery: &mut Delivery<'_>,
    ) -> Result<Vec<LostEvent>, Failure> {
        let committed = seconds(&self.setup.repository.commit(commit)?.committer.date);
        let time = UNIX_EPOCH + Duration::from_secs(u64::try_from(committed + DEPLOYED_AFTER).unwrap_or(0));
        if matches!(self.trigger, Trigger::Sqs | Trigger::SnsSqs) {
            return self.send_queue(steps, time, delivery).await;
        }
        let size = if self.trigger == Trigger::Batched { BATCH } else { 1 };
        let mut progress = Progress::new(steps.len());
        let mut lost = Vec::new();
        for chunk in steps.chunks(size) {
            let event = self.events.of(self.trigger, chunk, time);
            if let Err(error) = delivery.event(&event).await? {
                lost.push(LostEvent { keys: chunk.iter().map(|step| step.key.clone()).collect(), error });
            }
            progress.advance(chunk.len());
        }
        Ok(lost)
    }

    /// A message for each object.
    async fn send_queue(
        &mut self,
        steps: &[ObjectChange],
        time: SystemTime,
        delivery: &mut Delivery<'_>,
    ) -> Result<Vec<LostEvent>, Failure> {
        let bodies = steps.chunks(1).map(|step| self.events.of(self.trigger, step, time)).collect();
        let lost = delivery.queue(bodies).await?;
        Ok(lost.into_iter().map(|(at, error)| LostEvent { keys: vec![steps[at].key.clone()], error }).collect())
    }

    /// How many invalidations each distribution has.
    fn bought(&self) -> BTreeMap<String, usize> {
        let edge = self.aws.edge();
        let ids = self.setup.distributions.iter().map(|distribution| distribution.id.clone());
        ids.map(|id| {
            let count = edge.invalidations(&id).map_or(0, <[_]>::len);
            (id, count)
        })
        .collect()
    }

    /// Each stale URL, and whether the mode promised that it would not be.
    fn judge(
        &self,
        stale: &[Stale],
        steps: &[ObjectChange],
        fates: &BTreeMap<Vec<u8>, Fate>,
        decisions: &[Decision],
    ) -> Vec<StaleUrl> {
        if stale.is_empty() {
            return Vec::new();
        }
        let fates: BTreeMap<String, Fate> =
            fates.iter().filter_map(|(path, fate)| Some((self.setup.key(path)?, *fate))).collect();
        let ignored: BTreeSet<&str> = decisions
            .iter()
            .filter(|decision| decision.reason == "ignored")
            .filter_map(|decision| decision.key.as_deref())
            .collect();
        let judged = stale.iter().map(|stale| {
            let distribution =
                self.setup.distributions.iter().find(|distribution| distribution.id == stale.distribution);
            let distribution = distribution.expect("the edge has no other distributions");
            let step = steps.iter().find(|step| distribution.urls_of_key(&step.key).contains(&stale.url));
            let promised = step.is_some_and(|step| {
                !ignored.contains(step.key.as_str())
                    && self.setup.promise.covers(step, fates.get(&step.key).copied(), &stale.url, distribution)
            });
            let cause = match stale.cause {
                Cause::Changed => "changed",
                Cause::Gone => "gone",
                Cause::HiddenByError => "hidden-by-error",
            };
            StaleUrl { distribution: stale.distribution.clone(), url: stale.url.clone(), cause, promised }
        });
        judged.collect()
    }

    /// What was purged though the edge had the origin's bytes, and which rule asked for it.
    fn needless(&self, bought: &BTreeMap<String, usize>, changes: &[Change], decisions: &[Decision]) -> Vec<Needless> {
        let edge = self.aws.edge();
        let is_new = |change: &&Change| match (&change.before, &change.after) {
            (Some(before), Some(after)) => before.is_file() && after.is_file() && before.id != after.id,
            _ => false,
        };
        let modified =
            changes.iter().filter(is_new).map(|change| purgeplan_core::escape(&change.path).into_owned()).collect();
        let mut needless = Vec::new();
        for (id, from) in bought {
            let new = edge.invalidations(id).unwrap_or_default().get(*from..).unwrap_or_default();
            for purged in new.iter().flat_map(|invalidation| &invalidation.purged).filter(|purged| purged.needless) {
                // What was left stale may be right again by chance, when old bytes come back: no diff tells that.
                let left = self.left_stale.contains(&(id.clone(), purged.url.clone()));
                let named = named(&purged.url, &purged.path, &modified, decisions)
                    .or_else(|| left.then(|| "stale since an earlier deploy".to_owned()));
                needless.push(Needless {
                    distribution: id.clone(),
                    url: purged.url.clone(),
                    path: purged.path.clone(),
                    named,
                });
            }
        }
        needless
    }

    /// A row for each change that git tells of this deploy, and for what the function decided beyond them.
    fn rows(&self, deploy: &Deploy, changes: &[Change], decisions: Vec<Decision>, steps: &[ObjectChange]) -> Vec<Row> {
        let mut rows: BTreeMap<String, Row> = BTreeMap::new();
        for decision in decisions {
            match rows.get_mut(&decision.path) {
                Some(row) => row.join(decision),
                None => drop(rows.insert(decision.path.clone(), Row::from(decision))),
            }
        }
        let sent: BTreeSet<&str> = steps.iter().map(|step| step.key.as_str()).collect();
        let everything = rows.values().find(|row| row.reason == "base-unknown").map(|row| row.paths.clone());
        let lost: BTreeSet<&str> =
            deploy.lost_events.iter().flat_map(|event| &event.keys).map(String::as_str).collect();
        for change in changes {
            let path = purgeplan_core::escape(&change.path).into_owned();
            let key = self.setup.key(&change.path);
            rows.entry(path.clone()).or_insert_with(|| {
                if let Some(paths) = &everything {
                    return Row::purged_with_everything(change, path, key, paths.clone());
                }
                // The function hears only of objects: without an event it cannot decide.
                let reason = match &key {
                    None => "outside-source",
                    Some(key) if lost.contains(key.as_str()) => "event-lost",
                    Some(key) if sent.contains(key.as_str()) => "outside-lookback",
                    Some(_) => "no-event",
                };
                Row::undecided(change, path, key, reason)
            });
        }
        rows.into_values().collect()
    }
}

/// Which rule or substitute named a purge that served nothing; `None`: none did, and it should not have happened.
///
/// `modified` are the paths whose bytes this deploy itself changed.
fn named(url: &str, path: &str, modified: &BTreeSet<String>, decisions: &[Decision]) -> Option<String> {
    let has = |joined: &str, one: &str| joined.split(' ').any(|text| text == one);
    let of_path = || decisions.iter().filter(|decision| decision.outcome == "purge" && has(&decision.paths, path));
    of_path().next()?;
    let mut of_url = of_path().filter(|decision| has(&decision.urls, url)).peekable();
    if of_url.peek().is_none() {
        // The path was sent for another URL, and takes this one along.
        return Some(format!("substitute {path}"));
    }
    of_url.find_map(|decision| match decision.reason.as_str() {
        "modified" if modified.contains(&decision.path) => None,
        "modified" => Some("/lookback".to_owned()),
        _ => Some(decision.rule.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(reason: &str) -> Decision {
        Decision {
            change: "modified".into(),
            path: "a".into(),
            key: Some("a".into()),
            outcome: "purge".into(),
            reason: reason.into(),
            rule: "preset:sound".into(),
            commit: Some("C".into()),
            paths: "/a /b*".into(),
            urls: "/a /b~".into(),
        }
    }

    #[test]
    fn only_a_rule_or_a_substitute_excuses_a_needless_purge() {
        let modified = ["a".to_owned()].into();
        let decided = [decision("modified")];
        assert_eq!(named("/a", "/a", &modified, &decided), None);
        assert_eq!(named("/b~", "/b*", &modified, &decided), None);
        assert_eq!(named("/b*", "/b*", &modified, &decided).as_deref(), Some("substitute /b*"));
        assert_eq!(named("/ab", "/a*", &modified, &decided), None, "nobody asked for this path");
        assert_eq!(named("/a", "/a", &BTreeSet::new(), &decided).as_deref(), Some("/lookback"));
        assert_eq!(named("/a", "/a", &modified, &[decision("added")]).as_deref(), Some("preset:sound"));
        assert_eq!(named("/c", "/c", &modified, &decided), None);
    }
}
