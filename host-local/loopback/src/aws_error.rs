//! Error answers in the shapes that the AWS SDKs parse.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use quick_xml::escape::escape;
use serde_json::json;

use crate::account::ACCOUNT;
use crate::cloudfront::NAMESPACE;

/// A service, for the shape of its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// JSON 1.1.
    CodeCommit,
    /// JSON 1.1.
    CodePipeline,
    /// REST XML, the error in a frame of its own.
    CloudFront,
    /// REST JSON, the code in a header.
    Lambda,
    /// REST XML, the bare error.
    S3,
}

impl Service {
    /// Too many calls.
    pub(crate) fn throttled(self) -> Response<Bytes> {
        match self {
            Self::CodeCommit | Self::CodePipeline => json_error(400, "ThrottlingException", "Rate exceeded"),
            Self::CloudFront => xml_error(400, "Throttling", "Rate exceeded"),
            Self::Lambda => lambda_error(429, "TooManyRequestsException", "Rate Exceeded."),
            Self::S3 => s3_error(503, "SlowDown", "Please reduce your request rate."),
        }
    }

    /// The service failed (500).
    pub(crate) fn internal_failure(self) -> Response<Bytes> {
        let message = "The request processing has failed because of an unknown error.";
        match self {
            Self::CodeCommit | Self::CodePipeline => json_error(500, "InternalFailure", message),
            Self::CloudFront => xml_error(500, "InternalError", message),
            Self::Lambda => lambda_error(500, "ServiceException", message),
            Self::S3 => s3_error(500, "InternalError", "We encountered an internal error. Please try again."),
        }
    }

    /// The service is down for a moment (503).
    pub(crate) fn unavailable(self) -> Response<Bytes> {
        match self {
            Self::CodeCommit | Self::CodePipeline => {
                json_error(503, "ServiceUnavailable", "The service is unavailable.")
            }
            Self::CloudFront => {
                xml_error(503, "ServiceUnavailable", "CloudFront encountered an internal error. Please try again.")
            }
            Self::Lambda => lambda_error(503, "ServiceUnavailableException", "The service is unavailable."),
            Self::S3 => s3_error(503, "ServiceUnavailable", "Service is unable to handle request."),
        }
    }

    /// IAM says no: 400 from the JSON services, 403 from the others.
    pub(crate) fn forbidden(self, operation: &str) -> Response<Bytes> {
        let action = match (self, operation) {
            (Self::CodeCommit, _) => format!("codecommit:{operation}"),
            (Self::CodePipeline, _) => format!("codepipeline:{operation}"),
            (Self::CloudFront, _) => format!("cloudfront:{operation}"),
            (Self::Lambda, "Invoke") => "lambda:InvokeFunction".to_owned(),
            (Self::Lambda, _) => format!("lambda:{operation}"),
            (Self::S3, "ListObjectsV2") => "s3:ListBucket".to_owned(),
            (Self::S3, _) => format!("s3:{operation}"),
        };
        let message = format!(
            "User: arn:aws:sts::{ACCOUNT}:assumed-role/purgeplan/purgeplan is not authorized to perform: {action} because \
             no identity-based policy allows the {action} action"
        );
        match self {
            Self::CodeCommit | Self::CodePipeline => json_error(400, "AccessDeniedException", &message),
            Self::CloudFront => xml_error(403, "AccessDenied", &message),
            Self::Lambda => lambda_error(403, "AccessDeniedException", &message),
            Self::S3 => s3_error(403, "AccessDenied", &message),
        }
    }
}

/// CodeCommit's throttling as its front end writes it: 400 with XML in the place of JSON (boto/boto3#3663).
pub(crate) fn throttled_in_xml() -> Response<Bytes> {
    let body = "<ThrottlingException>\n  <Message>Rate exceeded</Message>\n</ThrottlingException>\n";
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

/// An error of a JSON 1.1 service.
pub(crate) fn json_error(status: u16, code: &str, message: &str) -> Response<Bytes> {
    json_reply(status, &json!({ "__type": code, "message": message }))
}

/// An answer of a JSON 1.1 service.
pub(crate) fn json_reply(status: u16, body: &serde_json::Value) -> Response<Bytes> {
    reply(status, "application/x-amz-json-1.1", body.to_string())
}

/// An error of CloudFront.
pub(crate) fn xml_error(status: u16, code: &str, message: &str) -> Response<Bytes> {
    let (fault, message) = (if status < 500 { "Sender" } else { "Receiver" }, xml_text(message));
    xml_reply(
        status,
        &format!(
            "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{fault}</Type><Code>{code}</Code><Message>{message}\
             </Message></Error><RequestId>{}</RequestId></ErrorResponse>",
            request_id()
        ),
    )
}

/// The answer of a JSON 1.1 operation without output: 200 and no body (API reference of `PutJobSuccessResult`).
pub(crate) fn empty_reply() -> Response<Bytes> {
    reply(200, "application/x-amz-json-1.1", String::new())
}

/// An error of Lambda.
pub(crate) fn lambda_error(status: u16, code: &'static str, message: &str) -> Response<Bytes> {
    let mut response = json_reply(status, &json!({ "Type": "User", "Message": message }));
    response.headers_mut().insert("x-amzn-ErrorType", HeaderValue::from_static(code));
    response
}

/// An error of S3.
pub(crate) fn s3_error(status: u16, code: &str, message: &str) -> Response<Bytes> {
    let (message, id) = (xml_text(message), request_id());
    let body = format!(
        "<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{id}</RequestId><HostId>loopback</HostId></Error>"
    );
    s3_reply(status, &body)
}

/// An answer of S3.
pub(crate) fn s3_reply(status: u16, body: &str) -> Response<Bytes> {
    reply(status, "application/xml", format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"))
}

/// An answer of CloudFront.
pub(crate) fn xml_reply(status: u16, body: &str) -> Response<Bytes> {
    reply(status, "text/xml", format!("<?xml version=\"1.0\"?>\n{body}"))
}

/// Text as XML can carry it: escaped, and what XML 1.0 has no form for replaced.
pub(crate) fn xml_text(text: &str) -> String {
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r') || !(c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}'));
    let text: String = text.chars().map(|c| if legal(c) { c } else { char::REPLACEMENT_CHARACTER }).collect();
    escape(text).into_owned()
}

fn reply(status: u16, content_type: &'static str, body: String) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, content_type)
        .header("x-amzn-RequestId", request_id())
        .body(body.into())
        .expect("the status is one of this crate's own and the headers are ASCII")
}

fn request_id() -> String {
    static ISSUED: AtomicU64 = AtomicU64::new(0);
    format!("10000000-0000-4000-8000-{:012x}", ISSUED.fetch_add(1, Ordering::Relaxed))
}
