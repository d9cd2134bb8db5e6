//! What is printed: answers, and the tables of `purgeplan local`.

use std::io::Write;

use comfy_table::{Cell, Color, ContentArrangement, LineStyle, Row, Table, TableStyle};
use purgeplan_core::plain;

use crate::failure::Failure;

/// Writes text; colours are taken off where there is no terminal.
pub(crate) fn print_text(text: &str) -> Result<(), Failure> {
    written(anstream::stdout().lock().write_all(text.as_bytes()))
}

/// Writes bytes as they are: what takes colours off takes DEL out of names too.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    written(std::io::stdout().lock().write_all(bytes))
}

/// A reader that has seen enough (`| head`) is no error.
fn written(result: std::io::Result<()>) -> Result<(), Failure> {
    match result.and_then(|()| std::io::stdout().flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("the output could not be written: {error}"), "check where it goes"))
        }
        _ => Ok(()),
    }
}

/// A row of a table of decisions; what is purged stands out where there is colour.
pub(crate) fn row(change: &str, name: &str, outcome: &str, reason: &str, paths: &[&str]) -> Row {
    let colour = if outcome == "purge" { Color::Green } else { Color::DarkGrey };
    let cells = [Cell::new(plain(change)), Cell::new(plain(name)), Cell::new(outcome).fg(colour), Cell::new(reason)];
    cells.into_iter().chain([Cell::new(paths.join("\n"))]).collect::<Vec<_>>().into()
}

/// A table that fits the terminal, or 100 columns where there is none.
pub(crate) fn new_table(header: &[&str]) -> Table {
    let rule = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
    let mut table = Table::new();
    table.load_style(rule).set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
    if table.width().is_none() {
        table.set_width(100);
    }
    table
}
