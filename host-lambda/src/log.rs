//! One JSON object a line on standard output: what the function did, and why.
//!
//! Nothing here writes an event, a credential or an environment variable's value as a whole; names from outside are
//! escaped by JSON, so that none of them can forge a line.

use std::collections::BTreeSet;

use tracing::level_filters::LevelFilter;
use tracing::{Level, Span, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::base::Warning;
use crate::failure::Failure;
use crate::handler::Report;
use crate::plan::{Decision, Diagnostic, Plan};
use crate::ports::PortError;
use crate::retry::Invocation;

/// Begins to log. The level is `AWS_LAMBDA_LOG_LEVEL`, then `RUST_LOG`, else `info`; `lookup` finds a variable.
pub fn init(lookup: impl Fn(&str) -> Option<String>) {
    let level = level(lookup("AWS_LAMBDA_LOG_LEVEL").as_deref(), lookup("RUST_LOG").as_deref());
    tracing_subscriber::registry().with(lines(std::io::stdout)).with(filter(level)).init();
}

/// One flat JSON object a line.
fn lines<S, W>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .with_ansi(false)
        .with_writer(writer)
}

/// Other crates speak from `warn` up only: below that, the runtime prints whole events and the SDK signed requests.
fn filter(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target(env!("CARGO_CRATE_NAME"), level)
        // It repeats, without structure, the failure that `failed` has told.
        .with_target("lambda_runtime::layers::panic", LevelFilter::OFF)
}

fn level(lambda: Option<&str>, rust_log: Option<&str>) -> LevelFilter {
    if let Some(name) = lambda {
        // Lambda's FATAL has no counterpart here.
        let name = if name.eq_ignore_ascii_case("fatal") { "error" } else { name };
        if let Ok(level) = name.parse() {
            return level;
        }
    }
    let Some(Ok(targets)) = rust_log.map(str::parse::<Targets>) else { return LevelFilter::INFO };
    [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR]
        .into_iter()
        .find(|level| targets.would_enable(env!("CARGO_CRATE_NAME"), level))
        .map_or(LevelFilter::OFF, LevelFilter::from_level)
}

/// The span of one invocation: its id is on every line.
pub(crate) fn span(invocation: &Invocation) -> Span {
    tracing::info_span!("invocation", request_id = invocation.request_id())
}

/// One line a decision at debug. What is not in the trigger is not this event's business.
pub(crate) fn decisions(plan: &Plan) {
    if !tracing::enabled!(Level::DEBUG) {
        return;
    }
    for decision in plan.decisions.iter().filter(|decision| decision.reason != "not-in-trigger") {
        log_decision(decision);
    }
}

fn log_decision(decision: &Decision) {
    // URLs and paths are percent-encoded and so hold no space.
    let joined = |texts: Vec<&str>| texts.join(" ");
    let urls = joined(decision.urls.iter().map(|url| url.viewer.as_str()).collect());
    let forms = joined(decision.urls.iter().map(|url| url.form.as_str()).collect());
    let paths: BTreeSet<&str> = decision.urls.iter().filter_map(|url| url.path.as_deref()).collect();
    tracing::debug!(
        change = decision.change,
        path = decision.path,
        from = decision.from,
        key = decision.key,
        outcome = decision.outcome,
        reason = decision.reason,
        rule = decision.rule,
        commit = decision.commit,
        urls,
        forms,
        paths = joined(paths.into_iter().collect()),
        "decision"
    );
}

/// One line a diagnostic of the core.
pub(crate) fn diagnostics(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        tracing::warn!(
            severity = diagnostic.severity,
            code = diagnostic.code,
            text = diagnostic.message,
            help = diagnostic.help,
            "diagnostic"
        );
    }
}

/// One line for how the base was found, and one for each thing that made it less certain.
pub(crate) fn base(base: Option<&str>, everything: Option<&Warning>, warnings: &[Warning]) {
    for warning in everything.into_iter().chain(warnings) {
        tracing::warn!(code = warning.code, text = warning.message, help = warning.help, "base");
    }
    tracing::debug!(base, everything = everything.is_some(), "base found");
}

/// A call that the work can do without was refused.
pub(crate) fn optional_refused(subject: &str, error: &PortError) {
    let help = if error.denied() {
        "give the function's role the statement of host-lambda/iam/optional.json that has this action, if it is wanted"
    } else {
        "check the names in the function's settings and in its policy"
    };
    tracing::warn!(
        operation = error.operation,
        subject,
        code = error.code,
        error = error.message,
        help,
        "done without"
    );
}

/// The deployed commit left the repository, and its policy with it.
pub(crate) fn policy_left(subject: &str, error: &PortError) {
    tracing::warn!(
        subject,
        code = error.code,
        error = error.message,
        help = "after a force-push this is expected once: the branch's newest policy holds",
        "policy left the repository"
    );
}

