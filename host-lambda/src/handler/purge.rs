//! The invalidations of a plan.

use futures_util::future::join_all;
use tokio::time::Instant;

use super::{Handler, out_of_time};
use crate::failure::Failure;
use crate::plan::{Distribution, PathBatch, Plan};
use crate::ports::{Bucket, CloudFront, CodeCommit, Pipeline};
use crate::retry::{self, Invocation};
use crate::settings::Mode;

/// An invalidation that exists now, whether this call made it or an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) distribution: String,
    pub(super) id: String,
}

impl<C: CodeCommit, F: CloudFront, P: Pipeline, B: Bucket> Handler<C, F, P, B> {
    /// Creates every invalidation of the plan; in `observe` mode none.
    ///
    /// The distributions are purged at the same time, each batch after batch. One that fails does not keep the others
    /// from being tried; then the whole invocation fails, and the next try finds those that succeeded by their caller
    /// references, which costs nothing.
    pub(super) async fn purge(&self, plan: &Plan, invocation: &Invocation) -> Result<Vec<Made>, Failure> {
        if self.settings.mode == Mode::Observe {
            return Ok(Vec::new());
        }
        let all = plan.distributions.iter().map(|one| one.batches.len()).sum();
        let tries = join_all(plan.distributions.iter().map(|one| self.purge_one(one, invocation))).await;
        let (mut made, mut failures) = (Vec::new(), Vec::new());
        for (of_one, failed) in tries {
            made.extend(of_one);
            failures.extend(failed);
        }
        if failures.is_empty() { Ok(made) } else { Err(together(failures, &made, all)) }
    }

    async fn purge_one(&self, distribution: &Distribution, invocation: &Invocation) -> (Vec<Made>, Vec<Failure>) {
        let (mut made, mut failures) = (Vec::new(), Vec::new());
        for (done, batch) in distribution.batches.iter().enumerate() {
            let left = u32::try_from(distribution.batches.len() - done).unwrap_or(u32::MAX);
            match self.create(&distribution.id, batch, invocation, invocation.share(left)).await {
                Ok(one) => made.push(one),
                Err(failure) => failures.push(failure),
            }
        }
        (made, failures)
    }

    async fn create(
        &self,
        distribution: &str,
        batch: &PathBatch,
        invocation: &Invocation,
        deadline: Instant,
    ) -> Result<Made, Failure> {
        let subject = format!("distribution `{distribution}`");
        let cloudfront = &self.services.cloudfront;
        let attempt = || cloudfront.create_invalidation(distribution, &batch.caller_reference, &batch.paths);
        let created = retry::call(invocation, deadline, "CreateInvalidation", &subject, attempt).await?;
        tracing::debug!(
            distribution,
            id = created.id,
            caller_reference = batch.caller_reference,
            paths = batch.paths.len(),
            "invalidation"
        );
        Ok(Made { distribution: distribution.to_owned(), id: created.id })
    }
}

/// All failures of an invocation as one. One that may pass gives code and advice, where there is one: then a later try
/// is worth it, whatever becomes of the others.
fn together(failures: Vec<Failure>, made: &[Made], all: usize) -> Failure {
    let messages = failures.iter().map(|failure| failure.message.as_str()).collect::<Vec<_>>().join("; ");
    let ids: Vec<&str> = made.iter().map(|one| one.id.as_str()).collect();
    let done = if ids.is_empty() { "none".to_owned() } else { ids.join(" ") };
    let first = failures.into_iter().min_by_key(|failure| !failure.may_pass()).unwrap_or_else(out_of_time);
    if all == 1 {
        return first;
    }
    Failure { message: format!("{messages} (of {all} invalidations, created: {done})"), ..first }
}
