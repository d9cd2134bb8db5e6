//! `cargo xtask measure`: the figures that the README gives.

use std::process::ExitCode;

use crate::verify::small_bootstrap;
use crate::workspace::Workspace;
use crate::{Result, process};

/// What `cargo xtask measure --help` prints.
pub(crate) const HELP: &str = "\
Builds the small `bootstrap` that is deployed and measures it against the loopback endpoints: its size and that of its
zip, 20 starts to the first `next`, memory after an event, the AWS calls of a deploy of 1,000 objects with 10 changes,
and a deploy that meets CloudFront's rate of CreateInvalidation. Expect 15 minutes on two cores, most of it the build.

usage: cargo xtask measure
";

/// Builds, then runs the measurements.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<ExitCode> {
    if let Some(unknown) = options.first() {
        return Err(format!("`{unknown}` is no option of `measure`; see `cargo xtask measure --help`"));
    }
    small_bootstrap(workspace)?;
    let mut measure = workspace.cargo(["run", "--release", "--package=purgeplan-tests", "--bin=measure"]);
    process::run(measure.env("PURGEPLAN_BOOTSTRAP", workspace.target.join("lambda").join("bootstrap")))?;
    Ok(ExitCode::SUCCESS)
}
