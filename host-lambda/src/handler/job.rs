//! A job of `CodePipeline`: the deploy's purge, and an answer on every path, because an action that is not answered hangs
//! until its timeout.

mod answer;
mod token;

use std::time::Duration;

use tokio::time::timeout_at;

use super::purge::Made;
use super::whole::Asked;
use super::{Handler, Report, before_end, now, out_of_time};
use crate::event::{Job, OnFailure, Parameters};
use crate::failure::Failure;
use crate::log;
use crate::ports::{Bucket, CloudFront, CodeCommit, JobSuccess, Pipeline};
use crate::retry::{self, Invocation};
use answer::{failure_kind, failure_text, finished, going_on};
use token::Token;

/// What is kept of an invocation's time for the answer.
const ANSWER_RESERVE: Duration = Duration::from_secs(10);
/// For how long a job is taken up again, in seconds; a Lambda action's own timeout is an hour.
const PATIENCE: i64 = 45 * 60;

/// Where a job stands when an invocation ends.
enum State {
    /// It comes again, with this token.
    GoesOn(Token, Report),
    Done(Report, Token),
    Failed(Failure),
}

impl<C: CodeCommit, F: CloudFront, P: Pipeline, B: Bucket> Handler<C, F, P, B> {
    pub(super) async fn job(&self, job: &Job, invocation: &Invocation) -> Result<Report, Failure> {
        let parameters = match &job.parameters {
            Ok(parameters) => parameters,
            Err(failure) => return self.fail(job, OnFailure::Fail, failure, invocation).await,
        };
        let token = match Token::read(job.continuation.as_deref(), &job.id, now()) {
            Ok(token) => token,
            Err(failure) => return self.fail(job, parameters.on_failure, &failure, invocation).await,
        };
        let work = invocation.until_only(before_end(invocation, ANSWER_RESERVE));
        let state = timeout_at(work.deadline(), self.work_on(parameters, token.clone(), &work)).await;
        match state.unwrap_or_else(|_| stopped(token, out_of_time())) {
            State::GoesOn(token, report) => {
                self.succeed(job, &going_on(&token, &report), invocation).await?;
                Ok(Report { handed_back: 1, ..report })
            }
            State::Done(report, token) => {
                let report = Report { event: "job", ..report };
                self.succeed(job, &finished(&report, &token), invocation).await?;
                Ok(report)
            }
            State::Failed(failure) => self.fail(job, parameters.on_failure, &failure, invocation).await,
        }
    }

    /// Purges, or looks whether what was purged is complete.
    async fn work_on(&self, parameters: &Parameters, token: Token, invocation: &Invocation) -> State {
        if !token.waiting.is_empty() {
            return self.wait(token, invocation).await;
        }
        let asked = Asked {
            commit: &parameters.commit,
            execution: &parameters.execution,
            pipeline: parameters.pipeline.as_deref(),
            part: None,
            occasion: &token.first,
            since: Some(token.since),
        };
        match self.whole(asked, invocation).await {
            Ok(purged) if parameters.wait && !purged.made.is_empty() => {
                let token = token.waiting_for(purged.made, &purged.report);
                State::GoesOn(token, Report { event: "job", ..purged.report })
            }
            Ok(purged) => State::Done(purged.report, token),
            Err(failure) => stopped(token, failure),
        }
    }

    async fn wait(&self, token: Token, invocation: &Invocation) -> State {
        let mut open = Vec::new();
        for Made { distribution, id } in &token.waiting {
            let subject = format!("distribution `{distribution}`");
            let read = || self.services.cloudfront.invalidation(distribution, id);
            let (denials, deadline) = (&self.denials, invocation.deadline());
            match denials.ask_or_log(invocation, deadline, "GetInvalidation", &subject, read).await {
                // Who may not look cannot wait; the purge itself is under way.
                Ok(None) => {}
                Ok(Some(found)) if found.completed => {}
                Ok(Some(_)) | Err(_) => open.push(Made { distribution: distribution.clone(), id: id.clone() }),
            }
        }
        let report = token.report();
        let late = now() - token.since >= PATIENCE;
        let token = Token { waiting: open, ..token };
        if token.waiting.is_empty() || late { State::Done(report, token) } else { State::GoesOn(token, report) }
    }

    async fn fail(
        &self,
        job: &Job,
        on_failure: OnFailure,
        failure: &Failure,
        invocation: &Invocation,
    ) -> Result<Report, Failure> {
        log::failed(failure, invocation);
        let report = Report { event: "job", failure: Some(failure.code.to_string()), ..Report::default() };
        if on_failure == OnFailure::Warn {
            let result = JobSuccess { summary: Some(failure_text(failure)), ..JobSuccess::default() };
            self.succeed(job, &result, invocation).await?;
            return Ok(report);
        }
        let (kind, text) = (failure_kind(failure), failure_text(failure));
        let attempt = || self.services.pipeline.job_failure(&job.id, kind, &text);
        self.answered(job, "PutJobFailureResult", attempt, invocation).await?;
        // The job is closed. A failed invocation would only make Lambda run it again.
        Ok(report)
    }

    async fn succeed(&self, job: &Job, result: &JobSuccess, invocation: &Invocation) -> Result<(), Failure> {
        let attempt = || self.services.pipeline.job_success(&job.id, result);
        self.answered(job, "PutJobSuccessResult", attempt, invocation).await
    }

    /// Answers a job. One that is closed already, by an answer that was lost on its way back or by its timeout, needs no
    /// other; when CodePipeline cannot be reached the invocation fails, and Lambda's next try answers.
    async fn answered<A, Fut>(
        &self,
        job: &Job,
        operation: &'static str,
        attempt: A,
        invocation: &Invocation,
    ) -> Result<(), Failure>
    where
        A: FnMut() -> Fut,
        Fut: Future<Output = Result<(), crate::ports::PortError>>,
    {
        let subject = format!("job `{}`", crate::failure::printable(&job.id));
        match retry::call_or_refusal(invocation, invocation.deadline(), operation, &subject, attempt).await? {
            Ok(()) => Ok(()),
            Err(error) if matches!(error.code.as_str(), "InvalidJobStateException" | "JobNotFoundException") => {
                log::job_closed(&subject, &error);
                Ok(())
            }
            Err(error) => Err(retry::refused(&subject, &error)),
        }
    }
}

/// What a failure makes of a job: it comes again, when that may help and the job is young enough.
fn stopped(token: Token, failure: Failure) -> State {
    if !failure.may_pass() || now() - token.since >= PATIENCE {
        return State::Failed(failure);
    }
    log::put_off(&failure);
    let report = Report { event: "job", warnings: vec![failure.code.to_string()], ..Report::default() };
    State::GoesOn(Token { tries: token.tries + 1, ..token }, report)
}
