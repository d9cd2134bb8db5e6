//! Python environments in the target folder, each with the packages of one list.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::install::same;
use crate::workspace::Workspace;
use crate::{Result, process, terminal};

/// An environment that a step needs.
pub(crate) struct Environment {
    /// Its folder in the target folder.
    folder: &'static str,
    /// The list of its packages, from the workspace's root.
    packages: &'static str,
    /// What the packages are, for the person who waits for them.
    what: &'static str,
}

/// What the tests ask the endpoints with.
pub(crate) const TESTS: Environment =
    Environment { folder: "python", packages: "tests/requirements.txt", what: "boto3, the AWS CLI, moto, cfn-lint" };

/// What compiles for the Lambda's own machines, on any machine.
pub(crate) const ZIG: Environment =
    Environment { folder: "zig", packages: "xtask/requirements.txt", what: "cargo-zigbuild and Zig, some 100 MB" };

/// What is missing when there is no usable Python.
pub(crate) const NO_PYTHON: &str =
    "no Python 3.10 with venv (Debian: `apt-get install python3-venv`), so no tests with a foreign AWS client";

/// The same for the executables.
pub(crate) const NO_ZIG: &str = "no Python 3.10 with venv (Debian: `apt-get install python3-venv`) to install Zig with";

/// The Python of an environment, which is made where it is not there yet; nothing when this machine has no Python to make
/// it with.
pub(crate) fn environment(workspace: &Workspace, wanted: &Environment) -> Result<Option<PathBuf>> {
    let Environment { folder, packages, what } = wanted;
    let environment = workspace.target.join(folder);
    let python = environment.join("bin").join("python");
    let (list, installed) = (workspace.root.join(packages), environment.join("requirements.txt"));
    if same(&list, &installed) && process::succeeds(Command::new(&python).arg("--version")) {
        println!("Python has the packages of `{packages}`.");
        return Ok(Some(python));
    }
    // Some distributions split ensurepip off; without it an environment has no pip.
    let usable = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))";
    if !process::succeeds(Command::new("python3").args(["-c", usable])) {
        // A person may go on without it; continuous integration must not lose tests unseen.
        return if terminal::in_ci() { Err(NO_PYTHON.to_owned()) } else { Ok(None) };
    }
    println!("Installing the packages of `{packages}` ({what}) into {}.", environment.display());
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    process::run(Command::new(&python).args(pip).arg(&list))?;
    fs::copy(&list, &installed).map_err(|error| format!("`{}` cannot be written: {error}", installed.display()))?;
    Ok(Some(python))
}
