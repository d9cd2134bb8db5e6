//! `cargo xtask test`: every check and every test, in every language.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::steps::{Done, Steps};
use crate::workspace::Workspace;
use crate::{Result, dependencies, executables, fuzz, install, package, process, python, terminal};

/// What `cargo xtask test --help` prints.
pub(crate) const HELP: &str = "\
Installs what the tests need, says so before it does, and asks nothing: clippy, rustfmt, rust-src and the target
wasm32-unknown-unknown into the Rust toolchain; boto3 and the AWS CLI into a Python environment in the target folder;
the npm packages of `js` and `js/page` into their `node_modules`; and on Debian, for root, `chromium`, where no Chromium
and no Chrome is found; mdBook and cargo-deny into the target folder.
Then runs every check and every test: formatting, clippy, the core for WebAssembly, the npm package and the page, the
book, the Rust tests (with wasmtime, Node and the browser), the tests in Node, the dependencies' licences and sources, and
each fuzz target for some seconds. It ends with a table of where its time went.

usage: cargo xtask test [--keep-going]

  --keep-going   goes on after a failed step

The machine needs rustup, a C and a C++ compiler, git, Node 20 or newer, and Python 3.10 or newer (without it, the
tests with a foreign AWS client are left out, and without a browser those in one; with `CI` set that is a failure).
";

/// Runs all steps.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<ExitCode> {
    let mut steps = Steps::new(keep_going("test", options)?);
    all(workspace, &mut steps, Length::Short);
    Ok(steps.finish())
}

/// Reads the one option that `test` and `verify` have.
pub(crate) fn keep_going(task: &str, options: &[String]) -> Result<bool> {
    match options.iter().find(|option| *option != "--keep-going") {
        Some(unknown) => Err(format!("`{unknown}` is no option of `{task}`; see `cargo xtask {task} --help`")),
        None => Ok(!options.is_empty()),
    }
}

/// How long the tests may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// Minutes.
    Short,
    /// As long as it takes: tests find `PURGEPLAN_LONG` set and run their long cases too.
    Long,
}

/// All checks and tests, the cheap ones first.
pub(crate) fn all(workspace: &Workspace, steps: &mut Steps, length: Length) {
    let (mut python, mut browser, mut packages) = (None, None, None);

    steps.run("install: Rust", || install::rust(workspace));
    steps.run("install: Node", || {
        install::node(workspace)?;
        install::javascript(workspace)
    });
    steps.attempt("install: browser", || {
        browser = install::browser()?;
        Ok(if browser.is_some() { Done::Passed } else { Done::LeftOut(install::NO_BROWSER) })
    });
    steps.attempt("install: Python", || {
        python = python::environment(workspace, &python::TESTS)?;
        Ok(if python.is_some() { Done::Passed } else { Done::LeftOut(python::NO_PYTHON) })
    });
    steps.run("format", || {
        process::run(&mut workspace.cargo(["fmt", "--all", "--check"]))?;
        process::run(&mut workspace.cargo(["fmt", "--manifest-path=fuzz/Cargo.toml", "--check"]))
    });
    steps.run("core for WebAssembly", || {
        process::run(&mut workspace.cargo(["build", "--package=purgeplan-core", "--target", install::WASM]))
    });
    steps.run("clippy", || clippy(workspace));
    // One build for everything: the tests run the real binaries, and another choice of packages or targets would choose
    // other features and compile the AWS SDK again.
    steps.run("build", || process::run(&mut workspace.cargo(EVERYTHING)));
    if length == Length::Long {
        steps.run("executables", || {
            install::emulator()?;
            packages = Some(executables::build(workspace)?);
            Ok(())
        });
    }
    steps.run("npm package", || package::build(workspace));
    steps.run("book", || {
        let mut mdbook = Command::new(install::mdbook(workspace)?);
        process::run(mdbook.args(["build", "docs", "--dest-dir"]).arg(book(workspace)).current_dir(&workspace.root))
    });
    let found = [("PURGEPLAN_PYTHON", &python), ("PURGEPLAN_BROWSER", &browser), ("PURGEPLAN_PACKAGES", &packages)];
    let found: Vec<_> = found.into_iter().filter_map(|(name, path)| Some((name, path.as_ref()?))).collect();
    steps.run("Rust tests", || rust_tests(workspace, &found, length));
    steps.run("Node tests", || {
        let mut test = Command::new("node");
        test.args(["--test", "--test-reporter=spec"]).env("PURGEPLAN_CLI", workspace.binary("purgeplan"));
        test.envs(found.iter().copied());
        process::run(test.current_dir(workspace.root.join("js")))
    });
    steps.run("tests of the book", || {
        let mut test = Command::new("node");
        test.args(["--test", "--test-reporter=spec", "docs/test/docs.test.mjs"]).env("PURGEPLAN_BOOK", book(workspace));
        process::run(test.current_dir(&workspace.root))
    });
    steps.run("dependencies", || dependencies::check(workspace));
    let seconds = if length == Length::Long { 600 } else { 3 };
    steps.attempt("fuzzing", || {
        if !terminal::in_ci() && !fuzz::possible() {
            return Ok(Done::LeftOut(fuzz::NO_COMPILER));
        }
        fuzz::all(workspace, &[], seconds)?;
        Ok(Done::Passed)
    });
}

/// Where the book of `docs` is built.
fn book(workspace: &Workspace) -> PathBuf {
    workspace.target.join("book")
}

/// The arguments that build all that `cargo test` builds, and every binary.
const EVERYTHING: [&str; 3] = ["build", "--workspace", "--all-targets"];

/// Clippy, with warnings denied, as the compiler of the workspace's own crates in an ordinary build.
///
/// `cargo clippy` does the same with `cargo check`, whose artifacts no build can use: every dependency would be
/// compiled twice, which made a cold run a quarter longer. Here the next steps find them compiled.
fn clippy(workspace: &Workspace) -> Result {
    // Only the complaints are wanted, so the workspace's own crates are compiled in the cheapest way.
    let cheap = ["--config=profile.dev.debug=false", "--config=profile.dev.package.purgeplan-core.opt-level=0"];
    let mut build = workspace.cargo(EVERYTHING.into_iter().chain(cheap));
    process::run(build.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env("CLIPPY_ARGS", "--deny=warnings"))
}

/// `cargo test` with what the tests look for in the environment.
fn rust_tests(workspace: &Workspace, found: &[(&str, &PathBuf)], length: Length) -> Result {
    let mut test = workspace.cargo(["test", "--workspace"]);
    test.env("PURGEPLAN_BOOTSTRAP", workspace.binary("bootstrap")).env("PURGEPLAN_CLI", workspace.binary("purgeplan"));
    test.envs(found.iter().copied());
    if length == Length::Long {
        test.env("PURGEPLAN_LONG", "1");
    }
    process::run(&mut test)
}
