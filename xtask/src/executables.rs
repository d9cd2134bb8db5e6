//! The Lambda's executables: static, for both architectures, and the same bytes from the same sources on any machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::Workspace;
use crate::{Result, install, process, python};

/// What a zip may weigh: a deployment package is fetched at every cold start.
const LIMIT: u64 = 5 * 1024 * 1024;

/// An architecture of AWS Lambda.
#[derive(Clone, Copy)]
struct Architecture {
    /// Its name there.
    name: &'static str,
    /// Its name for Rust; musl, so that the executable needs nothing of the machine.
    target: &'static str,
}

/// Those that there are.
const ARCHITECTURES: [Architecture; 2] = [
    Architecture { name: "arm64", target: "aarch64-unknown-linux-musl" },
    Architecture { name: "x86_64", target: "x86_64-unknown-linux-musl" },
];

/// The executable for this machine's processor, and its size.
pub(crate) fn native(workspace: &Workspace) -> Result<PathBuf> {
    let own = ARCHITECTURES[usize::from(cfg!(not(target_arch = "aarch64")))];
    let executable = compile(workspace, own, &workspace.target.join("executables"))?;
    zip(workspace, &executable, &executable.with_extension("zip"))?;
    Ok(executable)
}

/// Builds each executable into `js/generated/lambda`, where the npm package takes it from, and zips it into the folder
/// that it gives.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    let zips = workspace.target.join("package");
    create(&zips)?;
    for architecture in ARCHITECTURES {
        let executable = compile(workspace, architecture, &workspace.target.join("executables"))?;
        let folder = workspace.root.join("js/generated/lambda").join(architecture.name);
        create(&folder)?;
        let packed = folder.join("bootstrap");
        fs::copy(&executable, &packed).map_err(|error| format!("`{}`: {error}", packed.display()))?;
        zip(workspace, &packed, &zips.join(zip_name(architecture)))?;
    }
    Ok(zips)
}

/// The name of an architecture's zip.
fn zip_name(architecture: Architecture) -> String {
    format!("purgeplan-lambda-{}.zip", architecture.name)
}

/// Builds everything again, elsewhere and from nothing, and compares the bytes.
pub(crate) fn reproduce(workspace: &Workspace) -> Result {
    let elsewhere = workspace.target.join("executables-again");
    if elsewhere.exists() {
        fs::remove_dir_all(&elsewhere).map_err(|error| format!("`{}`: {error}", elsewhere.display()))?;
    }
    for architecture in ARCHITECTURES {
        let again = compile(workspace, architecture, &elsewhere)?;
        let zip_again = elsewhere.join(zip_name(architecture));
        zip(workspace, &again, &zip_again)?;
        if !install::same(&zip_again, &workspace.target.join("package").join(zip_name(architecture))) {
            return Err(format!("two builds for {} have other bytes", architecture.name));
        }
        println!("{}: two builds have the same bytes.", architecture.name);
    }
    Ok(())
}

/// Compiles the small executable for an architecture.
fn compile(workspace: &Workspace, architecture: Architecture, folder: &Path) -> Result<PathBuf> {
    let target = architecture.target;
    install::target(workspace, target)?;
    let zig = python::environment(workspace, &python::ZIG)?.ok_or(python::NO_ZIG)?;
    let tools = zig.parent().map(Path::to_path_buf).unwrap_or_default();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([tools.clone()].into_iter().chain(std::env::split_paths(&path)))
        .map_err(|error| format!("`{}` cannot be in `PATH`: {error}", tools.display()))?;
    let mut build = workspace.cargo(["zigbuild", "--locked", "--profile=lambda", "--package=purgeplan-lambda"]);
    build.args(["--bin=bootstrap", "--target", target, "--target-dir"]).arg(folder).arg("--config");
    build.arg(format!("target.{target}.rustflags=[{}]", remapped(workspace, folder)?.join(",")));
    process::run(build.env("PATH", path).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS"))?;
    Ok(folder.join(target).join("lambda").join("bootstrap"))
}

/// Options that put one name in the place of each folder of this machine; the last that fits a path counts.
fn remapped(workspace: &Workspace, folder: &Path) -> Result<Vec<String>> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let rustc =
        |arguments: &[&str]| process::output(Command::new("rustc").args(arguments).current_dir(&workspace.root));
    let library = Path::new(rustc(&["--print", "sysroot"])?.trim_end()).join("lib/rustlib/src/rust");
    let about = rustc(&["--version", "--verbose"])?;
    let commit = about.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
    // The library's sources have this name on a machine without `rust-src`.
    let published = format!("/rustc/{commit}");
    let folders: [(&Path, &str); 4] =
        [(&library, &published), (&cargo, "/cargo"), (&workspace.root, "/purgeplan"), (folder, "/target")];
    Ok(folders.iter().map(|(from, to)| format!("'--remap-path-prefix={}={to}'", from.display())).collect())
}

/// Zips an executable under the name `bootstrap`, and tells the sizes.
fn zip(workspace: &Workspace, executable: &Path, zip: &Path) -> Result {
    process::run(Command::new("node").arg("zip.mjs").arg(executable).arg(zip).current_dir(workspace.root.join("js")))?;
    let (own, zipped) = (size(executable)?, size(zip)?);
    println!("{}: {own} bytes, as a zip {zipped}", zip.display());
    if zipped > LIMIT {
        return Err(format!("`{}` has {zipped} bytes, more than {LIMIT}", zip.display()));
    }
    Ok(())
}

fn size(file: &Path) -> Result<u64> {
    fs::metadata(file).map(|of| of.len()).map_err(|error| format!("`{}`: {error}", file.display()))
}

fn create(folder: &Path) -> Result {
    fs::create_dir_all(folder).map_err(|error| format!("`{}` cannot be made: {error}", folder.display()))
}
