//! Reading one diff: purgeplan and its peers, in the same run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::{Bench, Size, data, write};
use crate::{Result, process};

/// A reader, and what it reads in a second of processor time, in MB.
struct Row {
    name: &'static str,
    median: f64,
    slowest: f64,
    fastest: f64,
}

/// Runs every reader on one generated diff.
pub(super) fn table(bench: &Bench<'_>, size: &Size) -> Result<String> {
    let diff = data::diff(size.diff_bytes);
    let file = bench.folder.join("generated.diff");
    write(&file, &diff)?;
    #[expect(clippy::cast_precision_loss, reason = "a file's size in MB")]
    let megabytes = diff.len() as f64 / 1e6;
    let files = diff.matches("diff --git ").count();
    let own = row("**purgeplan**", megabytes, times(&mut native(bench, PARSE, &[&file]), files)?);
    let git = row("`git apply --numstat`", megabytes, git(&file, size.runs)?);
    let in_node =
        |name, way| Ok::<_, String>(row(name, megabytes, times(&mut node(bench, way, PARSE, &[&file]), files)?));
    let text = in_node("**purgeplan in Node** (WebAssembly)", "text")?;
    let mut rows = vec![own, git, text, in_node("**purgeplan in Node**, an object as the peers'", "object")?];
    let npm = npm(bench)?;
    for (name, parser) in [("npm parse-diff", "parse-diff"), ("npm gitdiff-parser", "gitdiff-parser")] {
        let mut node = Command::new("node");
        node.arg(bench.workspace.root.join("bench/peers.mjs")).arg(&npm).arg(parser).arg(&file);
        rows.push(row(name, megabytes, times(node.arg(size.runs.to_string()), files)?));
    }
    let mut python = Command::new(python(bench)?);
    python.arg(bench.workspace.root.join("bench/peers.py")).arg(&file).arg(size.runs.div_ceil(2).to_string());
    rows.push(row("PyPI unidiff", megabytes, times(&mut python, files)?));
    let base = rows[1].median;
    let mut table = format!(
        "{megabytes:.0} MB, {files} files.\n\n| | MB/s, median | slowest and fastest run | times git |\n|---|---|---|---|\n"
    );
    for Row { name, median, slowest, fastest } in rows {
        let ratio = median / base;
        table.push_str(&format!("| {name} | {median:.0} | {slowest:.0} to {fastest:.0} | {ratio:.2} |\n"));
    }
    Ok(table.trim_end().to_owned())
}

