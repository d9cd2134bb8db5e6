//! A plan as Markdown, for a comment on a pull request.

use alloc::{format, string::String, vec::Vec};

use super::{
    count, dollars, plain,
    text::{name, paths, source},
};
use crate::{
    answer::{DecisionAnswer, PlanAnswer},
    decide::Outcome,
    diagnostic::Severity,
};

/// A comment holds at most 65,536 characters on GitHub; the rest is for what stands around the tables.
const MOST: usize = 48_000;

pub(super) fn plan(answer: &PlanAnswer<'_>) -> String {
    let mut text = format!(
        "### CloudFront invalidation: {}\n\nAt most {} beyond the free 1,000 a month. Decided by {}.\n",
        count(answer.billed_paths, "path"),
        dollars(answer.billed_paths),
        source(answer)
    );
    let (purged, skipped): (String, usize) = purged(answer, &mut text);
    text += &purged;
    if skipped > 0 {
        text += &kept(answer, skipped, MOST.saturating_sub(text.len()));
    }
    for diagnostic in answer.diagnostics {
        let severity = if diagnostic.severity == Severity::Warning { "Warning" } else { "Note" };
        let told = format!("\n> **{severity}:** {}. {}.\n", prose(&diagnostic.message), prose(&diagnostic.help));
        if text.len() + told.len() > 60_000 {
            text += "\n> More is left out here.\n";
            break;
        }
        text += &told;
    }
    text
}

/// The table of what is purged, and how many decisions are not in it because they purge nothing.
fn purged(answer: &PlanAnswer<'_>, head: &mut String) -> (String, usize) {
    let purged = || answer.decisions.iter().filter(|decision| decision.outcome == Outcome::Purge);
    let all = purged().count();
    let skipped = answer.decisions.len() - all;
    if all == 0 {
        *head += "\nNothing is purged.\n";
        return (String::new(), skipped);
    }
    let mut table = String::from("\n| File | Why | Invalidation paths |\n|---|---|---|\n");
    for (shown, decision) in purged().enumerate() {
        let paths = paths(&decision).iter().map(|path| code(path)).collect::<Vec<_>>().join("<br>");
        let row = format!("| {} | {} | {paths} |\n", code(&name(&decision)), decision.reason.name());
        if table.len() + row.len() > MOST {
            table += &format!("\nand {} more.\n", count(all - shown, "file"));
            break;
        }
        table += &row;
    }
    (table, skipped)
}

/// The folded table of what is not purged, as far as there is room.
fn kept(answer: &PlanAnswer<'_>, skipped: usize, room: usize) -> String {
    let mut table = format!("\n<details><summary>{} not purged</summary>\n\n", count(skipped, "change"));
    table += "| File | Why | Rule |\n|---|---|---|\n";
    let kept = answer.decisions.iter().filter(|decision| decision.outcome == Outcome::Skip);
    for (shown, decision) in kept.enumerate() {
        let row = row(&decision);
        if table.len() + row.len() > room {
            table += &format!("\nand {} more.\n", count(skipped - shown, "change"));
            break;
        }
        table += &row;
    }
    table + "\n</details>\n"
}

fn row(decision: &DecisionAnswer<'_>) -> String {
    format!("| {} | {} | {} |\n", code(&name(decision)), decision.reason.name(), code(decision.rule))
}

/// Text from outside within a table's cell: no Markdown and no HTML in it is read as such.
fn code(text: &str) -> String {
    // Within `<code>` only these mean something; a pipe would end the cell, a backtick would begin a span.
    let mut shown = String::from("<code>");
    for character in plain(text).chars() {
        escape_into(character, &mut shown);
    }
    shown + "</code>"
}

fn escape_into(character: char, text: &mut String) {
    match character {
        '&' | '<' | '>' | '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '@' | '#' | '!' | ':' => {
            text.push_str(&format!("&#{};", u32::from(character)));
        }
        other => text.push(other),
    }
}

/// A message of ours, in which backticks stand round pieces of the input.
fn prose(text: &str) -> String {
    let mut shown = String::new();
    for (index, piece) in plain(text).split('`').enumerate() {
        if index % 2 == 1 {
            shown += &code(piece);
        } else {
            piece.chars().for_each(|character| escape_into(character, &mut shown));
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
