//! `cargo xtask fuzz`: the fuzz targets, on the stable toolchain.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::workspace::Workspace;
use crate::{Result, process};

/// What `cargo xtask fuzz --help` prints.
pub(crate) const HELP: &str = "\
Builds the fuzz targets once and runs them, as many at a time as there are cores. What they find new is kept in the target folder; an input
that fails is written to `fuzz/artifacts`. The machine needs a C++ compiler besides Rust; neither nightly nor cargo-fuzz.

usage: cargo xtask fuzz [TARGET…] [--seconds N]

  TARGET        cover, diff, encode, pattern or wire; all of them when none is named
  --seconds N   how long each runs (60)
";

/// A target with the engine's options that fit it.
struct Target {
    name: &'static str,
    options: &'static [&'static str],
}

const TARGETS: [Target; 5] = [
    Target { name: "cover", options: &["-max_len=256"] },
    Target { name: "diff", options: &["-max_len=4096", "-dict=diff.dict"] },
    Target { name: "encode", options: &["-max_len=512"] },
    Target { name: "pattern", options: &["-max_len=64", "-dict=pattern.dict"] },
    Target { name: "wire", options: &["-max_len=2048", "-dict=wire.dict"] },
];

/// What libFuzzer needs to see which code an input reached. The core has no unsafe code, so a sanitizer would find
/// nothing, and without one the stable toolchain does.
const COVERAGE: [&str; 6] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// Why the step was left out.
pub(crate) const NO_COMPILER: &str = "no C++ compiler (`c++`, or the variable CXX)";

/// Whether the fuzzing engine, which is C++, can be built here.
pub(crate) fn possible() -> bool {
    let compiler = std::env::var_os("CXX").unwrap_or_else(|| "c++".into());
    process::succeeds(Command::new(compiler).arg("--version"))
}

/// Runs the targets that are named.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<ExitCode> {
    let (names, seconds) = read(options)?;
    all(workspace, &names, seconds)?;
    Ok(ExitCode::SUCCESS)
}

/// Builds, then runs each named target, or every one, for so many seconds.
pub(crate) fn all(workspace: &Workspace, names: &[&str], seconds: u64) -> Result {
    let host = host(workspace)?;
    let folder = workspace.target.join("fuzz");
    // With a target named, the flags are for what is fuzzed alone, not for build scripts.
    let mut build = workspace.cargo(["build", "--release", "--locked", "--target", &host, "--target-dir"]);
    build.arg(&folder).current_dir(workspace.root.join("fuzz")).env("CARGO_ENCODED_RUSTFLAGS", COVERAGE.join("\x1f"));
    process::run(&mut build)?;
    let binaries = folder.join(&host).join("release");
    let chosen = TARGETS.iter().filter(|target| names.is_empty() || names.contains(&target.name));
    let chosen: Vec<&Target> = chosen.collect();
    let findings = folder.join("corpus");
    // Each target is one thread.
    let at_a_time = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    for together in chosen.chunks(at_a_time) {
        let run = |target: &&Target| one(workspace, target, &binaries, &findings, seconds);
        let results: Vec<Result> = std::thread::scope(|scope| {
            let running: Vec<_> = together.iter().map(|target| scope.spawn(move || run(target))).collect();
            running.into_iter().map(|run| run.join().expect("a run does not panic")).collect()
        });
        results.into_iter().collect::<Result>()?;
    }
    Ok(())
}

/// Runs one target from its own findings and from the corpus of the repository.
fn one(workspace: &Workspace, target: &Target, binaries: &Path, findings: &Path, seconds: u64) -> Result {
    let fuzz = workspace.root.join("fuzz");
    let (artifacts, findings) = (fuzz.join("artifacts").join(target.name), findings.join(target.name));
    for folder in [&artifacts, &findings] {
        fs::create_dir_all(folder).map_err(|error| format!("`{}` cannot be made: {error}", folder.display()))?;
    }
    let mut run = Command::new(binaries.join(target.name));
    run.args(target.options).args(["-print_final_stats=1", "-verbosity=0", "-timeout=20", "-rss_limit_mb=2048"]);
    run.arg(format!("-max_total_time={seconds}")).arg(format!("-artifact_prefix={}/", artifacts.display()));
    run.arg(findings).arg(Path::new("corpus").join(target.name)).current_dir(fuzz);
    let output = run.output().map_err(|error| format!("`{}` cannot be run: {error}", target.name))?;
    // The engine tells far more than a person wants to know of a run that went well.
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{said}\nthe input that failed is in `{}`", artifacts.display()));
    }
    let executions = said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    println!("{}: {} executions in {seconds} s", target.name, executions.unwrap_or("?").trim());
    Ok(())
}

/// The machine's own target.
fn host(workspace: &Workspace) -> Result<String> {
    let version = process::output(Command::new("rustc").arg("-vV").current_dir(&workspace.root))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| String::from("`rustc -vV` does not tell the host"))
}

fn read(options: &[String]) -> Result<(Vec<&str>, u64)> {
    let (mut names, mut seconds) = (Vec::new(), 60);
    let mut options = options.iter();
    while let Some(option) = options.next() {
        if option == "--seconds" {
            let number = options.next().and_then(|number| number.parse().ok());
            seconds = number.filter(|number| *number > 0).ok_or("`--seconds` needs a number of seconds, from 1")?;
        } else if TARGETS.iter().any(|target| target.name == option) {
            names.push(option.as_str());
        } else {
            return Err(format!("`{option}` is no fuzz target and no option; see `cargo xtask fuzz --help`"));
        }
    }
    Ok((names, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(options: &[&str]) -> Result<(Vec<String>, u64)> {
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        read(&options).map(|(names, seconds)| (names.into_iter().map(str::to_owned).collect(), seconds))
    }

    #[test]
    fn targets_and_seconds_are_read() {
        assert_eq!(told(&[]), Ok((vec![], 60)));
        assert_eq!(told(&["--seconds", "3", "wire"]), Ok((vec!["wire".to_owned()], 3)));
        for wrong in [&["--seconds"][..], &["--seconds", "0"], &["wires"], &["--second", "3"]] {
            assert!(told(wrong).is_err(), "{wrong:?}");
        }
    }
}
