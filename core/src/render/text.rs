//! A plan, and what a policy comes to, for a terminal.
//!
//! Only columns of known words are lined up: names come last and may be of any length and script.

use alloc::{format, string::String, vec::Vec};

use super::{Count, Paint, Plain, add, dollars};
use crate::{
    answer::{CheckAnswer, DecisionAnswer, DistributionAnswer, PlanAnswer},
    decide::Outcome,
    diagnostic::{Diagnostic, Severity},
    json::{pretty, write},
    sorted::sort,
};

pub(super) fn plan(answer: &PlanAnswer<'_>, paint: Paint, text: &mut String) {
    let decisions = answer.decisions.all();
    if decisions.is_empty() {
        *text += "No file changed.\n";
    }
    let width = decisions.iter().map(|decision| decision.reason.name().len()).max().unwrap_or_default();
    for index in 0..decisions.len() {
        row(&answer.decisions.get(index), width, paint, text);
    }
    diagnostics(answer.diagnostics, paint, text);
    text.push('\n');
    summary(answer, text);
}

/// What is paid for, and who decided.
fn summary(answer: &PlanAnswer<'_>, text: &mut String) {
    for distribution in &answer.distributions {
        of_distribution(distribution, text);
    }
    if let Some(trigger) = &answer.trigger {
        let (uploaded, removed) =
            (Count(trigger.uploaded, "uploaded object"), Count(trigger.removed, "removed object"));
        add(text, format_args!("Limited to {uploaded} ({} of them as before) and {removed}.\n", trigger.unchanged));
    }
    let (paths, dollars) = (Count(answer.billed_paths, "path"), dollars(answer.billed_paths));
    add(text, format_args!("{paths} to invalidate: at most {dollars} beyond the free 1,000 a month. "));
    add(text, format_args!("Decided by {}.\n", source(answer)));
}

/// Nothing for a single unnamed distribution without anything to tell.
fn of_distribution(distribution: &DistributionAnswer<'_>, text: &mut String) {
    let mut facts = String::new();
    if distribution.wildcards > 0 {
        add(&mut facts, format_args!(", {}", Count(distribution.wildcards, "wildcard")));
    }
    if let Some(over_purged) = distribution.over_purged {
        add(&mut facts, format_args!(", {} purged besides", Count(over_purged, "unchanged URL")));
    }
    if distribution.batches.len() > 1 {
        add(&mut facts, format_args!(", {} batches", distribution.batches.len()));
    }
    if distribution.id.is_empty() && facts.is_empty() {
        return;
    }
    let name = Plain(if distribution.id.is_empty() { "distribution" } else { distribution.id });
    add(text, format_args!("{name}: {}{facts}.\n", Count(distribution.billed_paths, "path")));
}

/// The preset, or the policy with the preset that fills it in.
pub(super) fn source(answer: &PlanAnswer<'_>) -> String {
    named(answer.policy, answer.preset.name())
}

pub(super) fn named(policy: &str, preset: &str) -> String {
    if policy == "given" { format!("the given policy (preset {preset})") } else { format!("preset {preset}") }
}

/// `purge  modified  docs/a b.html  =>  /docs/a%20b.html`.
pub(super) fn row(decision: &DecisionAnswer<'_>, width: usize, paint: Paint, text: &mut String) {
    let reason = decision.reason.name();
    let name = name(decision);
    match decision.outcome {
        Outcome::Purge => {
            let (purge, paths) = (paint.green("purge"), paths(decision).join("  "));
            add(text, format_args!("{purge}  {reason:width$}  {name}  =>  {paths}\n"));
        }
        Outcome::Skip => {
            let row = format!("skip   {reason:width$}  {name}  ({})", Plain(decision.rule));
            add(text, format_args!("{}\n", paint.faint(&row)));
        }
    }
}

/// The repository path, with the old one of a rename or copy.
pub(super) fn name(decision: &DecisionAnswer<'_>) -> String {
    let path = Plain(&decision.path);
    match &decision.from {
        Some(from) => format!("{path} (was {})", Plain(from)),
        None => format!("{path}"),
    }
}

/// The invalidation paths that a decision needs, each once.
pub(super) fn paths<'p>(decision: &DecisionAnswer<'p>) -> Vec<&'p str> {
    let mut paths = decision.urls.iter().filter_map(|url| url.path).collect();
    sort(&mut paths);
    paths
}

pub(super) fn diagnostics(diagnostics: &[Diagnostic], paint: Paint, text: &mut String) {
    for diagnostic in diagnostics {
        let severity = match diagnostic.severity {
            Severity::Warning => paint.yellow("warning:"),
            Severity::Info => paint.strong("info:"),
        };
        add(text, format_args!("\n{severity} {}", Plain(&diagnostic.message)));
        if let Some(pointer) = &diagnostic.pointer {
            add(text, format_args!(" (at {})", Plain(pointer)));
        }
        add(text, format_args!(" [{}]\n  {}\n", diagnostic.code, Plain(&diagnostic.help)));
    }
}

/// The policy with every value that holds, as JSON, and what is odd about it.
pub(super) fn check(answer: &CheckAnswer<'_>, paint: Paint, text: &mut String) {
    *text = pretty(&String::from_utf8(write(&answer.settings)).expect("JSON is UTF-8"));
    text.push('\n');
    diagnostics(answer.diagnostics, paint, text);
    let warnings = answer.diagnostics.iter().filter(|one| one.severity == Severity::Warning).count();
    *text += if answer.policy == "given" { "\nThe policy holds: " } else { "\nThe preset's own settings: " };
    match warnings {
        0 => *text += "no warnings.\n",
        _ => add(text, format_args!("{}.\n", Count(warnings, "warning"))),
    }
}
