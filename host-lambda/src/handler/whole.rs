//! A whole deploy: one plan over every commit that may have reached the bucket since the edge was last brought up to date.

use super::objects::escalated;
use super::purge::Made;
use super::{Handler, Report};
use crate::base::{self, Outcome};
use crate::event::Deployed;
use crate::failure::Failure;
use crate::log;
use crate::plan::{self, Plan, Question, Scope};
use crate::ports::{Bucket, CloudFront, CodeCommit, Pipeline};
use crate::retry::{self, Invocation};

/// From how many paths on it is worth listing the bucket: a list of a million keys costs as much as one path, but takes
/// a minute.
const LIST_FROM: u64 = 16;

/// A deploy as its trigger names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) commit: &'a str,
    pub(super) execution: &'a str,
    pub(super) pipeline: Option<&'a str>,
    /// The part of the pipeline that the trigger tells of, when it is not the whole.
    pub(super) part: Option<&'a str>,
    /// What asked for it, the same whenever that comes again. A stage that is retried uploads anew, and asks anew.
    pub(super) occasion: &'a str,
    /// When it was first asked for.
    pub(super) since: Option<i64>,
}

/// A purged deploy, and the invalidations that it waits for.
#[derive(Debug)]
pub(super) struct Purged {
    pub(super) report: Report,
    pub(super) made: Vec<Made>,
}

impl<C: CodeCommit, F: CloudFront, P: Pipeline, B: Bucket> Handler<C, F, P, B> {
    /// Plans and purges a deploy.
    pub(super) async fn whole(&self, asked: Asked<'_>, invocation: &Invocation) -> Result<Purged, Failure> {
        let policy = self.policy(asked.commit, invocation).await?;
        let distributions = policy.distributions(self.settings.distribution.as_deref())?;
        // Each part keeps its own ledger: the last one may come after the first was purged.
        let part = asked.part.map(|part| format!("#{part}")).unwrap_or_default();
        let site = self.settings.site() + &part;
        let deploy = base::Deploy {
            mode: policy.policy.base(),
            site: &site,
            pipeline: asked.pipeline,
            execution: Some(asked.execution),
            head: asked.commit,
            distributions: &distributions,
        };
        let ports = base::Ports {
            codecommit: &self.services.codecommit,
            cloudfront: &self.services.cloudfront,
            pipeline: &self.services.pipeline,
        };
        let found = base::find(&ports, &self.history, &self.denials, invocation, &deploy).await?;
        let (diffs, base, everything, warnings) = match found {
            Outcome::Diffs { diffs, base, warnings } => (diffs, base, None, warnings),
            Outcome::Everything { why, warnings } => (Vec::new(), None, Some(why), warnings),
        };
        log::base(base.as_deref(), everything.as_ref(), &warnings);
        let recorded =
            plan::Deploy { site: &site, base: base.as_deref(), head: asked.commit, execution: asked.execution };
        let configs = self.configs(&policy, invocation).await?;
        let question = Question {
            policy: &policy,
            preset: "sound",
            distribution: self.settings.distribution.as_deref(),
            diffs: &diffs,
            scope: Scope::Deploy(recorded, asked.occasion),
            everything: everything.as_ref().map(|why| why.message.as_str()),
            configs: &configs,
            live: None,
            widen_to: escalated(&policy.policy, asked.since),
        };
        let plan = self.plan_at_least_cost(&question, invocation).await?;
        let purged = self.purge_whole(plan, diffs.len(), invocation).await?;
        let mut report = Report {
            base,
            head: asked.commit.to_owned(),
            execution: Some(asked.execution.to_owned()),
            ..purged.report
        };
        report.warnings.extend(warnings.iter().map(|warning| warning.code.to_owned()));
        Ok(Purged { report, ..purged })
    }

