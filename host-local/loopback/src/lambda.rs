//! Lambda's `Invoke` (REST JSON), which hands the event to the Runtime API.
//!
//! Status codes, headers and error names are those of the service model (botocore `lambda/2015-03-31`). An event of type
//! `Event` is tried three times, without the minutes that Lambda waits in between, and is then gone.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::HeaderValue;
use hyper::{Method, Request, Response};
use serde_json::json;

use crate::aws_error::{Service, json_reply, lambda_error};
use crate::faults::Faults;
use crate::http::Answer;
use crate::runtime_api::{Outcome, RuntimeApi};

/// The function's name.
pub const FUNCTION: &str = "purgeplan";
/// The function's timeout.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Tries of an asynchronous event.
const TRIES: usize = 3;
/// The largest event of a synchronous and of an asynchronous call (Lambda's quotas).
const LARGEST: (usize, usize) = (6 << 20, 1 << 20);

pub(crate) async fn answer(runtime: &Arc<RuntimeApi>, faults: &Faults, request: Request<Bytes>) -> Answer {
    let (head, body) = request.into_parts();
    let parts: Vec<&str> = head.uri.path().trim_matches('/').split('/').collect();
    let function = match (&head.method, parts.as_slice()) {
        (&Method::POST, ["2015-03-31", "functions", name, "invocations"]) => (*name).to_owned(),
        _ => return Answer::Reply(lambda_error(404, "UnknownOperationException", "This endpoint knows Invoke alone.")),
    };
    let kind = head.headers.get("X-Amz-Invocation-Type").and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or("RequestResponse").to_owned();
    faults.call(Service::Lambda, "Invoke", invoke(runtime, &function, &kind, body)).await
}

async fn invoke(runtime: &Arc<RuntimeApi>, function: &str, kind: &str, event: Bytes) -> Response<Bytes> {
    if function != FUNCTION {
        let message = format!("Function not found: arn:aws:lambda:us-east-1:123456789012:function:{function}");
        return lambda_error(404, "ResourceNotFoundException", &message);
    }
    let largest = if kind == "Event" { LARGEST.1 } else { LARGEST.0 };
    if event.len() > largest {
        let message = format!("Request must be smaller than {largest} bytes for the InvokeFunction operation");
        return lambda_error(413, "RequestTooLargeException", &message);
    }
    if serde_json::from_slice::<serde_json::Value>(&event).is_err() {
        return lambda_error(400, "InvalidRequestContentException", "Could not parse request body into json");
    }
    match kind {
        "DryRun" => executed(204, Bytes::new()),
        "Event" => {
            let runtime = Arc::clone(runtime);
            tokio::spawn(async move {
                for _ in 0..TRIES {
                    if matches!(runtime.invoke(event.clone(), TIMEOUT).await, Outcome::Response(_)) {
                        return;
                    }
                }
            });
            executed(202, Bytes::new())
        }
        "RequestResponse" => answered(runtime.invoke(event, TIMEOUT).await),
        _ => lambda_error(400, "InvalidParameterValueException", "Invalid InvocationType"),
    }
}

/// A function that failed is answered with 200 too; a header tells it.
fn answered(outcome: Outcome) -> Response<Bytes> {
    let body = match outcome {
        Outcome::Response(body) => return executed(200, body),
        Outcome::Error(error) | Outcome::InitFailed(error) => error.body,
        Outcome::TimedOut => json!({ "errorMessage": "Task timed out after 60.00 seconds" }).to_string().into(),
        Outcome::NotFetched | Outcome::Lost => {
            json!({ "errorType": "Runtime.ExitError", "errorMessage": "Runtime exited" }).to_string().into()
        }
    };
    let mut response = executed(200, body);
    response.headers_mut().insert("X-Amz-Function-Error", HeaderValue::from_static("Unhandled"));
    response
}

fn executed(status: u16, body: Bytes) -> Response<Bytes> {
    let mut response = json_reply(status, &serde_json::Value::Null);
    response.headers_mut().insert("X-Amz-Executed-Version", HeaderValue::from_static("$LATEST"));
    *response.body_mut() = body;
    response
}
