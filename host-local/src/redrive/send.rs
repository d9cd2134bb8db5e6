//! Lambda through the SDK: each event by a call that waits for its end, so that what failed again is known.

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use purgeplan_core::count;
use serde_json::Value;

use crate::failure::Failure;

/// With a reserved concurrency of 1 the function is often busy (`TooManyRequestsException`).
const ATTEMPTS: u32 = 8;

pub(crate) struct Lambda<'a> {
    client: Client,
    function: &'a str,
}

impl<'a> Lambda<'a> {
    /// A client, once a dry run has shown that the function is there and may be called.
    pub(crate) async fn of(function: &'a str) -> Result<Self, Failure> {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            // An answer may take as long as the function does.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .load()
            .await;
        let lambda = Self { client: Client::new(&config), function };
        let call = lambda.client.invoke().function_name(function).invocation_type(InvocationType::DryRun);
        match call.payload(Blob::new("{}")).send().await {
            Ok(_) => Ok(lambda),
            Err(error) => Err(Failure::new(
                format!("function `{function}` cannot be called: {}; nothing was sent", said(&error)),
                "check the name, AWS_REGION and the credentials (with a profile: `eval \"$(aws configure \
                 export-credentials --format env)\"`); the caller needs lambda:InvokeFunction",
            )),
        }
    }

    /// Sends an event and waits; yields what was done, or why it was not.
    pub(crate) async fn send(&self, event: &[u8]) -> Result<String, String> {
        let call = self.client.invoke().function_name(self.function).invocation_type(InvocationType::RequestResponse);
        let answer = call.payload(Blob::new(event)).send().await.map_err(|error| said(&error))?;
        let payload = answer.payload().map(Blob::as_ref).unwrap_or_default();
        let payload: Value = serde_json::from_slice(payload).unwrap_or_default();
        if answer.function_error().is_some() {
            return Err(payload["errorMessage"]
                .as_str()
                .unwrap_or("the function failed and does not say why")
                .to_owned());
        }
        judged(&payload)
    }
}

/// The service's code and message, or what happened on the way to it.
fn said<E, R>(error: &aws_sdk_lambda::error::SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    match error.as_service_error().and_then(|error| Some((error.code()?, error.message().unwrap_or_default()))) {
        Some((code, message)) => format!("{code}: {message}"),
        None => DisplayErrorContext(error).to_string(),
    }
}

/// A function that answers may still have left work undone: messages of a queue that it hands back, and a job whose deploy
/// it did not get to purge. CodePipeline, which would be told, has closed such a job long ago.
fn judged(report: &Value) -> Result<String, String> {
    let handed_back = report["batchItemFailures"].as_array().map_or(0, Vec::len);
    if handed_back > 0 {
        return Err(format!("{} handed back", count(handed_back, "message")));
    }
    let codes: Vec<&str> = report["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if report["event"] == "job" && report["head"] == "" {
        return Err(format!("the deploy was not purged ({}); the function's log says why", codes.join(" ")));
    }
    let paths = report["billed_paths"].as_u64().and_then(|paths| usize::try_from(paths).ok());
    Ok(match paths {
        Some(0) => "nothing was stale".to_owned(),
        Some(paths) => format!("{} purged", count(paths, "path")),
        None => "answered".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_that_leaves_work_undone_is_a_failure() {
        assert_eq!(
            judged(&json!({ "event": "objects", "head": "c", "billed_paths": 2 })).as_deref(),
            Ok("2 paths purged")
        );
        assert_eq!(judged(&json!({ "batchItemFailures": [] })).as_deref(), Ok("answered"));
        assert!(judged(&json!({ "batchItemFailures": [{ "itemIdentifier": "a" }] })).is_err());
        assert!(judged(&json!({ "event": "job", "head": "", "warnings": ["wire"], "billed_paths": 0 })).is_err());
        let waits = json!({ "event": "job", "head": "c", "handed_back": 1, "billed_paths": 1 });
        assert_eq!(judged(&waits).as_deref(), Ok("1 path purged"), "it only waits for CloudFront");
    }
}
