//! The one place where a call is retried: full jitter, inside the time that the invocation has left.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use backon::{ExponentialBuilder, Retryable};
use tokio::time::{Instant, timeout};

use crate::advice;
use crate::failure::Failure;
use crate::ports::PortError;

/// What is kept of an invocation's time to report a failure before Lambda ends the process.
const REPORT_MARGIN: Duration = Duration::from_millis(500);

/// Upper bound of the first wait.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// Upper bound of any wait: CloudFront's rates are low enough that a throttled account needs many seconds.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// An attempt gets no less time than this, while there is any.
const LEAST_PATIENCE: Duration = Duration::from_millis(250);

/// The code of an attempt that was given up.
const SILENT: &str = "timeout";

/// One invocation: who it is, how long it may run, and what it has cost so far.
#[derive(Debug)]
pub struct Invocation {
    request_id: String,
    started: Instant,
    deadline: Instant,
    spent: Arc<Spent>,
}

/// What an invocation has cost so far.
#[derive(Debug, Default)]
struct Spent {
    calls: AtomicU32,
    retries: AtomicU32,
    /// Of each attempt, in milliseconds.
    durations: Mutex<BTreeMap<&'static str, Vec<u64>>>,
}

impl Invocation {
    /// An invocation that Lambda ends at `lambda_deadline`; it stops itself half a second earlier.
    #[must_use]
    pub fn until(request_id: impl Into<String>, lambda_deadline: SystemTime) -> Self {
        let left = lambda_deadline.duration_since(SystemTime::now()).unwrap_or_default();
        Self::lasting(request_id, left.saturating_sub(REPORT_MARGIN))
    }

    /// An invocation that may run for `time`.
    #[must_use]
    pub fn lasting(request_id: impl Into<String>, time: Duration) -> Self {
        let started = Instant::now();
        Self { request_id: request_id.into(), started, deadline: started + time, spent: Arc::default() }
    }

    /// A part of this invocation, which gives up earlier.
    #[must_use]
    pub fn until_only(&self, deadline: Instant) -> Self {
        let deadline = deadline.min(self.deadline);
        Self { request_id: self.request_id.clone(), started: self.started, deadline, spent: Arc::clone(&self.spent) }
    }

    /// Lambda's request id.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The moment at which the invocation gives up.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The end of a fair share of the time left, when `parts` pieces of work still wait.
    #[must_use]
    pub fn share(&self, parts: u32) -> Instant {
        let now = Instant::now();
        now + self.deadline.saturating_duration_since(now) / parts.max(1)
    }

