//! Rules that can never speak: a warning each, because nothing is purged or kept wrongly by them.

use alloc::{format, vec::Vec};

use super::{Policy, report::Report};
use crate::pattern::{Pattern, Steps};

/// Warns of each rule that is proven to be without effect. What cannot be proven cheaply is not told.
pub(super) fn warn(policy: &Policy, report: &mut Report<'_>) {
    let mut steps = Steps::default();
    list("/ignore", &policy.ignore, None, policy, &mut steps, report);
    list("/fingerprinted", &policy.fingerprinted, Some(&policy.ignore), policy, &mut steps, report);
    list("/query_strings", &policy.query_strings, Some(&policy.ignore), policy, &mut steps, report);
    for (index, distribution) in policy.distributions.iter().enumerate() {
        let base = format!("/distributions/{index}");
        let ignore = distribution.ignore.as_ref();
        if let Some(ignore) = ignore {
            list(&format!("{base}/ignore"), ignore, None, policy, &mut steps, report);
        }
        if let Some(patterns) = &distribution.query_strings {
            let ignore = Some(ignore.unwrap_or(&policy.ignore));
            list(&format!("{base}/query_strings"), patterns, ignore, policy, &mut steps, report);
        }
    }
    duplicates(policy, report);
}

fn list(
    pointer: &str,
    patterns: &[Pattern],
    ignore: Option<&Vec<Pattern>>,
    policy: &Policy,
    steps: &mut Steps,
    report: &mut Report<'_>,
) {
    for (index, pattern) in patterns.iter().enumerate() {
        let at = format!("{pointer}/{index}");
        let text = pattern.as_str();
        if !super::check::is_folder(text) || text.ends_with('/') {
            report.warn(
                &at,
                "policy-unreachable",
                format!("pattern `{text}` matches no file: paths have no empty, `.` or `..` parts, and do not end with a slash"),
                "for all that is below a folder write `folder/**`",
            );
        } else if pointer == "/fingerprinted" && !text.contains("[hash") {
            report.warn(
                &at,
                "policy-no-hash",
                format!("pattern `{text}` has no `[hash]`: every file that it matches counts as never changing, whatever its name"),
                "write `[hash]` where the name carries the hash of the content, for example `assets/*-[hash].js`",
            );
        } else if pointer.ends_with("/ignore") && text == "**" {
            report.warn(
                &at,
                "policy-ignores-all",
                "pattern `**` ignores every file: nothing is ever purged",
                "narrow the pattern, or remove it",
            );
        } else if !policy.mappings.iter().any(|mapping| pattern.may_match_below(&mapping.source)) {
            report.warn(
                &at,
                "policy-unreachable",
                format!("pattern `{text}` matches no file below the `source` of a mapping"),
                "patterns are held against the whole repository path, the source folder included; else remove it",
            );
        } else if let Some(other) = wider(index, patterns, steps) {
            report.warn(
                &at,
                "policy-unreachable",
                format!("pattern `{text}` matches nothing that pattern `{}` does not", patterns[other].as_str()),
                "remove one of the two",
            );
        } else if let Some(ignore) = ignore
            && pattern.is_within(&ignore.iter().collect::<Vec<_>>(), steps)
        {
            report.warn(
                &at,
                "policy-unreachable",
                format!("every file that pattern `{text}` matches is ignored"),
                "remove the pattern, or narrow `ignore`",
            );
        }
    }
}

/// Another pattern of the list that takes all of this one; of two equal ones the second is too many.
fn wider(index: usize, patterns: &[Pattern], steps: &mut Steps) -> Option<usize> {
    let pattern = &patterns[index];
    let mut others = patterns.iter().enumerate().filter(|(other, _)| *other != index);
    let found = others.find(|(other, wide)| {
        pattern.is_within(&[wide], steps) && (*other < index || !wide.is_within(&[pattern], steps))
    });
    found.map(|(other, _)| other)
}

/// A template that the same rule, or an earlier one with the same `when`, has already.
fn duplicates(policy: &Policy, report: &mut Report<'_>) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for (index, rule) in policy.dependents.iter().enumerate() {
        for (position, template) in rule.purge.iter().enumerate() {
            let pair = (rule.when.as_str(), template.as_str());
            if seen.contains(&pair) {
                report.warn(
                    &format!("/dependents/{index}/purge/{position}"),
                    "policy-duplicate",
                    format!("`{}` is purged for `{}` already", template.as_str(), rule.when.as_str()),
                    "remove one of the two",
                );
            } else {
                seen.push(pair);
            }
        }
    }
}
