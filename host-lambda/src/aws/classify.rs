//! Which errors of AWS a later try may mend.

use std::error::Error;

use aws_sdk_codecommit::error::ProvideErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use crate::failure::printable;
use crate::ports::PortError;

/// Error codes that say "not now", whatever the HTTP status: those that the AWS SDK retries (`aws-runtime`,
/// `retries/classifiers.rs`), CloudFront's two own (AWS.md, "Quotas"), and the general names of a service's own fault.
const NOT_NOW: [&str; 19] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "SlowDown",
    "ThrottledException",
    "TooManyInvalidationsInProgress",
    "TooManyRequestsException",
];

/// An answer that lacks what it must have was cut short on its way.
pub(super) fn incomplete(operation: &'static str, lack: &str) -> PortError {
    PortError { operation, retriable: true, code: "answer".to_owned(), message: format!("the answer has {lack}") }
}

/// A request, or a page, that could not even be written.
pub(super) fn unbuildable(operation: &'static str, error: &dyn Error) -> PortError {
    PortError { operation, retriable: false, code: "request".to_owned(), message: error.to_string() }
}

/// What one failed attempt means.
pub(super) fn port_error<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let failed = |retriable, code: &str| PortError {
        operation,
        retriable,
        code: code.to_owned(),
        message: printable(&chain(error)),
    };
    match error {
        SdkError::TimeoutError(_) => failed(true, "timeout"),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => failed(true, "timeout"),
        SdkError::DispatchFailure(failure) => {
            let sent = failure.is_io() || failure.as_other().is_some() || by_http_client(error);
            failed(sent, if sent { "connection" } else { "request" })
        }
        SdkError::ResponseError(response) => answered(operation, response.raw(), None, &chain(error)),
        SdkError::ServiceError(service) => {
            let metadata = service.err().meta();
            let message = metadata.message().map_or_else(|| chain(error), str::to_owned);
            answered(operation, service.raw(), metadata.code(), &message)
        }
        _ => failed(false, "request"),
    }
}

/// Whether the HTTP client failed, say on an answer that is not HTTP. The SDK gives this the same kind as a request
/// that it could not even make (no credentials, no region); the client's words alone tell them apart.
fn by_http_client(error: &dyn Error) -> bool {
    chain(error).contains("client error (")
}

/// An answer of the service that is an error, or that cannot be read.
fn answered(operation: &'static str, raw: &HttpResponse, code: Option<&str>, message: &str) -> PortError {
    let status = raw.status();
    // Throttled CodeCommit answers HTTP 400 with XML although it speaks JSON (boto3#3663): the SDK finds no code.
    let body = raw.body().bytes().map(String::from_utf8_lossy).unwrap_or_default();
    let code = code.or_else(|| element(&body, "Code")).or_else(|| exception(&body));
    // A success that cannot be read was cut short on its way.
    let retriable = status.is_success()
        || status.is_server_error()
        || matches!(status.as_u16(), 408 | 429)
        || code.is_some_and(|code| code.starts_with("Throttling") || NOT_NOW.contains(&code));
    PortError {
        operation,
        retriable,
        code: code.map_or_else(|| fallback_code(status.as_u16(), status.is_success()), printable),
        message: printable(element(&body, "Message").unwrap_or(message)),
    }
}

fn fallback_code(status: u16, success: bool) -> String {
    if success { "answer".to_owned() } else { format!("HTTP {status}") }
}

/// The text of the first XML element of this name.
fn element<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = body.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// The name of the body's outermost XML element, when it names an exception: `<ThrottlingException>`.
fn exception(body: &str) -> Option<&str> {
    let (name, _) = body.trim_start().strip_prefix('<')?.split_once('>')?;
    Some(name).filter(|name| name.ends_with("Exception") && name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// An error and its causes in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_xml_element_is_found_in_any_body() {
        let body = "<ErrorResponse><Error>\n<Code> Throttling </Code><Message>Rate exceeded</Message></Error>";
        assert_eq!(element(body, "Code"), Some("Throttling"));
        assert_eq!(element(body, "Message"), Some("Rate exceeded"));
        assert_eq!(element("{\"Code\":1}", "Code"), None);
        assert_eq!(element("<Code>cut", "Code"), None);
        assert_eq!(element("<Code></Code>", "Code"), None);
    }

    #[test]
    fn an_outermost_element_that_names_an_exception_is_the_code() {
        let body = "<ThrottlingException>\n  <Message>Rate exceeded</Message>\n</ThrottlingException>\n";
        assert_eq!(exception(body), Some("ThrottlingException"));
        for other in ["<html>no</html>", "{\"__type\":\"<AException>\"}", "<a b=\"Exception>\"", "", "<Exception"] {
            assert_eq!(exception(other), None, "{other}");
        }
    }
}
