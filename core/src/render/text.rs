//! A plan, and what a policy comes to, for a terminal.
//!
//! Only columns of known words are lined up: names come last and may be of any length and script.

use alloc::{string::String, vec::Vec};

use super::{FAINT, GREEN, STRONG, Text, YELLOW, dollars};
use crate::{
    answer::{CheckAnswer, DecisionAnswer, DistributionAnswer, PlanAnswer},
    decide::Outcome,
    diagnostic::{Diagnostic, Severity},
    json::{pretty, write},
    sorted::sort,
};

pub(super) fn plan(answer: &PlanAnswer<'_>, text: &mut Text) {
    let decisions = answer.decisions.all();
    if decisions.is_empty() {
        text.say("No file changed.\n");
    }
    let mut width = 0;
    for decision in decisions {
        width = width.max(decision.reason.name().len());
    }
    for index in 0..decisions.len() {
        row(&answer.decisions.get(index), width, text);
    }
    diagnostics(answer.diagnostics, text);
    text.say("\n");
    summary(answer, text);
}

/// What is paid for, and who decided.
fn summary(answer: &PlanAnswer<'_>, text: &mut Text) {
    for distribution in &answer.distributions {
        of_distribution(distribution, text);
    }
    if let Some(trigger) = &answer.trigger {
        text.say("Limited to ").count(trigger.uploaded, "uploaded object").say(" (").number(trigger.unchanged);
        text.say(" of them as before) and ").count(trigger.removed, "removed object").say(".\n");
    }
    text.count(answer.billed_paths, "path").say(" to invalidate: at most ").say(&dollars(answer.billed_paths));
    text.say(" beyond the free 1,000 a month.");
    source(answer, " Decided by ", text);
}

/// Nothing for a single unnamed distribution without anything to tell.
fn of_distribution(distribution: &DistributionAnswer<'_>, text: &mut Text) {
    let DistributionAnswer { id, ref batches, billed_paths, wildcards, over_purged } = *distribution;
    if id.is_empty() && wildcards == 0 && over_purged.is_none() && batches.len() < 2 {
        return;
    }
    text.name(if id.is_empty() { "distribution" } else { id }).say(": ").count(billed_paths, "path");
    if wildcards > 0 {
        text.say(", ").count(wildcards, "wildcard");
    }
    if let Some(over_purged) = over_purged {
        text.say(", ").count(over_purged, "unchanged URL").say(" purged besides");
    }
    if batches.len() > 1 {
        text.say(", ").number(batches.len()).say(" batches");
    }
    text.say(".\n");
}

/// Ends a sentence that says who decided.
pub(super) fn source(answer: &PlanAnswer<'_>, before: &str, text: &mut Text) {
    named(answer.policy, answer.preset.name(), text.say(before));
}

/// The preset, or the policy with the preset that fills it in; and the end of the sentence and the line.
pub(super) fn named(policy: &str, preset: &str, text: &mut Text) {
    if policy == "given" {
        text.say("the given policy (preset ").say(preset).say(").\n");
    } else {
        text.say("preset ").say(preset).say(".\n");
    }
}

/// `purge  modified  docs/a b.html  =>  /docs/a%20b.html`.
pub(super) fn row(decision: &DecisionAnswer<'_>, width: usize, text: &mut Text) {
    let purged = decision.outcome == Outcome::Purge;
    match decision.outcome {
        Outcome::Purge => text.painted(GREEN, "purge").say("  "),
        Outcome::Skip => text.colour(FAINT).say("skip   "),
    };
    let reason = decision.reason.name();
    text.say(reason);
    for _ in reason.len()..width + 2 {
        text.say(" ");
    }
    name(decision, text);
    if purged {
        text.say("  =>  ").say(&paths(decision).join("  "));
    } else {
        text.say("  (").name(decision.rule).say(")").end_colour();
    }
    text.say("\n");
}

/// The repository path, with the old one of a rename or copy.
pub(super) fn name(decision: &DecisionAnswer<'_>, text: &mut Text) {
    text.name(&decision.path).given(" (was ", decision.from.as_deref(), ")");
}

/// The invalidation paths that a decision needs, each once.
pub(super) fn paths<'p>(decision: &DecisionAnswer<'p>) -> Vec<&'p str> {
    let mut paths = Vec::new();
    for url in &decision.urls {
        paths.extend(url.path);
    }
    sort(&mut paths);
    paths
}

pub(super) fn diagnostics(diagnostics: &[Diagnostic], text: &mut Text) {
    for diagnostic in diagnostics {
        text.say("\n");
        match diagnostic.severity {
            Severity::Warning => text.painted(YELLOW, "warning:"),
            Severity::Info => text.painted(STRONG, "info:"),
        };
        text.say(" ").name(&diagnostic.message).given(" (at ", diagnostic.pointer.as_deref(), ")");
        text.say(" [").say(diagnostic.code).say("]\n  ").name(&diagnostic.help).say("\n");
    }
}

/// The policy with every value that holds, as JSON, and what is odd about it.
pub(super) fn check(answer: &CheckAnswer<'_>, text: &mut Text) {
    text.say(&pretty(&String::from_utf8(write(&answer.settings)).expect("JSON is UTF-8"))).say("\n");
    diagnostics(answer.diagnostics, text);
    let warnings = answer.diagnostics.iter().filter(|one| one.severity == Severity::Warning).count();
    text.say(if answer.policy == "given" { "\nThe policy holds: " } else { "\nThe preset's own settings: " });
    match warnings {
        0 => text.say("no warnings.\n"),
        _ => text.count(warnings, "warning").say(".\n"),
    };
}
