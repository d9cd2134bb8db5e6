//! What the tests need beyond rustup, a C compiler, git and Node: said before it is installed, asked never.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::Workspace;
use crate::{Result, process, terminal};

/// The target of the core's second compilation.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Adds what the tests need to the Rust toolchain that runs them.
///
/// The file `rust-toolchain.toml` cannot: with `RUSTUP_AUTO_INSTALL=0` its components and targets are only names.
pub(crate) fn rust(workspace: &Workspace) -> Result {
    for (component, command) in [("clippy", "clippy"), ("rustfmt", "fmt")] {
        if !process::succeeds(&mut workspace.cargo([command, "--version"])) {
            println!("Installing `{component}` into the Rust toolchain.");
            rustup(workspace, &["component", "add", component])?;
        }
    }
    target(workspace, WASM)?;
    let root = process::output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(&workspace.root))?;
    if !Path::new(root.trim_end()).join("lib/rustlib/src/rust/library").is_dir() {
        println!(
            "Installing `rust-src` into the Rust toolchain: the WebAssembly module has a standard library of its own."
        );
        rustup(workspace, &["component", "add", "rust-src"])?;
    }
    println!("The Rust toolchain has clippy, rustfmt, rust-src and {WASM}.");
    Ok(())
}

/// Adds the standard library for a target to the Rust toolchain.
pub(crate) fn target(workspace: &Workspace, name: &str) -> Result {
    let print = ["--print", "target-libdir", "--target", name];
    let libraries = process::output(Command::new("rustc").args(print).current_dir(&workspace.root))?;
    if !Path::new(libraries.trim_end()).is_dir() {
        println!("Installing the target {name} into the Rust toolchain (some 20 MB).");
        rustup(workspace, &["target", "add", name])?;
    }
    Ok(())
}

/// Runs rustup on the toolchain that runs this: `RUSTUP_TOOLCHAIN`, which cargo's proxy sets, says which.
fn rustup(workspace: &Workspace, arguments: &[&str]) -> Result {
    process::run(Command::new("rustup").args(arguments).current_dir(&workspace.root))
}

/// Checks that Node is there and new enough.
pub(crate) fn node(workspace: &Workspace) -> Result {
    let version = process::output(Command::new("node").arg("--version").current_dir(&workspace.root))
        .map_err(|error| format!("{error}; install Node 20 or newer"))?;
    let version = version.trim_end();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < 20) {
        return Err(format!("Node {version} is too old; install Node 20 or newer"));
    }
    println!("Node {version} is there.");
    Ok(())
}

/// The packages of the npm package and of its page, each folder's own in its `node_modules`.
pub(crate) fn javascript(workspace: &Workspace) -> Result {
    for folder in ["js", "js/page"] {
        let at = workspace.root.join(folder);
        let (wanted, installed) = (at.join("package-lock.json"), at.join("node_modules").join("package-lock.json"));
        if !same(&wanted, &installed) {
            println!("Installing the packages of `{folder}/package-lock.json` into `{folder}/node_modules`.");
            let npm = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
            process::run(Command::new("npm").args(npm).current_dir(&at))?;
            let written = fs::copy(&wanted, &installed);
            written.map_err(|error| format!("`{folder}/node_modules` cannot be written: {error}"))?;
        }
        println!("`{folder}/node_modules` has the packages of `{folder}/package-lock.json`.");
    }
    Ok(())
}

/// What is missing when no browser is found.
pub(crate) const NO_BROWSER: &str =
    "no Chromium and no Chrome (Debian: `apt-get install chromium`), so no tests in a browser";

/// A Chromium or a Chrome: `PURGEPLAN_BROWSER`, or one that is installed, or on Debian for root one that is installed now.
pub(crate) fn browser() -> Result<Option<PathBuf>> {
    if let Some(named) = std::env::var_os("PURGEPLAN_BROWSER").map(PathBuf::from) {
        return Ok(Some(named));
    }
    if let Some(found) = installed_browser() {
        println!("The browser is {}.", found.display());
        return Ok(Some(found));
    }
    debian("chromium", "some 350 MB")?;
    match installed_browser() {
        Some(found) => Ok(Some(found)),
        None if terminal::in_ci() => Err(NO_BROWSER.to_owned()),
        None => Ok(None),
    }
}

/// What runs the executable of another processor, on Debian for root; elsewhere the test that needs it says so.
pub(crate) fn emulator() -> Result {
    let other = if cfg!(target_arch = "aarch64") { "qemu-x86_64" } else { "qemu-aarch64" };
    if process::succeeds(Command::new(other).arg("--version")) { Ok(()) } else { debian("qemu-user", "some 60 MB") }
}

/// Installs a package of Debian, for root; elsewhere nothing.
fn debian(package: &str, size: &str) -> Result {
    let root = process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !root || !process::succeeds(Command::new("apt-get").arg("--version")) {
        return Ok(());
    }
    println!("Installing Debian's `{package}` ({size}).");
    let apt = |arguments: &[&str]| {
        process::run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    // Where the lists are old or missing, a fresh look; a list that cannot be had may be one of others.
    let _ = apt(&["update", "--quiet=2"]);
    apt(&["install", "--yes", "--quiet=2", "--no-install-recommends", package])
}

fn installed_browser() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let names = ["chromium", "google-chrome-stable", "google-chrome", "chromium-browser", "chrome"];
    let found = names.iter().find_map(|name| {
        std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|program| program.is_file())
    });
    let mac = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    found.or_else(|| mac.is_file().then_some(mac))
}

/// Whether two files have the same bytes.
pub(crate) fn same(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

/// A program from crates.io that a step runs.
struct Tool {
    name: &'static str,
    version: &'static str,
    /// How it is compiled, besides with the versions that it was published with.
    options: &'static [&'static str],
    /// How long that takes.
    time: &'static str,
}

/// What checks the dependencies. It and mdBook run for a second, so they are compiled for the shortest time.
const CARGO_DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
    options: &["--debug", "--no-default-features"],
    time: "some 2 minutes",
};

/// What makes the book of `docs`; nobody searches it.
const MDBOOK: Tool =
    Tool { name: "mdbook", version: "0.5.4", options: &["--debug", "--no-default-features"], time: "some 70 seconds" };

/// cargo-deny, in the target folder.
pub(crate) fn cargo_deny(workspace: &Workspace) -> Result<PathBuf> {
    tool(workspace, &CARGO_DENY)
}

/// mdBook, in the target folder.
pub(crate) fn mdbook(workspace: &Workspace) -> Result<PathBuf> {
    tool(workspace, &MDBOOK)
}

fn tool(workspace: &Workspace, tool: &Tool) -> Result<PathBuf> {
    let Tool { name, version, options, time } = tool;
    let tools = workspace.target.join("tools");
    let program = tools.join("bin").join(name);
    let installed = process::output(Command::new(&program).arg("--version")).unwrap_or_default();
    if installed.trim_end().ends_with(version) {
        return Ok(program);
    }
    println!("Installing {name} {version} into {} ({time}).", tools.display());
    let mut install = workspace.cargo(["install", "--locked", "--version", version, name]);
    install.args(*options).arg("--root").arg(&tools);
    process::run(install.env_remove("CARGO_TARGET_DIR"))?;
    Ok(program)
}
