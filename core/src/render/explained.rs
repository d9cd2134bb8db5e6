//! Why a URL, or what a repository path shows, is purged or not, for a terminal.

use alloc::{format, string::String, vec::Vec};

use super::{
    Paint, count, plain,
    text::{diagnostics, named, row},
};
use crate::explain::{ExplainAnswer, Fate, PathAnswer, Verdict};

pub(super) fn explained(answer: &ExplainAnswer<'_>, paint: Paint) -> String {
    let asked = answer.url.as_ref().or(answer.path.as_ref());
    let mut text = format!("{}\n", paint.strong(&plain(asked.map(String::as_str).unwrap_or_default())));
    for verdict in &answer.verdicts {
        text += &told(verdict, answer.url.as_deref(), paint);
    }
    if !answer.decisions.is_empty() {
        text += "\nDecided:\n";
        let width = answer.decisions.iter().map(|decision| decision.reason.name().len()).max().unwrap_or_default();
        for decision in &answer.decisions {
            text += "  ";
            text += &row(decision, width, paint);
            let mut because = Vec::new();
            if let Some(commit) = decision.commit {
                because.push(format!("changed by {}", plain(commit)));
            }
            because.push(format!("rule {}", plain(decision.rule)));
            if let Some(cost) = &decision.cost {
                let shared = if cost.shared > 0 { format!(", {} shared", cost.shared) } else { String::new() };
                because.push(format!("{}{shared}", count(cost.paths, "path")));
            }
            text += &format!("         {}\n", because.join("; "));
        }
    }
    if !answer.paths.is_empty() {
        text += "\nPaths:\n";
        answer.paths.iter().for_each(|path| text += &of_path(path));
    }
    text += &diagnostics(answer.diagnostics, paint);
    text + &format!("\nDecided by {}.\n", named(answer.policy, answer.preset.name()))
}

fn told(verdict: &Verdict<'_>, asked: Option<&str>, paint: Paint) -> String {
    let mut text = String::from("  ");
    if !verdict.distribution.is_empty() {
        text += &format!("{}: ", plain(verdict.distribution));
    }
    if let Some(url) = verdict.url.as_deref().filter(|url| asked != Some(*url)) {
        text += &format!("{}: ", plain(url));
    }
    text += &match verdict.outcome {
        Fate::Purge => paint.green("purged"),
        Fate::OverPurge => paint.yellow("purged though nothing says that it is stale"),
        Fate::Keep => String::from("kept"),
    };
    text += &format!(", {}", verdict.reason.told());
    if let Some(rule) = &verdict.rule {
        text += &format!(" (rule {})", plain(rule));
    }
    if let Some(behaviour) = verdict.behaviour {
        text += &format!(", served by behaviour {}", plain(behaviour));
    }
    if let Some(path) = &verdict.path {
        text += &format!("\n    by {path}");
    }
    text + "\n"
}

fn of_path(path: &PathAnswer<'_>) -> String {
    let forced = path.forced_by.map(|code| format!(", forced by {code}")).unwrap_or_default();
    let at = if path.distribution.is_empty() { String::new() } else { format!("{}: ", plain(path.distribution)) };
    format!("  {at}{} purges {}{forced}\n", path.path, count(path.stale_urls, "stale URL"))
}
