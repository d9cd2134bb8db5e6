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
        let width = answer.decisions.iter().map(|decision| decision.reason.name().len()).max().unwrap_or_default();
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
    text.say("         ");
    if let Some(commit) = decision.commit {
        text.say("changed by ").name(commit).say("; ");
    }
    text.say("rule ").name(decision.rule);
    if let Some(cost) = &decision.cost {
        text.say("; ").count(cost.paths, "path");
        if cost.shared > 0 {
            text.say(", ").number(cost.shared).say(" shared");
        }
    }
    text.say("\n");
}

fn told(verdict: &Verdict<'_>, asked: Option<&str>, text: &mut Text) {
    text.say("  ");
    if !verdict.distribution.is_empty() {
        text.name(verdict.distribution).say(": ");
    }
    if let Some(url) = verdict.url.as_deref().filter(|url| asked != Some(*url)) {
        text.name(url).say(": ");
    }
    match verdict.outcome {
        Fate::Purge => text.painted(GREEN, "purged"),
        Fate::OverPurge => text.painted(YELLOW, "purged though nothing says that it is stale"),
        Fate::Keep => text.say("kept"),
    };
    text.say(", ").say(verdict.reason.told());
    if let Some(rule) = &verdict.rule {
        text.say(" (rule ").name(rule).say(")");
    }
    if let Some(behaviour) = verdict.behaviour {
        text.say(", served by behaviour ").name(behaviour);
    }
    if let Some(path) = &verdict.path {
        text.say("\n    by ").say(path);
    }
    text.say("\n");
}

fn of_path(path: &PathAnswer<'_>, text: &mut Text) {
    text.say("  ");
    if !path.distribution.is_empty() {
        text.name(path.distribution).say(": ");
    }
    text.say(path.path).say(" purges ").count(path.stale_urls, "stale URL");
    if let Some(code) = path.forced_by {
        text.say(", forced by ").say(code);
    }
    text.say("\n");
}
