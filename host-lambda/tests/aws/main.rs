//! The SDK adapters against real HTTP on loopback: what is sent, what is read, and what a failed attempt means.

mod cloudfront;
mod codecommit;
mod codepipeline;
mod s3;
mod server;

use purgeplan_lambda::ports::{Bucket, CloudFront, CodeCommit, Pipeline};
use server::{Once, answer, cloudfront, codecommit, codepipeline, s3};

#[tokio::test]
async fn a_denial_is_told_from_other_refusals_in_every_service() {
    let json = r#"{"__type":"AccessDeniedException","Message":"not authorized"}"#;
    let cloudfront_xml = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    let s3_xml = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
    let server = Once::answering(Some(&answer(400, json)));
    let pipeline = codepipeline(&server.url).await.executions("p", None).await.expect_err("denied");
    let server = Once::answering(Some(&answer(400, json)));
    let file = codecommit(&server.url).await.file("c", "p").await.expect_err("denied");
    let server = Once::answering(Some(&answer(403, cloudfront_xml)));
    let ledger = cloudfront(&server.url).await.list_invalidations("E1").await.expect_err("denied");
    let server = Once::answering(Some(&answer(403, s3_xml)));
    let keys = s3(&server.url).await.keys("b", None).await.expect_err("denied");
    for error in [pipeline, file, ledger, keys] {
        assert!(error.denied() && !error.retriable, "{error}");
    }
    let server = Once::answering(Some(&answer(400, r#"{"__type":"PipelineNotFoundException","message":"no"}"#)));
    let error = codepipeline(&server.url).await.executions("p", None).await.expect_err("unknown");
    assert!(!error.denied() && !error.retriable, "{error}");
    let server = Once::answering(Some(&answer(503, "<Error><Code>SlowDown</Code><Message>no</Message></Error>")));
    let error = s3(&server.url).await.keys("b", None).await.expect_err("slow");
    assert!(error.retriable, "{error}");
}
