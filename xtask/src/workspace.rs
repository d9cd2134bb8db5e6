//! Where the workspace's files are.

use std::env;
use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, terminal};

/// The folders that the tasks work in.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, wherever it was set.
    pub(crate) target: PathBuf,
    /// The folder of the fast profile's binaries.
    binaries: PathBuf,
}

impl Workspace {
    /// Finds the folders from what cargo tells the program it runs, and from where it put this program.
    pub(crate) fn locate() -> Result<Self> {
        let package = env::var_os("CARGO_MANIFEST_DIR").ok_or("start the tasks with `cargo xtask`")?;
        let root = Path::new(&package).parent().ok_or("the folder `xtask` is not in a workspace")?;
        let executable = env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
        let mut folders = executable.ancestors().skip(1).map(Path::to_path_buf);
        let (Some(binaries), Some(target)) = (folders.next(), folders.next()) else {
            return Err(format!("`{}` is not in a target folder of cargo", executable.display()));
        };
        Ok(Self { root: root.to_path_buf(), target, binaries })
    }

    /// A binary of the fast profile, by its name.
    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        self.binaries.join(format!("{name}{EXE_SUFFIX}"))
    }

    /// Cargo, the one that runs this, in the workspace's root.
    pub(crate) fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
        cargo.args(arguments).current_dir(&self.root);
        if terminal::in_ci() {
            cargo.env("CARGO_TERM_COLOR", "never");
        }
        cargo
    }
}
