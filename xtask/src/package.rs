//! The npm package: the module compiled, bound, made small, and packed into `js/dist`; and the page, in `js/page/dist`.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::workspace::Workspace;
use crate::{Result, executables, install, process};

/// What `cargo xtask package --help` prints.
pub(crate) const HELP: &str = "\
Makes `js/dist`, what the npm package holds: the WebAssembly module, and the Lambda's executables for arm64 and x86_64,
which need nothing of the machine they run on. Makes `js/page/dist`, the page, and `package` in the target folder: the
executables as zips for AWS Lambda.
Installs the tools of `js/package.json` and `js/page/package.json` into their `node_modules`, two targets into the Rust
toolchain, and cargo-zigbuild with Zig into the target folder, for which it needs Python 3.10 with venv.

usage: cargo xtask package [--twice | --without-executables]

  --twice                 builds the executables once more, elsewhere and from nothing, and compares the bytes
  --without-executables   what takes most of the time is left out, or left as it was: for work on the rest
";

/// What rustc uses for this target, and every engine has had since 2022.
const FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The standard library compiled with the module, for size and without the messages of panics: with gzip that took 36 KB
/// off 238. Both are unstable options, so the pinned compiler is told to take them.
///
/// Of LLVM's own steps those are left out that make code larger: strength reduction of loops, which no engine needs, and
/// what is computed earlier or on both ways of a branch. `bench/README.md` has what each way weighs.
const SMALL_STD: [&str; 8] = [
    "-Zbuild-std=std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
    "--config",
    // Added to those of `.cargo/config.toml`.
    "target.wasm32-unknown-unknown.rustflags=['-Zunstable-options','-Cpanic=immediate-abort','-Zlocation-detail=none',\
     '-Cllvm-args=-disable-lsr -enable-pre=false -enable-load-pre=false -phi-node-folding-threshold=1 \
     -two-entry-phi-node-folding-threshold=1']",
    // What compares memory and what gives it out; an ordinary build has no such crates, and `Cargo.toml` cannot name them.
    "--config",
    "profile.wasm.package.compiler_builtins.opt-level=3",
    "--config",
    "profile.wasm.package.dlmalloc.opt-level=3",
];

pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<ExitCode> {
    let (executables, twice) = match options.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => (true, false),
        ["--twice"] => (true, true),
        ["--without-executables"] => (false, false),
        _ => return Err(String::from("`package` has one of two options; see `cargo xtask package --help`")),
    };
    install::node(workspace)?;
    install::javascript(workspace)?;
    if executables {
        executables::build(workspace)?;
    }
    if twice {
        executables::reproduce(workspace)?;
    }
    make(workspace)?;
    Ok(ExitCode::SUCCESS)
}

/// Installs what it takes, then builds.
pub(crate) fn make(workspace: &Workspace) -> Result {
    install::rust(workspace)?;
    install::node(workspace)?;
    install::javascript(workspace)?;
    process::run(&mut workspace.cargo(["build", "--package=purgeplan-bindgen"]))?;
    build(workspace)
}

/// Makes `js/generated` and `js/dist`; the generator is built, and the tools are installed.
pub(crate) fn build(workspace: &Workspace) -> Result {
    let mut compile =
        workspace.cargo(["build", "--package=purgeplan-wasm", "--target", install::WASM, "--profile=wasm"]);
    process::run(compile.args(SMALL_STD).env("RUSTC_BOOTSTRAP", "1"))?;
    let js = workspace.root.join("js");
    let generated = js.join("generated");
    process::run(Command::new(workspace.binary("purgeplan-bindgen")).arg(compiled(workspace)).arg(&generated))?;
    let mut optimise = Command::new("node");
    optimise.args(["node_modules/binaryen/bin/wasm-opt", "-Oz", "--converge"]).args(FEATURES);
    optimise.args(["generated/purgeplan_wasm_bg.wasm", "--output", "generated/core.wasm"]);
    process::run(optimise.current_dir(&js))?;
    let schema = workspace.root.join("core/policy.schema.json");
    fs::copy(schema, generated.join("policy.schema.json")).map_err(|error| format!("`js/generated`: {error}"))?;
    // The page is built from the package, and puts its component into it.
    process::run(Command::new("node").arg("build.mjs").current_dir(&js))?;
    process::run(Command::new("node").arg("build.mjs").current_dir(js.join("page")))
}

/// The module as the compiler leaves it.
fn compiled(workspace: &Workspace) -> PathBuf {
    workspace.target.join(install::WASM).join("wasm").join("purgeplan_wasm.wasm")
}
