//! purgeplan on the command line, with this machine in the place of AWS.
//!
//! `purgeplan plan` prints what a deploy would purge, `explain` why, `check` and `schema` are about policies; `apply` purges;
//! `purgeplan local` runs the whole job against the deployed binary and checks that nothing stays stale; `redrive` sends a
//! dead-letter queue's events again. Exit codes: 0 well, 1 something is stale, lost or failed again, 2 an input cannot be
//! used.

mod apply;
mod ask;
mod cli;
mod failure;
mod inputs;
mod local;
mod output;
mod redrive;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command};

/// A plan of 100,000 changes takes two thirds of the time with it: glibc gives memory back and asks for it again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Plan(arguments) => ask::plan(&arguments),
        Command::Apply(arguments) => apply::run(&arguments),
        Command::Explain(arguments) => ask::explain(&arguments),
        Command::Check(arguments) => ask::check(&arguments),
        Command::Schema => ask::schema(),
        Command::Local(arguments) => local::run(&arguments),
        Command::Redrive(arguments) => redrive::run(&arguments),
    };
    result.unwrap_or_else(|failure| {
        anstream::eprintln!("{}", failure.shown());
        ExitCode::from(2)
    })
}
