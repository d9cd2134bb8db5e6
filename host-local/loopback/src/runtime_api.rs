//! The Lambda Runtime API, version 2018-06-01, for one function process at a time.
//!
//! The owner starts the process, watches it, and kills it when an invocation has timed out, as Lambda would.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

use crate::Error;
use crate::http::{self, Answer, Connection, Server};

/// How long an invocation waits for a process that asks for work. Lambda gives a start 10 s; a busy machine gets more.
pub const INIT_LIMIT: Duration = Duration::from_secs(30);

const PREFIX: &str = "/2018-06-01/runtime/";
const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:purgeplan";

/// How an invocation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The function returned this.
    Response(Bytes),
    /// The function reported an error; Lambda would retry an asynchronous event.
    Error(FunctionError),
    /// The process reported that it cannot start. It must be started anew.
    InitFailed(FunctionError),
    /// No answer before the deadline. The owner kills the process, as Lambda does.
    TimedOut,
    /// No process asked for work within [`INIT_LIMIT`].
    NotFetched,
    /// A new process was announced while this invocation ran, so the old one's answer cannot come.
    Lost,
}

/// What a function process says of its failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// `errorType`; empty when the body has none.
    pub kind: String,
    /// `errorMessage`; empty when the body has none.
    pub message: String,
    /// The whole body, as it was sent.
    pub body: Bytes,
}

impl FunctionError {
    fn parse(body: Bytes) -> Self {
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let text = |field: &str| json[field].as_str().unwrap_or_default().to_owned();
        Self { kind: text("errorType"), message: text("errorMessage"), body }
    }
}

/// The Runtime API's server and the owner's side of it.
#[derive(Debug)]
pub struct RuntimeApi {
    shared: Arc<Shared>,
    address: SocketAddr,
    server: Server,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// The number of the poll that may fetch work: the newest one's.
    poll: u64,
    /// The first connection that the present process can have opened: what a killed one sent last may still come in.
    oldest: u64,
    invocations: u64,
    queue: VecDeque<Waiting>,
    running: BTreeMap<String, oneshot::Sender<Outcome>>,
    first_next: Option<Instant>,
    init_error: Option<FunctionError>,
}

#[derive(Debug)]
struct Waiting {
    id: String,
    payload: Bytes,
    timeout: Duration,
    fetched: oneshot::Sender<()>,
    answer: oneshot::Sender<Outcome>,
}