/// Why the live keys are not known.
pub(crate) fn not_listed(why: &str) {
    tracing::warn!(error = why, "bucket not listed");
}

/// A message that cannot be read; it goes back to its queue.
pub(crate) fn message_failed(id: &str, failure: &Failure) {
    tracing::error!(
        message_id = id,
        code = &*failure.code,
        error = failure.message,
        help = failure.help,
        "message failed"
    );
}

/// A job that goes on in a later invocation.
pub(crate) fn put_off(failure: &Failure) {
    tracing::warn!(code = &*failure.code, error = failure.message, "job put off");
}

/// A job that was answered before.
pub(crate) fn job_closed(subject: &str, error: &PortError) {
    tracing::warn!(subject, code = error.code, error = error.message, "job closed already");
}

/// The one line at info that tells an invocation that succeeded.
pub(crate) fn summary(report: &Report, invocation: &Invocation) {
    tracing::info!(
        request_id = invocation.request_id(),
        event = report.event,
        mode = report.mode,
        preset = report.preset,
        commits = report.commits,
        head = report.head,
        base = report.base,
        execution = report.execution,
        uploaded = report.uploaded,
        removed = report.removed,
        unchanged = report.unchanged,
        purge = report.purge,
        skip = report.skip,
        billed_paths = report.billed_paths,
        wildcards = report.wildcards,
        over_purged = report.over_purged,
        invalidations = report.invalidations.join(" "),
        handed_back = report.handed_back,
        retries = invocation.retries(),
        aws_calls = invocation.calls(),
        duration_ms = invocation.elapsed_ms(),
        cold_start = report.cold_start,
        "summary"
    );
}

/// The one line that tells an invocation that failed.
pub(crate) fn failed(failure: &Failure, invocation: &Invocation) {
    tracing::error!(
        request_id = invocation.request_id(),
        code = &*failure.code,
        error = failure.message,
        help = failure.help,
        retries = invocation.retries(),
        aws_calls = invocation.calls(),
        duration_ms = invocation.elapsed_ms(),
        "failed"
    );
}

/// The one line that tells why the function could not start.
pub fn not_started(failure: &Failure) {
    tracing::error!(code = &*failure.code, error = failure.message, help = failure.help, "not started");
}

/// The line that tells why the function ended: it can no longer speak with Lambda.
pub fn stopped(error: &(dyn std::error::Error + 'static)) {
    tracing::error!(code = "runtime", error = error.to_string(), help = "Lambda starts the function anew", "stopped");
}

/// The line that says that Lambda could not be told.
pub fn not_reported(error: &std::io::Error) {
    tracing::warn!(error = error.to_string(), "init error not reported");
}

/// What tests log, kept for each thread. One subscriber for the whole process: `tracing` caches for the process, not
/// for a thread, which log lines anyone wants.
#[cfg(test)]
pub(crate) mod capture {
    use std::cell::RefCell;
    use std::io;
    use std::sync::Once;

    use super::*;

    thread_local! {
        static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }

    struct ToThread;

    impl io::Write for ToThread {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            WRITTEN.with_borrow_mut(|written| written.extend_from_slice(bytes));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Begins to keep what this thread logs, from debug up.
    pub(crate) fn start() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            tracing_subscriber::registry().with(lines(|| ToThread)).with(filter(LevelFilter::DEBUG)).init();
        });
        WRITTEN.take();
    }

    /// Every line that this thread logged since, parsed.
    pub(crate) fn take() -> Vec<serde_json::Value> {
        let text = String::from_utf8(WRITTEN.take()).expect("UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambdas_level_goes_before_rust_log_and_info_is_the_default() {
        assert_eq!(level(None, None), LevelFilter::INFO);
        assert_eq!(level(Some("DEBUG"), Some("error")), LevelFilter::DEBUG);
        assert_eq!(level(Some("FATAL"), None), LevelFilter::ERROR);
        assert_eq!(level(Some("loud"), None), LevelFilter::INFO);
        assert_eq!(level(None, Some("debug")), LevelFilter::DEBUG);
        assert_eq!(level(None, Some("warn,purgeplan_lambda=trace")), LevelFilter::TRACE);
        assert_eq!(level(None, Some("off")), LevelFilter::OFF);
    }

    #[test]
    fn no_level_makes_the_runtime_print_events_or_the_sdk_its_requests() {
        let everything = filter(LevelFilter::TRACE);
        assert!(everything.would_enable("purgeplan_lambda::handler", &Level::TRACE));
        for target in ["lambda_runtime::layers::api_response", "aws_smithy_runtime::client", "hyper"] {
            assert!(everything.would_enable(target, &Level::WARN), "{target}");
            assert!(!everything.would_enable(target, &Level::INFO), "{target}");
        }
        assert!(!filter(LevelFilter::OFF).would_enable("lambda_runtime", &Level::ERROR));
    }
}
