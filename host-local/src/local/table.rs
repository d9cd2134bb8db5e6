//! The report as a person reads it.

use std::collections::BTreeSet;

use anstyle::{AnsiColor, Style};
use comfy_table::Table;
use purgeplan_core::{count, dollars, plain};

use super::report::{Deploy, Report};
use crate::output::{new_table, row as decision_row};

/// The width of the summary's names.
const NAMES: usize = 20;
/// Rows that are shown without `--all`.
const SHOWN: usize = 40;

const GOOD: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
const BAD: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
const NOTE: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));

pub(crate) fn render(report: &Report, all: bool) -> String {
    let most = if all { usize::MAX } else { SHOWN };
    let mut text = match report.deploys.as_slice() {
        [deploy] => changes(deploy, most),
        deploys => walked(deploys, most),
    };
    text += &problems(report);
    text += &summary(report);
    text
}

/// One deploy: a row a change.
fn changes(deploy: &Deploy, most: usize) -> String {
    let mut text =
        format!("Deploy of {} over {}\n", short(&deploy.commit), deploy.base.as_deref().map_or("nothing", short));
    if deploy.rows.is_empty() {
        return text + "No file changed.\n\n";
    }
    let mut table = new_table(&["change", "object key", "decision", "reason", "path"]);
    for row in deploy.rows.iter().take(most) {
        let paths: Vec<&str> = row.paths.iter().map(String::as_str).collect();
        let key = row.key.as_deref().unwrap_or(&row.path);
        table.add_row(decision_row(&row.change, key, &row.outcome, &row.reason, &paths));
    }
    text += &format!("{table}\n{}\n", left_out(deploy.rows.len(), most));
    text
}

/// Several deploys: a row each.
fn walked(deploys: &[Deploy], most: usize) -> String {
    let mut table: Table =
        new_table(&["commit", "changes", "purged", "objects", "stale before", "stale after", "without need"]);
    for deploy in deploys.iter().take(most) {
        let purged = deploy.rows.iter().filter(|row| row.outcome == "purge").count();
        let unnamed = deploy.needless.iter().filter(|needless| needless.named.is_none()).count();
        let stale = deploy.stale_after.iter().filter(|stale| stale.promised).count();
        let numbers = [deploy.rows.len(), purged, deploy.objects, deploy.stale_before, stale, unnamed];
        table
            .add_row(std::iter::once(short(&deploy.commit).to_owned()).chain(numbers.map(|number| number.to_string())));
    }
    format!("{table}\n{}\n", left_out(deploys.len(), most))
}

fn left_out(rows: usize, most: usize) -> String {
    let more = rows.saturating_sub(most);
    if more == 0 { String::new() } else { format!("… and {more} more rows (--all shows them)\n") }
}

/// What a person must see: stale URLs, lost events, needless purges, and what the plan warns of.
fn problems(report: &Report) -> String {
    let mut text = String::new();
    let mut say =
        |style: Style, word: &str, message: &str| text += &format!("{style}{word}{style:#} {}\n", plain(message));
    let mut warned = BTreeSet::new();
    for deploy in &report.deploys {
        for stale in deploy.stale_after.iter().filter(|stale| stale.promised).take(SHOWN) {
            say(BAD, "stale:", &format!("{} at {} ({})", stale.url, stale.distribution, stale.cause));
        }
        for lost in &deploy.lost_events {
            let keys = lost.keys.first().map(String::as_str).unwrap_or_default();
            say(BAD, "lost:", &format!("the event of {} ({keys}…): {}", count(lost.keys.len(), "object"), lost.error));
        }
        for needless in deploy.needless.iter().filter(|needless| needless.named.is_none()).take(SHOWN) {
            say(NOTE, "without need:", &format!("{} by {}", needless.url, needless.path));
        }
        for diagnostic in &deploy.diagnostics {
            if warned.insert(diagnostic) {
                say(NOTE, "warning:", diagnostic);
            }
        }
    }
    if text.is_empty() { text } else { text + "\n" }
}

fn summary(report: &Report) -> String {
    let (promised, others) = report.stale_after();
    let (unnamed, named) = report.needless();
    let before: usize = report.deploys.iter().map(|deploy| deploy.stale_before).sum();
    let calls: Vec<String> = report.aws_calls.iter().map(|(operation, calls)| format!("{operation} {calls}")).collect();
    let faults = report.faults.as_ref().map(|faults| {
        let again = format!("the same again with --faults={}", faults.seed);
        ("Faults", format!("{}; {again}", count(usize::try_from(faults.happened).unwrap_or(usize::MAX), "failed call")))
    });
    let verdict = if report.kept_its_promise() { GOOD } else { BAD };
    let beside =
        |number: usize, what: &str| if number == 0 { String::new() } else { format!(" (and {number} {what})") };
    let rows: [(&str, String); 8] = [
        ("Decided by", plain(&report.decided_by)),
        ("Trigger, deploy", format!("{}, {}", report.trigger, report.deploy)),
        ("AWS calls", if calls.is_empty() { "none".to_owned() } else { wrapped(&calls) }),
        (
            "Billed paths",
            format!("{} ({} beyond the free 1,000 a month)", report.billed_paths, dollars(report.billed_paths)),
        ),
        ("Stale URLs before", before.to_string()),
        (
            "Stale URLs after",
            format!("{verdict}{promised}{verdict:#}{}", beside(others, "that this mode does not promise: see README")),
        ),
        ("Purged without need", format!("{unnamed}{}", beside(named, "that a rule or a substitute named"))),
        ("Time", format!("{:.1} s", report.seconds)),
    ];
    rows.iter().chain(&faults).map(|(name, value)| format!("{name:<NAMES$} {value}\n")).collect()
}

/// A list in lines of 80 columns, beside the names.
fn wrapped(items: &[String]) -> String {
    let (mut text, mut column) = (String::new(), NAMES + 1);
    for (at, item) in items.iter().enumerate() {
        let item = if at + 1 == items.len() { item.clone() } else { format!("{item}, ") };
        if column + item.trim_end().len() > 80 {
            text = format!("{}\n{:width$}", text.trim_end(), "", width = NAMES + 1);
            column = NAMES + 1;
        }
        column += item.len();
        text += &item;
    }
    text
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
