//! Any request: an answer whose form holds.

use libfuzzer_sys::arbitrary::Unstructured;
use serde_json::Value;

use crate::{request, text::is_accepted};

/// Between the request and each attachment, where the input is text.
const SEPARATOR: &[u8] = b"\x1E\n";

/// Asks what the bytes say: as text when they begin with a brace, else made up from them.
///
/// # Panics
/// When the answer has no right form.
pub fn check(bytes: &[u8]) {
    if bytes.starts_with(b"{") {
        let mut parts = split(bytes);
        let request = parts.remove(0);
        ask(request, &parts);
    } else if let Ok((request, attachments)) = request::request(&mut Unstructured::new(bytes)) {
        ask(&request, &attachments.iter().map(Vec::as_slice).collect::<Vec<_>>());
    }
}

fn split(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some(at) = bytes.windows(SEPARATOR.len()).position(|window| window == SEPARATOR) {
        parts.push(&bytes[..at]);
        bytes = &bytes[at + SEPARATOR.len()..];
    }
    parts.push(bytes);
    parts
}

fn ask(request: &[u8], attachments: &[&[u8]]) {
    let answer = purgeplan_core::call(request, attachments);
    let answer: Value = serde_json::from_slice(&answer).expect("an answer is JSON");
    match answer["type"].as_str() {
        Some("success") => check_success(&answer),
        Some("failure") => {
            let errors = answer["errors"].as_array().expect("a failure has errors");
            assert!(!errors.is_empty(), "a failure without errors");
            errors.iter().for_each(|error| check_said(error, request, attachments));
            return;
        }
        other => panic!("the answer is neither success nor failure, but {other:?}"),
    }
    let diagnostics = answer["diagnostics"].as_array();
    diagnostics.into_iter().flatten().for_each(|said| check_said(said, request, attachments));
}

/// An error or a remark says what and what to do, and points into what was given.
fn check_said(said: &Value, request: &[u8], attachments: &[&[u8]]) {
    for field in ["code", "message", "help"] {
        assert!(said[field].as_str().is_some_and(|text| !text.is_empty()), "no `{field}`: {said}");
    }
    if let Some(span) = said.get("span") {
        let number = |field: &str| span[field].as_u64().and_then(|number| usize::try_from(number).ok());
        let (start, end) = (number("start").expect("a start"), number("end").expect("an end"));
        let length = match number("attachment") {
            None => request.len(),
            Some(index) => attachments.get(index).expect("the span is in an attachment that is there").len(),
        };
        assert!(start <= end && end <= length, "the span is not in what was given: {said}");
    }
}

/// Every path of a plan is accepted, is in a batch that is not too large, and is counted.
fn check_success(answer: &Value) {
    let Some(distributions) = answer["distributions"].as_array().filter(|_| answer.get("paths").is_some()) else {
        return;
    };
    let mut billed = 0;
    for distribution in distributions {
        let mut own = 0;
        for batch in distribution["batches"].as_array().expect("a list of batches") {
            let paths: Vec<&str> = texts(&batch["paths"]);
            let wildcards = paths.iter().filter(|path| path.ends_with('*')).count();
            assert!(!paths.is_empty() && paths.len() <= 3000 && wildcards <= 15, "a batch over the quota");
            assert!(paths.is_sorted_by(|one, other| one < other), "paths are not sorted");
            paths.iter().for_each(|path| assert!(is_accepted(path), "{path} is not accepted"));
            own += paths.len();
        }
        assert_eq!(distribution["billed_paths"], own);
        billed += own;
    }
    assert_eq!(answer["billed_paths"], billed);
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
