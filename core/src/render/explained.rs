//! Why a URL, or what a repository path shows, is purged or not, for a terminal.

use super::{
    GREEN, STRONG, Text, YELLOW,
    text::{diagnostics, named, row},
};
use crate::{
    answer::DecisionAnswer,
    explain::{ExplainAnswer, Fate, PathAnswer, Verdict},
};

pub(super) fn explained(answer: &ExplainAnswer<'_>, text: &mut Text) {
    let asked = answer.url.as_deref().or(answer.path.as_deref()).unwrap_or_default();
    text.colour(STRONG).name(asked).end_colour().say("\n");
    for verdict in &answer.verdicts {
        told(verdict, answer.url.as_deref(), text);
    }
    if !answer.decisions.is_empty() {
        text.say("\nDecided:\n");
        let mut width = 0;
        for decision in &answer.decisions {
            width = width.max(decision.reason.name().len());
        }
        for decision in &answer.decisions {
            row(decision, width, text.say("  "));
            because(decision, text);
        }
    }
    if !answer.paths.is_empty() {
        text.say("\nPaths:\n");
        for path in &answer.paths {
            of_path(path, text);
        }
    }
    diagnostics(answer.diagnostics, text);
    named(answer.policy, answer.preset.name(), text.say("\nDecided by "));
}

fn because(decision: &DecisionAnswer<'_>, text: &mut Text) {
    text.say("         ").given("changed by ", decision.commit, "; ").say("rule ").name(decision.rule);
    if let Some(cost) = &decision.cost {
        text.say("; ").count(cost.paths, "path");
        if cost.shared > 0 {
            text.say(", ").number(cost.shared).say(" shared");
        }
    }
    text.say("\n");
}

fn told(verdict: &Verdict<'_>, asked: Option<&str>, text: &mut Text) {
    at(verdict.distribution, text);
    text.given("", verdict.url.as_deref().filter(|url| asked != Some(*url)), ": ");
    match verdict.outcome {
        Fate::Purge => text.painted(GREEN, "purged"),
        Fate::OverPurge => text.painted(YELLOW, "purged though nothing says that it is stale"),
        Fate::Keep => text.say("kept"),
    };
    text.say(", ").say(verdict.reason.told()).given(" (rule ", verdict.rule.as_deref(), ")");
    text.given(", served by behaviour ", verdict.behaviour, "").given("\n    by ", verdict.path, "").say("\n");
}

/// Begins a line about a distribution, which need not have a name.
fn at(distribution: &str, text: &mut Text) {
    text.say("  ").given("", Some(distribution).filter(|id| !id.is_empty()), ": ");
}

fn of_path(path: &PathAnswer<'_>, text: &mut Text) {
    at(path.distribution, text);
    text.say(path.path).say(" purges ").count(path.stale_urls, "stale URL");
    text.given(", forced by ", path.forced_by, "").say("\n");
}
