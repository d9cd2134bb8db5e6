//! CloudFront through the SDK.

use aws_config::SdkConfig;
use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{Invalidation, InvalidationBatch, Paths};

use super::classify::{incomplete, port_error, unbuildable};
use super::distribution_config;
use super::whole_answer::WholeAnswer;
use crate::ports::{self, CloudFront, Created, PortError};

const CREATE_INVALIDATION: &str = "CreateInvalidation";
const GET_DISTRIBUTION_CONFIG: &str = "GetDistributionConfig";
const GET_INVALIDATION: &str = "GetInvalidation";
const LIST_INVALIDATIONS: &str = "ListInvalidations";

/// The largest page of `ListInvalidations`.
const PAGE: i32 = 100;

/// The distributions of one account.
#[derive(Debug)]
pub struct AwsCloudFront {
    client: Client,
}

impl AwsCloudFront {
    /// A client; it connects at its first call.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let config = aws_sdk_cloudfront::config::Builder::from(config).interceptor(WholeAnswer).build();
        Self { client: Client::from_conf(config) }
    }
}

impl CloudFront for AwsCloudFront {
    async fn create_invalidation(
        &self,
        distribution: &str,
        caller_reference: &str,
        paths: &[String],
    ) -> Result<Created, PortError> {
        let batch = batch(caller_reference, paths)?;
        let request = self.client.create_invalidation().distribution_id(distribution).invalidation_batch(batch);
        let answer = request.send().await.map_err(|error| port_error(CREATE_INVALIDATION, &error))?;
        let id = answer.invalidation().map(Invalidation::id).unwrap_or_default();
        if id.is_empty() {
            return Err(incomplete(CREATE_INVALIDATION, "no `Id`"));
        }
        Ok(Created { id: id.to_owned() })
    }

    async fn list_invalidations(&self, distribution: &str) -> Result<Vec<String>, PortError> {
        let request = self.client.list_invalidations().distribution_id(distribution).max_items(PAGE);
        let answer = request.send().await.map_err(|error| port_error(LIST_INVALIDATIONS, &error))?;
        let list = answer.invalidation_list.ok_or_else(|| incomplete(LIST_INVALIDATIONS, "no `InvalidationList`"))?;
        Ok(list.items.unwrap_or_default().into_iter().map(|item| item.id).collect())
    }

    async fn invalidation(&self, distribution: &str, id: &str) -> Result<ports::Invalidation, PortError> {
        let request = self.client.get_invalidation().distribution_id(distribution).id(id);
        let answer = request.send().await.map_err(|error| port_error(GET_INVALIDATION, &error))?;
        let completed = answer.invalidation().is_some_and(|invalidation| invalidation.status() == "Completed");
        let batch = answer.invalidation.and_then(|invalidation| invalidation.invalidation_batch);
        let batch = batch.ok_or_else(|| incomplete(GET_INVALIDATION, "no `InvalidationBatch`"))?;
        let paths = batch.paths().map_or(0, |paths| usize::try_from(paths.quantity()).unwrap_or_default());
        Ok(ports::Invalidation { caller_reference: batch.caller_reference, paths, completed })
    }

    async fn distribution_config(&self, distribution: &str) -> Result<Vec<u8>, PortError> {
        let request = self.client.get_distribution_config().id(distribution);
        let answer = request.send().await.map_err(|error| port_error(GET_DISTRIBUTION_CONFIG, &error))?;
        let config = answer.distribution_config();
        let config = config.ok_or_else(|| incomplete(GET_DISTRIBUTION_CONFIG, "no `DistributionConfig`"))?;
        distribution_config::json(config).map_err(|error| unbuildable(GET_DISTRIBUTION_CONFIG, &error))
    }
}

fn batch(caller_reference: &str, paths: &[String]) -> Result<InvalidationBatch, PortError> {
    let quantity = i32::try_from(paths.len()).map_err(|error| unbuildable(CREATE_INVALIDATION, &error))?;
    let paths = Paths::builder().quantity(quantity).set_items(Some(paths.to_vec())).build();
    let paths = paths.map_err(|error| unbuildable(CREATE_INVALIDATION, &error))?;
    let batch = InvalidationBatch::builder().paths(paths).caller_reference(caller_reference).build();
    batch.map_err(|error| unbuildable(CREATE_INVALIDATION, &error))
}
