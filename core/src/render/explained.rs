//! Why a URL, or what a repository path shows, is purged or not, for a terminal.

use alloc::string::String;

use super::{
    Count, Paint, Plain, add,
    text::{diagnostics, named, row},
};
use crate::{
    answer::DecisionAnswer,
    explain::{ExplainAnswer, Fate, PathAnswer, Verdict},
};

pub(super) fn explained(answer: &ExplainAnswer<'_>, paint: Paint, text: &mut String) {
    let asked = answer.url.as_deref().or(answer.path.as_deref()).unwrap_or_default();
    add(text, format_args!("{}\n", paint.strong(&super::plain(asked))));
    for verdict in &answer.verdicts {
        told(verdict, answer.url.as_deref(), paint, text);
    }
    if !answer.decisions.is_empty() {
        *text += "\nDecided:\n";
        let width = answer.decisions.iter().map(|decision| decision.reason.name().len()).max().unwrap_or_default();
        for decision in &answer.decisions {
            *text += "  ";
            row(decision, width, paint, text);
            because(decision, text);
        }
    }
    if !answer.paths.is_empty() {
        *text += "\nPaths:\n";
        answer.paths.iter().for_each(|path| of_path(path, text));
    }
    diagnostics(answer.diagnostics, paint, text);
    add(text, format_args!("\nDecided by {}.\n", named(answer.policy, answer.preset.name())));
}

fn because(decision: &DecisionAnswer<'_>, text: &mut String) {
    *text += "         ";
    if let Some(commit) = decision.commit {
        add(text, format_args!("changed by {}; ", Plain(commit)));
    }
    add(text, format_args!("rule {}", Plain(decision.rule)));
    if let Some(cost) = &decision.cost {
        add(text, format_args!("; {}", Count(cost.paths, "path")));
        if cost.shared > 0 {
            add(text, format_args!(", {} shared", cost.shared));
        }
    }
    text.push('\n');
}

fn told(verdict: &Verdict<'_>, asked: Option<&str>, paint: Paint, text: &mut String) {
    *text += "  ";
    if !verdict.distribution.is_empty() {
        add(text, format_args!("{}: ", Plain(verdict.distribution)));
    }
    if let Some(url) = verdict.url.as_deref().filter(|url| asked != Some(*url)) {
        add(text, format_args!("{}: ", Plain(url)));
    }
    let fate = match verdict.outcome {
        Fate::Purge => paint.green("purged"),
        Fate::OverPurge => paint.yellow("purged though nothing says that it is stale"),
        Fate::Keep => paint.with("", "kept"),
    };
    add(text, format_args!("{fate}, {}", verdict.reason.told()));
    if let Some(rule) = &verdict.rule {
        add(text, format_args!(" (rule {})", Plain(rule)));
    }
    if let Some(behaviour) = verdict.behaviour {
        add(text, format_args!(", served by behaviour {}", Plain(behaviour)));
    }
    if let Some(path) = &verdict.path {
        add(text, format_args!("\n    by {path}"));
    }
    text.push('\n');
}

fn of_path(path: &PathAnswer<'_>, text: &mut String) {
    *text += "  ";
    if !path.distribution.is_empty() {
        add(text, format_args!("{}: ", Plain(path.distribution)));
    }
    add(text, format_args!("{} purges {}", path.path, Count(path.stale_urls, "stale URL")));
    if let Some(code) = path.forced_by {
        add(text, format_args!(", forced by {code}"));
    }
    text.push('\n');
}
