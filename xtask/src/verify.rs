//! `cargo xtask verify`: what takes too long for every change.

use std::process::ExitCode;

use crate::steps::Steps;
use crate::test::{Length, all, keep_going};
use crate::workspace::Workspace;
use crate::{Result, dependencies, executables};

/// What `cargo xtask verify --help` prints.
pub(crate) const HELP: &str = "\
Runs all of `cargo xtask test` with the tests' long cases (PURGEPLAN_LONG=1) and ten minutes for each fuzz target, then
looks for known vulnerabilities of the dependencies. Before the tests it builds the executables that are deployed (as
`cargo xtask package` does; the tests then try them, and that of another processor with QEMU), after them once more, to
see that the bytes are the same.
It is started by hand, before a release; expect two hours on two cores.

usage: cargo xtask verify [--keep-going]

  --keep-going   goes on after a failed step
";

/// Runs all steps.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<ExitCode> {
    let mut steps = Steps::new(keep_going("verify", options)?);
    all(workspace, &mut steps, Length::Long);
    steps.attempt("advisories", || dependencies::advisories(workspace));
    steps.run("executables again", || executables::reproduce(workspace));
    Ok(steps.finish())
}
