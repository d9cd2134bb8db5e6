//! `cargo xtask simulate`: random histories of a site through the Lambda's handler.

use std::process::ExitCode;

use crate::workspace::Workspace;
use crate::{Result, process};

/// What `cargo xtask simulate --help` prints.
pub(crate) const HELP: &str = "\
Plays random histories of a site through the Lambda's handler, with random faults of AWS, and judges them by the edge
model: nothing stale, nothing bought in vain, every job answered. One that breaks a promise is cut short and told.

usage: cargo xtask simulate [--histories N] [--seed S] [--steps K]

  --histories N   how many are played (300), of the seeds from S on, or from 0
  --seed S        without --histories: tells the one history of this seed
  --steps K       cuts it after so many steps
";

/// Builds and plays.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<ExitCode> {
    let mut simulate = workspace.cargo(["run", "--quiet", "--package=purgeplan-tests", "--bin=simulate", "--"]);
    process::run(simulate.args(options))?;
    Ok(ExitCode::SUCCESS)
}
