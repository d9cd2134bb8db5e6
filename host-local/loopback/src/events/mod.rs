//! The other shapes in which an event reaches a function: through SNS, SQS and EventBridge.
//!
//! They nest as they do in AWS: [`sqs::event`] of [`sns::envelope`] of [`notification`](crate::s3_event::notification) is
//! S3 through SNS into SQS; without the envelope in between it is raw message delivery.

pub mod codecommit;
pub mod eventbridge;
pub mod sns;
pub mod sqs;
