//! Rules that can never speak: a warning each, because nothing is purged or kept wrongly by them.

use alloc::{fmt::Arguments, format, vec::Vec};

use super::{Policy, report::Report};
use crate::pattern::{Pattern, Steps};

/// Warns of each rule that is proven to be without effect. What cannot be proven cheaply is not told.
pub(super) fn warn(policy: &Policy, report: &mut Report<'_>) {
    let mut lists = Lists { policy, steps: Steps::default(), report };
    lists.list("/ignore", &policy.ignore, &[]);
    // A distribution with a list of its own does not ignore what the policy does.
    let own = policy.distributions.iter().any(|distribution| distribution.ignore.is_some());
    let ignored: &[Pattern] = if own { &[] } else { &policy.ignore };
    lists.list("/fingerprinted", &policy.fingerprinted, ignored);
    lists.list("/query_strings", &policy.query_strings, ignored);
    for (index, distribution) in policy.distributions.iter().enumerate() {
        let own = distribution.ignore.as_deref();
        if let Some(ignore) = own {
            lists.list(&format!("/distributions/{index}/ignore"), ignore, &[]);
        }
        if let Some(patterns) = &distribution.query_strings {
            let ignore = own.unwrap_or(&policy.ignore);
            lists.list(&format!("/distributions/{index}/query_strings"), patterns, ignore);
        }
    }
    duplicates(policy, report);
}

struct Lists<'r, 'd> {
    policy: &'r Policy,
    steps: Steps,
    report: &'r mut Report<'d>,
}

impl Lists<'_, '_> {
    /// Warns of each pattern of a list, beside which these are ignored, and of no other than the first reason.
    fn list(&mut self, pointer: &str, patterns: &[Pattern], ignore: &[Pattern]) {
        for (index, pattern) in patterns.iter().enumerate() {
            let text = pattern.as_str();
            let at = format_args!("{pointer}/{index}");
            let mut warn = |code, message: Arguments<'_>, help| self.report.warn(at, code, message, help);
            if !super::check::is_folder(text) || text.ends_with('/') {
                warn(
                    "policy-unreachable",
                    format_args!(
                        "pattern `{text}` matches no file: paths have no empty, `.` or `..` parts, and do not end with a slash"
                    ),
                    "for all that is below a folder write `folder/**`",
                );
            } else if pointer == "/fingerprinted" && !text.as_bytes().windows(5).any(|part| part == b"[hash") {
                warn(
                    "policy-no-hash",
                    format_args!(
                        "pattern `{text}` has no `[hash]`: every file that it matches counts as never changing, whatever its name"
                    ),
                    "write `[hash]` where the name carries the hash of the content, for example `assets/*-[hash].js`",
                );
            } else if pointer.ends_with("/ignore") && text == "**" {
                warn(
                    "policy-ignores-all",
                    format_args!("pattern `**` ignores every file: nothing is ever purged"),
                    "narrow the pattern, or remove it",
                );
            } else if !self.policy.mappings.iter().any(|mapping| pattern.may_match_below(&mapping.source)) {
                warn(
                    "policy-unreachable",
                    format_args!("pattern `{text}` matches no file below the `source` of a mapping"),
                    "patterns are held against the whole repository path, the source folder included; else remove it",
                );
            } else if let Some(other) = wider(index, patterns, &mut self.steps) {
                let other = patterns[other].as_str();
                warn(
                    "policy-unreachable",
                    format_args!("pattern `{text}` matches nothing that pattern `{other}` does not"),
                    "remove one of the two",
                );
            } else if pattern.is_within(ignore, &mut self.steps) {
                warn(
                    "policy-unreachable",
                    format_args!("every file that pattern `{text}` matches is ignored"),
                    "remove the pattern, or narrow `ignore`",
                );
            }
        }
    }
}

/// Another pattern of the list that takes all of this one; of two equal ones the second is too many.
fn wider(index: usize, patterns: &[Pattern], steps: &mut Steps) -> Option<usize> {
    let one = |at: usize| &patterns[at..=at];
    (0..patterns.len()).find(|other| {
        *other != index
            && patterns[index].is_within(one(*other), steps)
            && (*other < index || !patterns[*other].is_within(one(index), steps))
    })
}

/// A template that the same rule, or an earlier one with the same `when`, has already.
fn duplicates(policy: &Policy, report: &mut Report<'_>) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for (index, rule) in policy.dependents.iter().enumerate() {
        for (position, template) in rule.purge.iter().enumerate() {
            let pair = (rule.when.as_str(), template.as_str());
            if seen.contains(&pair) {
                report.warn(
                    format_args!("/dependents/{index}/purge/{position}"),
                    "policy-duplicate",
                    format_args!("`{}` is purged for `{}` already", template.as_str(), rule.when.as_str()),
                    "remove one of the two",
                );
            } else {
                seen.push(pair);
            }
        }
    }
}
