//! Scripts for a shell, run as a person would run them, with the real AWS CLI against the endpoints.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use purgeplan_loopback::Loopback;

/// Runs a script in a folder; nothing when `PURGEPLAN_PYTHON`, which has the AWS CLI, is not set.
///
/// # Panics
/// When the shell cannot be run.
pub async fn run(script: &str, folder: &Path, aws: &Loopback) -> Option<Output> {
    let Some(python) = std::env::var_os("PURGEPLAN_PYTHON") else {
        eprintln!("left out: PURGEPLAN_PYTHON is not set; `cargo xtask test` sets it");
        return None;
    };
    let programs = tempfile::tempdir().expect("a folder can be made");
    let shim = programs.path().join("aws");
    std::fs::write(&shim, "#!/bin/sh\nexec \"$PURGEPLAN_PYTHON\" -m awscli \"$@\"\n").expect("it can be written");
    std::fs::set_permissions(&shim, PermissionsExt::from_mode(0o755)).expect("it can be made executable");
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([programs.path().to_path_buf()].into_iter().chain(std::env::split_paths(&others)));
    let mut shell = tokio::process::Command::new("sh");
    shell.arg("-ec").arg(script).current_dir(folder).envs(aws.endpoints().environment());
    shell.env("PATH", path.expect("no name has a colon")).env("PURGEPLAN_PYTHON", python);
    Some(shell.output().await.expect("there is a shell"))
}
