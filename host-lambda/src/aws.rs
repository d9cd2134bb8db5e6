//! The ports, played by the AWS SDK.

mod classify;
mod cloudfront;
mod codecommit;
mod codepipeline;
mod distribution_config;
mod s3;
mod whole_answer;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader};

pub use cloudfront::AwsCloudFront;
pub use codecommit::AwsCodeCommit;
pub use codepipeline::AwsCodePipeline;
pub use s3::AwsS3;

/// How long a TCP and TLS connection may take to come up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Loads the SDK's configuration from Lambda's environment (region, credentials, `AWS_ENDPOINT_URL` and its per-service
/// forms). The SDK retries nothing: [`crate::retry`] does, because only it knows the invocation's deadline.
#[must_use]
pub fn loader(attempt_timeout: Duration) -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT.min(attempt_timeout))
        .operation_attempt_timeout(attempt_timeout)
        .build();
    aws_config::defaults(BehaviorVersion::latest()).retry_config(RetryConfig::disabled()).timeout_config(timeouts)
}
