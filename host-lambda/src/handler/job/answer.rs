//! What `CodePipeline` is told.

use std::collections::BTreeMap;

use super::super::Report;
use super::Token;
use crate::failure::Failure;
use crate::ports::{JobFailure, JobSuccess};

/// Most characters of a summary and of a failure's message.
const MOST_CHARACTERS: usize = 2_048;

/// The job goes on. Output variables are refused beside a token.
pub(super) fn going_on(token: &Token, report: &Report) -> JobSuccess {
    let summary = match (token.waiting.len(), report.warnings.first()) {
        (0, Some(code)) => format!("put off ({code}), tried {} times", token.tries),
        (0, None) => "put off".to_owned(),
        (open, _) => format!("{}; {open} of {} invalidations still in progress", purged(report), token.all),
    };
    JobSuccess { continuation_token: Some(token.write()), summary: Some(summary), ..JobSuccess::default() }
}

/// The job is done.
pub(super) fn finished(report: &Report, token: &Token) -> JobSuccess {
    let open = match token.waiting.len() {
        0 => String::new(),
        open => format!("; {open} invalidations were still in progress when the wait ended"),
    };
    let text = |value: &str| value.to_owned();
    let mut output_variables = BTreeMap::from([
        (text("BilledPaths"), report.billed_paths.to_string()),
        (text("Wildcards"), report.wildcards.to_string()),
        (text("InvalidationIds"), report.invalidations.join(",")),
        (text("Base"), report.base.clone().unwrap_or_default()),
        (text("Head"), report.head.clone()),
    ]);
    // A variable without a value is not taken.
    output_variables.retain(|_, value| !value.is_empty());
    JobSuccess {
        summary: Some(cut(&(purged(report) + &open))),
        output_variables,
        external_id: report.invalidations.first().cloned(),
        ..JobSuccess::default()
    }
}

fn purged(report: &Report) -> String {
    let short = |id: &str| id.chars().take(10).collect::<String>();
    let base = report.base.as_deref().map_or_else(|| "all".to_owned(), short);
    let paths = match report.billed_paths {
        0 => return format!("nothing to purge, {base} to {}", short(&report.head)),
        1 => "1 path".to_owned(),
        paths => format!("{paths} paths"),
    };
    let wildcards = match report.wildcards {
        0 => String::new(),
        1 => ", 1 wildcard".to_owned(),
        wildcards => format!(", {wildcards} wildcards"),
    };
    let warnings = match report.warnings.as_slice() {
        [] => String::new(),
        codes => format!("; see the log: {}", codes.join(" ")),
    };
    format!("{paths}{wildcards} purged, {base} to {}{warnings}", short(&report.head))
}

/// Why the job failed, as the console shows it.
pub(super) fn failure_text(failure: &Failure) -> String {
    cut(&format!("not purged: {failure}"))
}

pub(super) fn failure_kind(failure: &Failure) -> JobFailure {
    match &*failure.code {
        "aws-unavailable" | "deadline" => JobFailure::Unavailable,
        "aws-refused" if failure.message.contains("`AccessDenied") => JobFailure::Permission,
        "aws-refused" | "wire" | "job-token" => JobFailure::JobFailed,
        // What is left is said of the policy, the settings or the action's parameters.
        _ => JobFailure::Configuration,
    }
}

fn cut(text: &str) -> String {
    let limit = MOST_CHARACTERS - '…'.len_utf8();
    if text.len() <= limit {
        return text.to_owned();
    }
    text[..text.floor_char_boundary(limit)].to_owned() + "…"
}
