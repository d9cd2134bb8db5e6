//! `cargo xtask measure`: the figures that the README gives.

use std::process::ExitCode;

use crate::workspace::Workspace;
use crate::{Result, executables, install, process, python};

/// What `cargo xtask measure --help` prints.
pub(crate) const HELP: &str = "\
Builds the small `bootstrap` that is deployed and measures it against the loopback endpoints: its size and that of its
zip; start, memory, AWS calls and what stays stale, beside the article's handler in Python; whole queues and thousands of
events; and a deploy that meets CloudFront's rate of CreateInvalidation. Expect 15 minutes on two cores, most of it the build.

usage: cargo xtask measure
";

/// Builds, then runs the measurements.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<ExitCode> {
    if let Some(unknown) = options.first() {
        return Err(format!("`{unknown}` is no option of `measure`; see `cargo xtask measure --help`"));
    }
    install::node(workspace)?;
    install::javascript(workspace)?;
    let bootstrap = executables::native(workspace)?;
    let mut measure = workspace.cargo(["run", "--release", "--package=purgeplan-tests", "--bin=measure"]);
    if let Some(python) = python::environment(workspace, &python::TESTS)? {
        measure.env("PURGEPLAN_PYTHON", python);
    }
    process::run(measure.env("PURGEPLAN_BOOTSTRAP", bootstrap))?;
    Ok(ExitCode::SUCCESS)
}
