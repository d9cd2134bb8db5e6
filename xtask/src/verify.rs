//! `cargo xtask verify`: what takes too long for every change.

use std::process::{Command, ExitCode};

use crate::steps::Steps;
use crate::test::{Length, all, keep_going};
use crate::workspace::Workspace;
use crate::{Result, install, process};

/// What `cargo xtask verify --help` prints.
pub(crate) const HELP: &str = "\
Runs all of `cargo xtask test` with the tests' long cases (PURGEPLAN_LONG=1) and ten minutes for each fuzz target, then
cargo-deny, which it installs into the target folder, and the build of the small `bootstrap` that is deployed, with its
size and that of its zip.
It is started by hand, before a release; expect an hour on two cores.

usage: cargo xtask verify [--keep-going]

  --keep-going   goes on after a failed step
";

/// Runs all steps.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<ExitCode> {
    let mut steps = Steps::new(keep_going("verify", options)?);
    all(workspace, &mut steps, Length::Long);
    steps.run("cargo-deny", || deny(workspace));
    steps.run("small bootstrap", || small_bootstrap(workspace));
    Ok(steps.finish())
}

/// Licences, sources and doubles of the workspace, then what is below the core.
fn deny(workspace: &Workspace) -> Result {
    let deny = install::cargo_deny(workspace)?;
    let checks = [
        ["--workspace", "--config=deny.toml", "check", "--hide-inclusion-graph", "licenses", "sources", "bans"]
            .as_slice(),
        &["--manifest-path=core/Cargo.toml", "--config=deny-core.toml", "check", "bans"],
    ];
    checks.iter().try_for_each(|check| process::run(Command::new(&deny).args(*check).current_dir(&workspace.root)))
}

/// Builds the binary that is deployed and tells its size.
pub(crate) fn small_bootstrap(workspace: &Workspace) -> Result {
    process::run(&mut workspace.cargo(["build", "--profile=lambda", "--package=purgeplan-lambda"]))?;
    let bootstrap = workspace.target.join("lambda").join("bootstrap");
    // A zip of one stored name: local header 30, entry 46, end 22, and the name twice.
    let script = "const bytes = require('fs').readFileSync(process.argv[1]); \
                  const deflated = require('zlib').deflateRawSync(bytes, { level: 9 }); \
                  console.log(`bootstrap: ${bytes.length} bytes, as a zip ${deflated.length + 98 + 2 * 'bootstrap'.length}`)";
    process::run(Command::new("node").arg("--eval").arg(script).arg(bootstrap))
}
