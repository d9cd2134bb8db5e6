//! CloudFront through the SDK.

use aws_config::SdkConfig;
use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{Invalidation, InvalidationBatch, Paths};

use super::classify::port_error;
use super::whole_answer::WholeAnswer;
use crate::ports::{CloudFront, Created, PortError};

const CREATE_INVALIDATION: &str = "CreateInvalidation";

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
            return Err(PortError {
                operation: CREATE_INVALIDATION,
                retriable: true,
                code: "answer".to_owned(),
                message: "the answer has no `Id`".to_owned(),
            });
        }
        Ok(Created { id: id.to_owned() })
    }
}

fn batch(caller_reference: &str, paths: &[String]) -> Result<InvalidationBatch, PortError> {
    let quantity = i32::try_from(paths.len()).map_err(|error| unbuildable(&error))?;
    let paths = Paths::builder().quantity(quantity).set_items(Some(paths.to_vec())).build();
    let paths = paths.map_err(|error| unbuildable(&error))?;
    let batch = InvalidationBatch::builder().paths(paths).caller_reference(caller_reference).build();
    batch.map_err(|error| unbuildable(&error))
}

fn unbuildable(error: &dyn std::error::Error) -> PortError {
    PortError {
        operation: CREATE_INVALIDATION,
        retriable: false,
        code: "request".to_owned(),
        message: error.to_string(),
    }
}
