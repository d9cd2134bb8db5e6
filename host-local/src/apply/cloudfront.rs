//! The invalidations: made and retried by the code of the Lambda.

use std::time::Duration;

use aws_config::meta::region::RegionProviderChain;
use purgeplan_lambda::aws::{self, AwsCloudFront};
use purgeplan_lambda::ports::CloudFront;
use purgeplan_lambda::retry::{self, Invocation};

use crate::failure::Failure;

/// How long one answer may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// How long one invalidation is tried for: an account with 15 wildcards in progress has room again after some minutes.
const PATIENCE: Duration = Duration::from_mins(15);
/// Between two looks at an invalidation, which takes CloudFront some seconds to some minutes.
const LOOK: Duration = Duration::from_secs(2);
/// CloudFront has one endpoint for all regions.
const REGION: &str = "us-east-1";

pub(super) struct Distributions(AwsCloudFront);

impl Distributions {
    /// A client with the caller's credentials; it connects at its first call.
    pub(super) async fn connect() -> Self {
        let region = RegionProviderChain::default_provider().or_else(REGION);
        Self(AwsCloudFront::new(&aws::loader(ATTEMPT).region(region).load().await))
    }

    /// Creates an invalidation; yields its id, or why there is none. One with this reference that exists is the one.
    pub(super) async fn create(&self, distribution: &str, reference: &str, paths: &[String]) -> Result<String, String> {
        let invocation = Invocation::lasting("apply", PATIENCE);
        let subject = format!("distribution `{distribution}`");
        let attempt = || self.0.create_invalidation(distribution, reference, paths);
        let created = retry::call(&invocation, invocation.deadline(), "CreateInvalidation", &subject, attempt).await;
        created.map(|created| created.id).map_err(|failure| failure.message)
    }

    /// Waits until an invalidation is complete.
    pub(super) async fn wait(&self, distribution: &str, id: &str) -> Result<(), Failure> {
        let invocation = Invocation::lasting("apply", PATIENCE);
        let subject = format!("invalidation `{id}` of distribution `{distribution}`");
        let fails = |message: String| {
            Failure::new(
                message,
                "it was created and goes on without this program; --wait needs cloudfront:GetInvalidation",
            )
        };
        while tokio::time::Instant::now() < invocation.deadline() {
            let attempt = || self.0.invalidation(distribution, id);
            let found = retry::call(&invocation, invocation.deadline(), "GetInvalidation", &subject, attempt).await;
            if found.map_err(|failure| fails(failure.message))?.completed {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(fails(format!("{subject} was not complete after {} minutes", PATIENCE.as_secs() / 60)))
    }
}
