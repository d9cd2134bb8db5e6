//! `purgeplan redrive`: the events of a dead-letter queue are sent to the function again.
//!
//! Without `--yes` it only tells what it would send. Nothing is lost: what fails again is written to a file, which can be
//! given to the next `redrive`. It never prints an event's content but for object keys and commits, because a job's
//! event carries credentials.

mod items;
mod kept;
mod send;
mod shape;

use std::process::ExitCode;

use purgeplan_core::{count, plain};

use crate::cli::RedriveArguments;
use crate::failure::Failure;
use crate::inputs;
use crate::output::print_text;
use items::Item;
use kept::Kept;
use send::Lambda;

pub(crate) fn run(arguments: &RedriveArguments) -> Result<ExitCode, Failure> {
    let bytes = inputs::read("the file of events", &arguments.file, "FILE, or `-` for standard input")?;
    let items = items::read(&bytes)?;
    if items.is_empty() {
        print_text("No events: the queue had none. `aws sqs receive-message` prints nothing for an empty queue.\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    match (&arguments.function, arguments.yes) {
        (Some(function), true) => sent(arguments, function, &items),
        _ => shown(arguments, &items),
    }
}

/// The dry run.
fn shown(arguments: &RedriveArguments, items: &[Item]) -> Result<ExitCode, Failure> {
    let mut text: String = items.iter().enumerate().map(|(at, item)| line(at, items.len(), item)).collect();
    let function = arguments.function.as_deref().unwrap_or("NAME");
    text += &format!("\n{}, nothing was sent. To send: add --function {function} --yes\n", count(items.len(), "event"));
    print_text(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn sent(arguments: &RedriveArguments, function: &str, items: &[Item]) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::new(format!("the program could not start: {error}"), "check the limits of open files and processes")
    })?;
    runtime.block_on(async {
        let lambda = Lambda::of(function).await?;
        let mut kept = Kept::new(&arguments.failed)?;
        for (at, item) in items.iter().enumerate() {
            print_text(&line(at, items.len(), item))?;
            let result = match &item.event {
                Ok(event) => lambda.send(event).await,
                Err(why) => Err(why.clone()),
            };
            match result {
                Ok(done) => print_text(&format!("      done: {}\n", plain(&done)))?,
                Err(why) => {
                    kept.keep(&item.original)?;
                    print_text(&format!("      failed again: {}\n", plain(&why)))?;
                }
            }
        }
        let failed = kept.count();
        let mut text = format!("\n{} done, {failed} failed again", items.len() - failed);
        if failed > 0 {
            text += &format!(": kept in {}", plain(&arguments.failed.display().to_string()));
        }
        print_text(
            &(text + ".\nThe queue still has its messages: delete those that are done (docs/src/runbook.md).\n"),
        )?;
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
    })
}

fn line(at: usize, all: usize, item: &Item) -> String {
    let width = all.to_string().len().max(3);
    format!("{:>width$}  {:<15} {}\n", at + 1, item.shape.kind, plain(&item.shape.what))
}