    /// The exact plan; with many paths, one that knows what is live, so that wildcards can take the place of some.
    async fn plan_at_least_cost(&self, question: &Question<'_>, invocation: &Invocation) -> Result<Plan, Failure> {
        let exact = plan::plan(question);
        let many = match &exact {
            Ok(plan) => plan.billed_paths >= LIST_FROM,
            // A budget, or a limit, that only wildcards can keep to.
            Err(failure) => matches!(&*failure.code, "budget-infeasible" | "max-paths-exceeded"),
        };
        if !many || !question.policy.policy.list_bucket() || question.everything.is_some() {
            return exact;
        }
        match self.live(question.policy, invocation).await {
            None => exact,
            // A list that contradicts the diffs is of no use; the exact paths are.
            Some(live) => plan::plan(&Question { live: Some(&live), ..*question }).or(exact),
        }
    }

    async fn purge_whole(&self, plan: Plan, commits: usize, invocation: &Invocation) -> Result<Purged, Failure> {
        log::decisions(&plan);
        log::diagnostics(&plan.diagnostics);
        let made = self.purge(&plan, invocation).await?;
        let ids = made.iter().map(|one| one.id.clone()).collect();
        Ok(Purged { report: Report::of("deploy", plan, commits, ids), made })
    }

    /// A deploy that a pipeline's event tells of. No event of a pipeline names the commit.
    pub(super) async fn deployed(
        &self,
        deployed: &Deployed,
        since: Option<i64>,
        invocation: &Invocation,
    ) -> Result<Report, Failure> {
        let Some(commit) = self.commit_of(deployed, invocation).await? else {
            return self.unknown_commit(deployed, invocation).await;
        };
        let asked = Asked {
            commit: &commit,
            execution: &deployed.execution,
            pipeline: Some(&deployed.pipeline),
            part: deployed.part.as_deref(),
            occasion: &occasion(deployed),
            since: since.or(deployed.time),
        };
        Ok(self.whole(asked, invocation).await?.report)
    }

    /// The commit that an execution took from this repository; `None` when that cannot be known.
    async fn commit_of(&self, deployed: &Deployed, invocation: &Invocation) -> Result<Option<String>, Failure> {
        let subject = format!("pipeline `{}`", deployed.pipeline);
        let read = || self.services.pipeline.execution(&deployed.pipeline, &deployed.execution);
        let (denials, deadline) = (&self.denials, invocation.deadline());
        let read = denials.ask_or_log(invocation, deadline, "GetPipelineExecution", &subject, read).await?;
        let Some(revisions) = read else { return Ok(None) };
        for revision in revisions {
            // A source of another kind has no commit; one of another repository has none of this one's.
            let codecommit = &self.services.codecommit;
            match self.history.find_commit(codecommit, invocation, &revision.revision).await? {
                Ok(_) => return Ok(Some(revision.revision)),
                Err(error) if error.denied() => {
                    return Err(retry::refused(&format!("commit `{}`", revision.revision), &error));
                }
                Err(_) => {}
            }
        }
        Ok(None)
    }

    /// Everything is purged, and nothing recorded: a wrong head in the ledger would hide the next deploy's changes.
    async fn unknown_commit(&self, deployed: &Deployed, invocation: &Invocation) -> Result<Report, Failure> {
        let head = self.history.head(&self.services.codecommit, invocation).await?;
        let policy = self.policy(&head, invocation).await?;
        let why = format!("the commit of execution `{}` cannot be read", deployed.execution);
        let part = deployed.part.clone().unwrap_or_default();
        let time = occasion(deployed);
        let identity =
            [&deployed.pipeline, &deployed.execution, &part, &time].map(|text| format!("{}:{text}", text.len()));
        let question = Question {
            policy: &policy,
            preset: "sound",
            distribution: self.settings.distribution.as_deref(),
            diffs: &[],
            scope: Scope::Unrecorded(&identity),
            everything: Some(&why),
            configs: &self.configs(&policy, invocation).await?,
            live: None,
            widen_to: None,
        };
        let purged = self.purge_whole(plan::plan(&question)?, 0, invocation).await?;
        Ok(Report { execution: Some(deployed.execution.clone()), ..purged.report })
    }
}

/// What tells a success of an execution from an earlier one of the same, whose stage was retried.
fn occasion(deployed: &Deployed) -> String {
    deployed.time.map(|time| time.to_string()).unwrap_or_default()
}