impl RuntimeApi {
    /// Starts the server on 127.0.0.1 (port 0 is any free one), inside a tokio runtime.
    ///
    /// # Errors
    /// [`Error::PortInUse`] or [`Error::Listen`].
    pub fn start(port: u16) -> Result<Self, Error> {
        let (listener, address) = http::listen("the Lambda Runtime API", port)?;
        let shared = Arc::new(Shared::default());
        let for_calls = Arc::clone(&shared);
        let server = http::serve(listener, move |request| {
            let shared = Arc::clone(&for_calls);
            async move { shared.answer(request).await }
        });
        Ok(Self { shared, address, server })
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`, as an address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// To be called before every start of a process: forgets the former process, its polls and its running invocations
    /// (they end as [`Outcome::Lost`]).
    pub fn new_process(&self) {
        let mut state = self.shared.lock();
        state.poll += 1;
        state.oldest = self.server.next_connection().0;
        state.running.clear();
        state.first_next = None;
        state.init_error = None;
        drop(state);
        self.shared.changed.notify_waiters();
    }

    /// Waits for the process's first request for work and tells when it came: the end of the start.
    ///
    /// # Errors
    /// What the process said when it reported that it cannot start. A process that dies silently is the owner's to notice.
    pub async fn first_next(&self) -> Result<Instant, FunctionError> {
        loop {
            let changed = self.shared.changed.notified();
            {
                let state = self.shared.lock();
                if let Some(error) = &state.init_error {
                    return Err(error.clone());
                }
                if let Some(time) = state.first_next {
                    return Ok(time);
                }
            }
            changed.await;
        }
    }

    /// Hands the payload to the process and waits for the outcome; `limit` counts from the hand-over and is the deadline
    /// that the process is told. Dropping the future takes the invocation back, so a payload whose process died can
    /// simply be invoked again; each invocation has a request id of its own.
    pub async fn invoke(&self, payload: impl Into<Bytes>, limit: Duration) -> Outcome {
        let (fetched, when_fetched) = oneshot::channel();
        let (answer, when_answered) = oneshot::channel();
        let ticket = {
            let mut state = self.shared.lock();
            if let Some(error) = &state.init_error {
                return Outcome::InitFailed(error.clone());
            }
            state.invocations += 1;
            let id = format!("00000000-0000-4000-8000-{:012x}", state.invocations);
            let ticket = Ticket { shared: &self.shared, id: id.clone() };
            state.queue.push_back(Waiting { id, payload: payload.into(), timeout: limit, fetched, answer });
            ticket
        };
        self.shared.changed.notify_waiters();
        if timeout(INIT_LIMIT, when_fetched).await.is_err() {
            return Outcome::NotFetched;
        }
        let outcome = timeout(limit, when_answered).await;
        drop(ticket);
        match outcome {
            Err(_) => Outcome::TimedOut,
            Ok(Err(_)) => Outcome::Lost,
            Ok(Ok(outcome)) => outcome,
        }
    }
}

/// Takes its invocation back when dropped.
struct Ticket<'a> {
    shared: &'a Shared,
    id: String,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.queue.retain(|waiting| waiting.id != self.id);
        state.running.remove(&self.id);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: Request<Bytes>) -> Answer {
        let (head, body) = request.into_parts();
        if head.extensions.get::<Connection>().is_some_and(|connection| connection.0 < self.lock().oldest) {
            return Answer::Reset;
        }
        let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        let reply = match (&head.method, parts.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => return self.next().await,
            (&Method::POST, ["invocation", id, "response"]) => self.finish(id, Outcome::Response(body)),
            (&Method::POST, ["invocation", id, "error"]) => self.finish(id, Outcome::Error(FunctionError::parse(body))),
            (&Method::POST, ["init", "error"]) => self.fail_init(FunctionError::parse(body)),
            _ => refuse(StatusCode::NOT_FOUND, "NotFound", "no such operation of the Runtime API"),
        };
        Answer::Reply(reply)
    }

    /// The long poll. A newer poll, or a new process, ends an older one, so work never goes to a process that is gone.
    async fn next(&self) -> Answer {
        let mine = {
            let mut state = self.lock();
            state.poll += 1;
            state.first_next.get_or_insert_with(Instant::now);
            state.poll
        };
        self.changed.notify_waiters();
        loop {
            let changed = self.changed.notified();
            {
                let mut state = self.lock();
                if state.poll != mine {
                    return Answer::Reset;
                }
                if let Some(work) = state.queue.pop_front() {
                    let Waiting { id, payload, timeout, fetched, answer } = work;
                    let response = invocation(&id, timeout, payload);
                    state.running.insert(id, answer);
                    // The invoker only goes away by taking the invocation back, which the lock excludes here.
                    let _ = fetched.send(());
                    return Answer::Reply(response);
                }
            }
            changed.await;
        }
    }

    fn finish(&self, id: &str, outcome: Outcome) -> Response<Bytes> {
        let Some(answer) = self.lock().running.remove(id) else {
            return refuse(
                StatusCode::BAD_REQUEST,
                "InvalidRequestID",
                "no invocation with this request id is running",
            );
        };
        let _ = answer.send(outcome);
        accepted()
    }

    fn fail_init(&self, error: FunctionError) -> Response<Bytes> {
        let mut state = self.lock();
        for waiting in state.queue.drain(..) {
            let _ = waiting.answer.send(Outcome::InitFailed(error.clone()));
        }
        state.init_error = Some(error);
        drop(state);
        self.changed.notify_waiters();
        accepted()
    }
}

fn invocation(id: &str, limit: Duration, payload: Bytes) -> Response<Bytes> {
    let deadline = SystemTime::now() + limit;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    Response::builder()
        .header("Content-Type", "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", id)
        .header("Lambda-Runtime-Deadline-Ms", deadline.to_string())
        .header("Lambda-Runtime-Invoked-Function-Arn", FUNCTION_ARN)
        .header("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0")
        .body(payload)
        .expect("the headers are printable ASCII")
}

fn accepted() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(br#"{"status":"OK"}"#));
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

fn refuse(status: StatusCode, kind: &str, message: &str) -> Response<Bytes> {
    let body = serde_json::json!({ "errorType": kind, "errorMessage": message });
    let mut response = Response::new(body.to_string().into());
    *response.status_mut() = status;
    response
}