/// Reads the first attachment as a unified diff.
const PARSE: &str = r#"{"op":"parse","diffs":[{"format":"unified","attachments":[0]}]}"#;
/// Plans for the first attachment, a diff, and the second, the live keys.
const PLAN: &str = r#"{"op":"plan","policy":{"urls":{"directory":false},"cover":COVER},"diffs":[{"format":"git-raw","attachments":[0],"base":"1111111111111111111111111111111111111111","head":"2222222222222222222222222222222222222222"}],"live":{"attachment":1,"complete":true}}"#;
const COVERS: [(&str, &str); 3] = [
    ("exact", r#"{"mode":"exact"}"#),
    ("lossless", r#"{"mode":"lossless"}"#),
    ("budget 64", r#"{"mode":"budget","paths":64,"infeasible":"chunks"}"#),
];

/// The same calls natively and in Node: reading the generated diff, and planning.
pub(super) fn hosts(bench: &Bench<'_>, size: &Size) -> Result<String> {
    let mut table = String::from(
        "| | native, ms | module in Node, ms | times | text, ms | times | object, ms | times |\n|---|---|---|---|---|---|---|---|\n",
    );
    let diff = bench.folder.join("generated.diff");
    let parsed = hosts_row(bench, "reading the diff above", PARSE, &[&diff])?;
    table.push_str(&parsed);
    let folder = bench.folder.join("site");
    let changes = size.changes[..3.min(size.changes.len())].last().copied().unwrap_or_default();
    bench.example("plan_speed", &["inputs", &folder.to_string_lossy(), changes])?;
    let (diff, live) = (folder.join("diff"), folder.join("live"));
    for (name, cover) in COVERS {
        let name = format!("planning some {changes} changes, {name}");
        table.push_str(&hosts_row(bench, &name, &PLAN.replace("COVER", cover), &[&diff, &live])?);
    }
    Ok(table.trim_end().to_owned())
}

fn hosts_row(bench: &Bench<'_>, name: &str, request: &str, files: &[&Path]) -> Result<String> {
    let mut natively = Vec::new();
    let mut ways = ["bytes", "text", "object"].map(|way| (way, Vec::new()));
    // In turns, because a shared machine is slower for some minutes at a time.
    for _ in 0..ROUNDS {
        let (found, seconds) = measured(&mut native(bench, request, files))?;
        natively.extend(seconds);
        for (way, seconds) in &mut ways {
            seconds.extend(times(&mut node(bench, way, request, files), found)?);
        }
    }
    let native = median(natively);
    let mut row = format!("| {name} | {:.1} |", native * 1e3);
    for seconds in ways.map(|(_, seconds)| median(seconds)) {
        row.push_str(&format!(" {:.1} | {:.2} |", seconds * 1e3, seconds / native));
    }
    row.push('\n');
    Ok(row)
}

const ROUNDS: usize = 5;

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

/// The core's example that asks it a request.
fn native(bench: &Bench<'_>, request: &str, files: &[&Path]) -> Command {
    let mut example = Command::new(bench.workspace.target.join("release/examples/call_speed"));
    example.arg(request).args(files);
    example
}

/// The same in one of the ways of `wasm.mjs`.
fn node(bench: &Bench<'_>, way: &str, request: &str, files: &[&Path]) -> Command {
    let mut node = Command::new("node");
    node.arg(bench.workspace.root.join("bench/wasm.mjs")).arg(way).arg(bench.workspace.root.join("js/dist"));
    node.arg(RUNS).arg(request).args(files);
    node
}

/// As many as the example makes.
const RUNS: &str = "15";

fn row(name: &'static str, megabytes: f64, mut seconds: Vec<f64>) -> Row {
    seconds.sort_by(f64::total_cmp);
    let speed = |at: usize| megabytes / seconds[at].max(1e-6);
    Row { name, median: speed(seconds.len() / 2), slowest: speed(seconds.len() - 1), fastest: speed(0) }
}

/// The whole process of git; it starts in some milliseconds.
fn git(file: &Path, runs: usize) -> Result<Vec<f64>> {
    let mut seconds = Vec::new();
    for _ in 0..runs {
        let (before, wall) = (children_seconds(), Instant::now());
        let numstat = Command::new("git").args(["apply", "--numstat"]).arg(file).stdout(Stdio::null()).status();
        if !numstat.is_ok_and(|status| status.success()) {
            return Err(String::from("git does not take the generated diff"));
        }
        let wall = wall.elapsed().as_secs_f64();
        seconds.push(before.zip(children_seconds()).map_or(wall, |(before, after)| after - before));
    }
    Ok(seconds)
}

/// Processor time of the processes that ended, from Linux, which counts it in hundredths of a second.
fn children_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(13)?.parse::<f64>().ok()? + fields.get(14)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

/// What a script prints: how many files it found, which must be all, and the seconds of each run.
fn times(command: &mut Command, files: usize) -> Result<Vec<f64>> {
    match measured(command)? {
        (found, seconds) if found == files => Ok(seconds),
        (found, _) => Err(format!("`{command:?}` found {found} in the place of {files}")),
    }
}

/// How many things a script found, and the seconds of each run.
fn measured(command: &mut Command) -> Result<(usize, Vec<f64>)> {
    let said = process::output(command)?;
    let (found, seconds) = said.trim().split_once(' ').unwrap_or_default();
    let seconds: Option<Vec<f64>> = seconds.split(' ').map(|number| number.parse().ok()).collect();
    found.parse().ok().zip(seconds).ok_or_else(|| format!("`{command:?}` printed `{said}`"))
}

/// The folder into which npm installed the peers.
fn npm(bench: &Bench<'_>) -> Result<PathBuf> {
    let folder = bench.folder.join("npm");
    fs::create_dir_all(&folder).map_err(|error| format!("`{}` cannot be made: {error}", folder.display()))?;
    for name in ["package.json", "package-lock.json"] {
        let from = bench.workspace.root.join("bench").join(name);
        fs::copy(&from, folder.join(name))
            .map_err(|error| format!("`{}` cannot be copied: {error}", from.display()))?;
    }
    println!("Installing the peers from npm into {}.", folder.display());
    process::run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&folder))?;
    Ok(folder)
}

/// A Python with the peer from `PyPI`.
fn python(bench: &Bench<'_>) -> Result<PathBuf> {
    let environment = bench.folder.join("python");
    let python = environment.join("bin").join("python");
    println!("Installing the peer from PyPI into {}.", environment.display());
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    process::run(Command::new(&python).args(pip).arg(bench.workspace.root.join("bench/requirements.txt")))?;
    Ok(python)
}
