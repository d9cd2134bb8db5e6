//! purgeplan on the command line, with this machine in the place of AWS.
//!
//! `purgeplan plan` prints what a deploy would purge; `purgeplan local` runs the whole job against the deployed binary
//! and checks that nothing stays stale. Exit codes: 0 well, 1 something is stale or lost, 2 an input cannot be used.

mod cli;
mod failure;
mod local;
mod plan;
mod text;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command};

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Local(arguments) => local::run(&arguments),
    };
    result.unwrap_or_else(|failure| {
        anstream::eprintln!("{}", failure.shown());
        ExitCode::from(2)
    })
}
