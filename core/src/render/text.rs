//! A plan, and what a policy comes to, for a terminal.
//!
//! Only columns of known words are lined up: names come last and may be of any length and script.

use alloc::{format, string::String, vec::Vec};

use super::{Paint, count, dollars, plain};
use crate::{
    answer::{CheckAnswer, DecisionAnswer, DistributionAnswer, PlanAnswer},
    decide::Outcome,
    diagnostic::{Diagnostic, Severity},
    json::{pretty, write},
    sorted::sort,
};

pub(super) fn plan(answer: &PlanAnswer<'_>, paint: Paint) -> String {
    let mut text = String::new();
    if answer.decisions.len() == 0 {
        text += "No file changed.\n";
    }
    let width = answer.decisions.iter().map(|decision| decision.reason.name().len()).max().unwrap_or_default();
    for decision in answer.decisions.iter() {
        text += &row(&decision, width, paint);
    }
    text += &diagnostics(answer.diagnostics, paint);
    text.push('\n');
    text += &summary(answer);
    text
}

/// What is paid for, and who decided.
pub(super) fn summary(answer: &PlanAnswer<'_>) -> String {
    let mut text = String::new();
    for distribution in &answer.distributions {
        text += &of_distribution(distribution);
    }
    if let Some(trigger) = &answer.trigger {
        text += &format!(
            "Limited to {} ({} of them as before) and {}.\n",
            count(trigger.uploaded, "uploaded object"),
            trigger.unchanged,
            count(trigger.removed, "removed object")
        );
    }
    text += &format!(
        "{} to invalidate: at most {} beyond the free 1,000 a month. Decided by {}.\n",
        count(answer.billed_paths, "path"),
        dollars(answer.billed_paths),
        source(answer)
    );
    text
}

/// Nothing for a single unnamed distribution without anything to tell.
fn of_distribution(distribution: &DistributionAnswer<'_>) -> String {
    let mut facts = Vec::new();
    if distribution.wildcards > 0 {
        facts.push(count(distribution.wildcards, "wildcard"));
    }
    if let Some(over_purged) = distribution.over_purged {
        facts.push(format!("{} purged besides", count(over_purged, "unchanged URL")));
    }
    if distribution.batches.len() > 1 {
        facts.push(count(distribution.batches.len(), "batch").replace("batchs", "batches"));
    }
    let name = if distribution.id.is_empty() { "distribution" } else { distribution.id };
    if distribution.id.is_empty() && facts.is_empty() {
        return String::new();
    }
    facts.insert(0, count(distribution.billed_paths, "path"));
    format!("{}: {}.\n", plain(name), facts.join(", "))
}

/// The preset, or the policy with the preset that fills it in.
pub(super) fn source(answer: &PlanAnswer<'_>) -> String {
    named(answer.policy, answer.preset.name())
}

pub(super) fn named(policy: &str, preset: &str) -> String {
    if policy == "given" { format!("the given policy (preset {preset})") } else { format!("preset {preset}") }
}

/// `purge  modified  docs/a b.html  =>  /docs/a%20b.html`.
pub(super) fn row(decision: &DecisionAnswer<'_>, width: usize, paint: Paint) -> String {
    let reason = decision.reason.name();
    let name = name(decision);
    match decision.outcome {
        Outcome::Purge => {
            let paths = paths(decision).join("  ");
            format!("{}  {reason:width$}  {name}  =>  {paths}\n", paint.green("purge"))
        }
        Outcome::Skip => paint.faint(&format!("skip   {reason:width$}  {name}  ({})", plain(decision.rule))) + "\n",
    }
}

/// The repository path, with the old one of a rename or copy.
pub(super) fn name(decision: &DecisionAnswer<'_>) -> String {
    match &decision.from {
        Some(from) => format!("{} (was {})", plain(&decision.path), plain(from)),
        None => plain(&decision.path),
    }
}

/// The invalidation paths that a decision needs, each once.
pub(super) fn paths<'p>(decision: &DecisionAnswer<'p>) -> Vec<&'p str> {
    let mut paths = decision.urls.iter().filter_map(|url| url.path).collect();
    sort(&mut paths);
    paths
}

pub(super) fn diagnostics(diagnostics: &[Diagnostic], paint: Paint) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let severity = match diagnostic.severity {
            Severity::Warning => paint.yellow("warning:"),
            Severity::Info => paint.strong("info:"),
        };
        let at = diagnostic.pointer.as_ref().map(|pointer| format!(" (at {pointer})")).unwrap_or_default();
        text += &format!(
            "\n{severity} {} [{}]\n  {}\n",
            plain(&(diagnostic.message.clone() + &at)),
            diagnostic.code,
            plain(&diagnostic.help)
        );
    }
    text
}

/// The policy with every value that holds, as JSON, and what is odd about it.
pub(super) fn check(answer: &CheckAnswer<'_>, paint: Paint) -> String {
    let settings = pretty(&String::from_utf8(write(&answer.settings)).expect("JSON is UTF-8"));
    let warnings = answer.diagnostics.iter().filter(|one| one.severity == Severity::Warning).count();
    let verdict = if warnings == 0 { String::from("no warnings") } else { count(warnings, "warning") };
    let source = if answer.policy == "given" { "The policy holds" } else { "The preset's own settings" };
    format!("{settings}\n{}\n{source}: {verdict}.\n", diagnostics(answer.diagnostics, paint))
}
