//! A plan as Markdown, for a comment on a pull request.

use super::{
    Text, dollars, plain,
    text::{name, paths, source},
};
use crate::{
    answer::{DecisionAnswer, PlanAnswer},
    decide::Outcome,
    diagnostic::Severity,
};

/// A comment holds at most 65,536 characters on GitHub; the rest is for what stands around the tables.
const MOST: usize = 48_000;

pub(super) fn plan(answer: &PlanAnswer<'_>, text: &mut Text) {
    text.say("### CloudFront invalidation: ").count(answer.billed_paths, "path");
    text.say("\n\nAt most ").say(&dollars(answer.billed_paths)).say(" beyond the free 1,000 a month.");
    source(answer, " Decided by ", text);
    let decisions = answer.decisions.all();
    let purged = decisions.iter().filter(|decision| decision.outcome == Outcome::Purge).count();
    let skipped = decisions.len() - purged;
    if purged == 0 {
        text.say("\nNothing is purged.\n");
    } else {
        let end = text.shown.len() + MOST;
        text.say("\n| File | Why | Invalidation paths |\n|---|---|---|\n");
        rows(answer, Outcome::Purge, purged, "file", end, text);
    }
    if skipped > 0 {
        let end = text.shown.len().max(MOST);
        text.say("\n<details><summary>").count(skipped, "change").say(" not purged</summary>\n\n");
        text.say("| File | Why | Rule |\n|---|---|---|\n");
        rows(answer, Outcome::Skip, skipped, "change", end, text);
        text.say("\n</details>\n");
    }
    for diagnostic in answer.diagnostics {
        let before = text.shown.len();
        text.say(if diagnostic.severity == Severity::Warning { "\n> **Warning:** " } else { "\n> **Note:** " });
        prose(&diagnostic.message, text);
        prose(&diagnostic.help, text.say(". "));
        text.say(".\n");
        if text.shown.len() > 60_000 {
            text.shown.truncate(before);
            text.say("\n> More is left out here.\n");
            break;
        }
    }
}

/// The rows of the decisions with one outcome, as far as the text may go, and how many more there are.
fn rows(answer: &PlanAnswer<'_>, outcome: Outcome, all: usize, what: &str, end: usize, text: &mut Text) {
    let mut shown = 0;
    for (index, decision) in answer.decisions.all().iter().enumerate() {
        if decision.outcome == outcome {
            let before = text.shown.len();
            row(&answer.decisions.get(index), text);
            if text.shown.len() > end {
                text.shown.truncate(before);
                text.say("\nand ").count(all - shown, what).say(" more.\n");
                break;
            }
            shown += 1;
        }
    }
}

fn row(decision: &DecisionAnswer<'_>, text: &mut Text) {
    let mut file = Text::default();
    name(decision, &mut file);
    text.say("| ");
    code(&file.shown, text);
    text.say(" | ").say(decision.reason.name()).say(" | ");
    match decision.outcome {
        Outcome::Purge => {
            for (index, path) in paths(decision).iter().enumerate() {
                code(path, text.say(if index == 0 { "" } else { "<br>" }));
            }
        }
        Outcome::Skip => code(decision.rule, text),
    }
    text.say(" |\n");
}

/// Text from outside within a table's cell: no Markdown and no HTML in it is read as such.
fn code(words: &str, text: &mut Text) {
    // Within `<code>` only these mean something; a pipe would end the cell, a backtick would begin a span.
    escape(&plain(words), text.say("<code>"));
    text.say("</code>");
}

fn escape(words: &str, text: &mut Text) {
    for character in words.chars() {
        match character {
            '&' | '<' | '>' | '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '@' | '#' | '!' | ':' => {
                text.say("&#").number(character as usize).say(";");
            }
            other => text.shown.push(other),
        }
    }
}

/// A message of ours, in which backticks stand round pieces of the input.
fn prose(message: &str, text: &mut Text) {
    for (index, piece) in plain(message).split('`').enumerate() {
        if index % 2 == 1 {
            code(piece, text);
        } else {
            escape(piece, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_cell() {
        let shown = |write: &dyn Fn(&mut Text)| {
            let mut text = Text::default();
            write(&mut text);
            text.shown
        };
        assert_eq!(shown(&|text| code("a|b`c<i>", text)), "<code>a&#124;b&#96;c&#60;i&#62;</code>");
        assert_eq!(shown(&|text| prose("`a*` is <b>", text)), "<code>a&#42;</code> is &#60;b&#62;");
    }
}
