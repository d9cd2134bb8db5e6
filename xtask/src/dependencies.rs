//! What may be among the dependencies: checked by cargo-deny.

use std::process::Command;

use crate::steps::Done;
use crate::{Result, install, process, workspace::Workspace};

/// Licences, sources and doubles of the workspace, then what is below the core.
pub(crate) fn check(workspace: &Workspace) -> Result {
    deny(
        workspace,
        &["--workspace", "--config=deny.toml", "check", "--hide-inclusion-graph", "licenses", "sources", "bans"],
    )?;
    deny(workspace, &["--manifest-path=core/Cargo.toml", "--config=deny-core.toml", "check", "bans"])
}

/// Known vulnerabilities, where their list can be had.
pub(crate) fn advisories(workspace: &Workspace) -> Result<Done> {
    let list = Command::new("git")
        .args(["ls-remote", "--quiet", "--exit-code", LIST, "HEAD"])
        .env("GIT_TERMINAL_PROMPT", "0")
        .output();
    if !list.is_ok_and(|output| output.status.success()) {
        return Ok(Done::LeftOut("the list of vulnerabilities cannot be had from here"));
    }
    deny(workspace, &["--workspace", "--config=deny.toml", "check", "advisories"])?;
    Ok(Done::Passed)
}

/// Where cargo-deny gets it.
const LIST: &str = "https://github.com/rustsec/advisory-db";

fn deny(workspace: &Workspace, arguments: &[&str]) -> Result {
    process::run(Command::new(install::cargo_deny(workspace)?).args(arguments).current_dir(&workspace.root))
}