    /// AWS calls made so far, retries included.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.spent.calls.load(Ordering::Relaxed)
    }

    /// Retries made so far.
    #[must_use]
    pub fn retries(&self) -> u32 {
        self.spent.retries.load(Ordering::Relaxed)
    }

    /// How long each attempt took so far, in milliseconds, by operation.
    #[must_use]
    pub fn durations(&self) -> BTreeMap<&'static str, Vec<u64>> {
        self.spent.durations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes how long an attempt took.
    pub(crate) fn note(&self, operation: &'static str, duration: Duration) {
        let mut durations = self.spent.durations.lock().unwrap_or_else(PoisonError::into_inner);
        durations.entry(operation).or_default().push(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
    }

    /// Milliseconds since the invocation began.
    #[must_use]
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Makes a call and repeats it while a repetition can help and the next wait ends before `deadline`.
///
/// `operation` is the API's name of the call. `subject` says what it is about, for the message of a failure:
/// ``branch `main` of repository `site` ``.
pub async fn call<T, F, Fut>(
    invocation: &Invocation,
    deadline: Instant,
    operation: &'static str,
    subject: &str,
    attempt: F,
) -> Result<T, Failure>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, PortError>>,
{
    call_or_refusal(invocation, deadline, operation, subject, attempt).await?.map_err(|error| refused(subject, &error))
}

/// [`call`] for callers that have another way when AWS refuses for good: the inner error is such a refusal, the outer
/// one a failure that a later try may mend.
pub(crate) async fn call_or_refusal<T, F, Fut>(
    invocation: &Invocation,
    deadline: Instant,
    operation: &'static str,
    subject: &str,
    mut attempt: F,
) -> Result<Result<T, PortError>, Failure>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, PortError>>,
{
    let tries = AtomicU32::new(0);
    let mut told = None;
    let once = || {
        tries.fetch_add(1, Ordering::Relaxed);
        invocation.spent.calls.fetch_add(1, Ordering::Relaxed);
        let patience = patience(deadline);
        // Boxed: the SDK's futures are several KB, and nested deeper than the compiler's recursion limit.
        let answer = timeout(patience, Box::pin(attempt()));
        async move {
            let begun = Instant::now();
            let answer = answer.await.unwrap_or_else(|_| Err(silent(operation, patience)));
            invocation.note(operation, begun.elapsed());
            answer
        }
    };
    let outcome = once
        .retry(ExponentialBuilder::new().with_min_delay(FIRST_WAIT).with_max_delay(LONGEST_WAIT).without_max_times())
        .when(|error: &PortError| error.retriable)
        .adjust(|_, longest| longest.map(full_jitter).filter(|wait| Instant::now() + *wait < deadline))
        .notify(|error, wait| {
            invocation.spent.retries.fetch_add(1, Ordering::Relaxed);
            log_retry(error, subject, tries.load(Ordering::Relaxed), wait);
            if error.code != SILENT {
                told = Some(error.clone());
            }
        })
        .await;
    let error = match outcome {
        Ok(answer) => return Ok(Ok(answer)),
        Err(error) if !error.retriable => return Ok(Err(error)),
        Err(error) => error,
    };
    let tries = tries.into_inner();
    Err(match told.filter(|_| error.code == SILENT) {
        // The deadline cut the last try short: what AWS said before is the cause.
        Some(told) => exhausted(subject, tries, &format!("{told}; then {}", error.message)),
        None => exhausted(subject, tries, &error.to_string()),
    })
}

/// How long one attempt may take: a third of the time left, so that a call that hangs is tried again even under
/// Lambda's default timeout of 3 s. The SDK's own limit of an attempt comes first when much time is left.
fn patience(deadline: Instant) -> Duration {
    let left = deadline.saturating_duration_since(Instant::now());
    left.min((left / 3).max(LEAST_PATIENCE))
}

fn silent(operation: &'static str, patience: Duration) -> PortError {
    let message = format!("no answer within {} ms", patience.as_millis());
    PortError { operation, retriable: true, code: SILENT.to_owned(), message }
}

/// Anything from zero to the bound: callers that were throttled together do not come back together.
fn full_jitter(bound: Duration) -> Duration {
    bound.mul_f32(fastrand::f32())
}

fn log_retry(error: &PortError, subject: &str, attempt: u32, wait: Duration) {
    tracing::warn!(
        operation = error.operation,
        subject,
        code = error.code,
        error = error.message,
        attempt,
        wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        "retry"
    );
}

pub(crate) fn refused(subject: &str, error: &PortError) -> Failure {
    Failure::new("aws-refused", format!("{subject}: {error}"), advice::on(error))
}

fn exhausted(subject: &str, tries: u32, cause: &str) -> Failure {
    let times = if tries == 1 { "once".to_owned() } else { format!("{tries} times") };
    Failure::new(
        "aws-unavailable",
        format!("{subject}: tried {times} until the invocation's deadline: {cause}"),
        "Lambda runs this event again (twice by default) and then hands it to the function's dead-letter queue or \
         failure destination; if this repeats, raise the function's timeout",
    )
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn error(retriable: bool, code: &str) -> PortError {
        PortError { operation: "GetBranch", retriable, code: code.into(), message: "said so".into() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_passing_error_is_retried_until_the_call_succeeds() {
        let invocation = Invocation::lasting("r", Duration::from_mins(10));
        let left = Cell::new(5);
        let answer = call(&invocation, invocation.deadline(), "GetBranch", "branch `main`", || {
            let failing = left.replace(left.get() - 1) > 0;
            async move { if failing { Err(error(true, "Throttling")) } else { Ok(7) } }
        })
        .await;
        assert_eq!(answer.ok(), Some(7));
        assert_eq!((invocation.calls(), invocation.retries()), (6, 5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_permanent_error_is_reported_at_once_with_its_cause() {
        let invocation = Invocation::lasting("r", Duration::from_mins(1));
        let failure = call(&invocation, invocation.deadline(), "GetBranch", "branch `main`", || async {
            Err::<(), _>(error(false, "BranchDoesNotExistException"))
        })
        .await
        .expect_err("permanent");
        assert_eq!(failure.code, "aws-refused");
        assert_eq!(failure.message, "branch `main`: GetBranch: `BranchDoesNotExistException`: said so");
        assert!(failure.help.contains("`branch_name`"), "{}", failure.help);
        assert_eq!((invocation.calls(), invocation.elapsed_ms()), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn retries_end_before_the_deadline_and_say_who_takes_over() {
        let invocation = Invocation::lasting("r", Duration::from_secs(30));
        let failure = call(&invocation, invocation.deadline(), "GetBranch", "distribution `E1`", || async {
            Err::<(), _>(error(true, "Throttling"))
        })
        .await
        .expect_err("never succeeds");
        assert_eq!(failure.code, "aws-unavailable");
        assert!(failure.message.contains(&format!("tried {} times", invocation.calls())), "{}", failure.message);
        assert!(failure.message.contains("Throttling"), "{}", failure.message);
        assert!(failure.help.contains("dead-letter queue"), "{}", failure.help);
        assert!(invocation.retries() >= 3 && invocation.elapsed_ms() < 30_000, "{invocation:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_never_answers_is_tried_again_even_in_lambdas_default_time() {
        let invocation = Invocation::lasting("r", Duration::from_millis(2_500));
        let never = std::future::pending::<Result<(), _>>;
        let failure =
            call(&invocation, invocation.deadline(), "GetCommit", "commit `c`", never).await.expect_err("no answer");
        assert!(invocation.calls() >= 3 && invocation.elapsed_ms() <= 2_500, "{invocation:?}");
        let tried = format!("commit `c`: tried {} times until the invocation's deadline", invocation.calls());
        assert!(failure.message.starts_with(&tried), "{}", failure.message);
        assert!(failure.message.contains("GetCommit: `timeout`: no answer within"), "{}", failure.message);
    }

    #[tokio::test(start_paused = true)]
    async fn a_last_try_that_the_deadline_cuts_short_does_not_hide_what_aws_said() {
        let invocation = Invocation::lasting("r", Duration::from_secs(5));
        let failure = call(&invocation, invocation.deadline(), "GetBranch", "branch `main`", || async {
            // Slower with each try, so that the last ones are always given up.
            if invocation.calls() > 2 {
                std::future::pending::<()>().await;
            }
            Err::<(), _>(error(true, "Throttling"))
        })
        .await
        .expect_err("never succeeds");
        assert!(
            failure.message.contains("GetBranch: `Throttling`: said so; then no answer within"),
            "{}",
            failure.message
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_left_is_shared_by_what_still_waits() {
        let invocation = Invocation::lasting("r", Duration::from_secs(30));
        assert_eq!(invocation.share(3) - Instant::now(), Duration::from_secs(10));
        assert_eq!(invocation.share(1), invocation.deadline());
    }

    #[tokio::test]
    async fn lambdas_deadline_is_taken_with_a_margin_and_may_have_passed() {
        let invocation = Invocation::until("r", SystemTime::now() + Duration::from_secs(10));
        let left = invocation.deadline() - Instant::now();
        assert!(left > Duration::from_secs(9) && left <= Duration::from_millis(9_500), "{left:?}");
        let late = Invocation::until("r", SystemTime::UNIX_EPOCH);
        assert!(late.deadline() <= Instant::now());
    }
}
