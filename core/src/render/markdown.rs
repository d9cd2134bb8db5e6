//! A plan as Markdown, for a comment on a pull request.

use alloc::{format, string::String};

use super::{
    Count, add, dollars, plain,
    text::{name, paths, source},
};
use crate::{
    answer::{DecisionAnswer, PlanAnswer},
    decide::Outcome,
    diagnostic::Severity,
};

/// A comment holds at most 65,536 characters on GitHub; the rest is for what stands around the tables.
const MOST: usize = 48_000;

pub(super) fn plan(answer: &PlanAnswer<'_>, text: &mut String) {
    let (paths, source) = (Count(answer.billed_paths, "path"), source(answer));
    let dollars = dollars(answer.billed_paths);
    add(text, format_args!("### CloudFront invalidation: {paths}\n\n"));
    add(text, format_args!("At most {dollars} beyond the free 1,000 a month. Decided by {source}.\n"));
    let decisions = answer.decisions.all();
    let purged = decisions.iter().filter(|decision| decision.outcome == Outcome::Purge).count();
    let skipped = decisions.len() - purged;
    if purged == 0 {
        *text += "\nNothing is purged.\n";
    } else {
        let mut table = String::from("\n| File | Why | Invalidation paths |\n|---|---|---|\n");
        rows(answer, Outcome::Purge, purged, "file", MOST, &mut table);
        *text += &table;
    }
    if skipped > 0 {
        let mut table = format!("\n<details><summary>{} not purged</summary>\n\n", Count(skipped, "change"));
        table += "| File | Why | Rule |\n|---|---|---|\n";
        rows(answer, Outcome::Skip, skipped, "change", MOST.saturating_sub(text.len()), &mut table);
        *text += &table;
        *text += "\n</details>\n";
    }
    for diagnostic in answer.diagnostics {
        let severity = if diagnostic.severity == Severity::Warning { "Warning" } else { "Note" };
        let told = format!("\n> **{severity}:** {}. {}.\n", prose(&diagnostic.message), prose(&diagnostic.help));
        if text.len() + told.len() > 60_000 {
            *text += "\n> More is left out here.\n";
            break;
        }
        *text += &told;
    }
}

/// The rows of the decisions with one outcome, as far as there is room, and how many more there are.
fn rows(answer: &PlanAnswer<'_>, outcome: Outcome, all: usize, what: &str, room: usize, table: &mut String) {
    let mut shown = 0;
    for (index, decision) in answer.decisions.all().iter().enumerate() {
        if decision.outcome == outcome {
            let row = row(&answer.decisions.get(index));
            if table.len() + row.len() > room {
                add(table, format_args!("\nand {} more.\n", Count(all - shown, what)));
                break;
            }
            *table += &row;
            shown += 1;
        }
    }
}

fn row(decision: &DecisionAnswer<'_>) -> String {
    let mut because = String::new();
    match decision.outcome {
        Outcome::Purge => {
            for path in paths(decision) {
                because += if because.is_empty() { "" } else { "<br>" };
                because += &code(path);
            }
        }
        Outcome::Skip => because = code(decision.rule),
    }
    format!("| {} | {} | {because} |\n", code(&name(decision)), decision.reason.name())
}

/// Text from outside within a table's cell: no Markdown and no HTML in it is read as such.
fn code(text: &str) -> String {
    // Within `<code>` only these mean something; a pipe would end the cell, a backtick would begin a span.
    let mut shown = String::from("<code>");
    escape_into(&plain(text), &mut shown);
    shown + "</code>"
}

fn escape_into(text: &str, shown: &mut String) {
    for character in text.chars() {
        match character {
            '&' | '<' | '>' | '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '@' | '#' | '!' | ':' => {
                add(shown, format_args!("&#{};", u32::from(character)));
            }
            other => shown.push(other),
        }
    }
}

/// A message of ours, in which backticks stand round pieces of the input.
fn prose(text: &str) -> String {
    let mut shown = String::new();
    for (index, piece) in plain(text).split('`').enumerate() {
        if index % 2 == 1 {
            shown += &code(piece);
        } else {
            escape_into(piece, &mut shown);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_cell() {
        assert_eq!(code("a|b`c<i>"), "<code>a&#124;b&#96;c&#60;i&#62;</code>");
        assert_eq!(prose("`a*` is <b>"), "<code>a&#42;</code> is &#60;b&#62;");
    }
}
