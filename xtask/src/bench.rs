//! `cargo xtask bench`: how fast diffs are read beside the peers, and what covers and plans cost.

mod data;
mod peers;
mod plot;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::workspace::Workspace;
use crate::{Result, package, process};
use plot::{Panel, Series};

/// What `cargo xtask bench --help` prints.
pub(crate) const HELP: &str = "\
Makes its own data, installs the peers into the target folder (npm's parse-diff and gitdiff-parser, PyPI's unidiff) and
measures: reading a diff of 50 MB, covers and whole plans for 1,000 to 1,000,000 changes, and what covers are worth on a
git history. Writes `bench/README.md` and `bench/growth.svg`; expect half an hour on two cores, and 6 GB of memory.
The machine needs Linux, git, Node 20 or newer with npm, and Python 3.10 or newer with venv.

usage: cargo xtask bench [--quick]

  --quick   a diff of 5 MB and at most 10,000 changes; the report goes to the target folder
";

/// How much is measured.
pub(crate) struct Size {
    pub(crate) diff_bytes: usize,
    pub(crate) runs: usize,
    changes: &'static [&'static str],
    releases: usize,
    commits: usize,
}

const FULL: Size = Size {
    diff_bytes: 50_000_000,
    runs: 5,
    changes: &["1000", "10000", "100000", "1000000"],
    releases: 40,
    commits: 200,
};
const QUICK: Size = Size { diff_bytes: 5_000_000, runs: 3, changes: &["1000", "10000"], releases: 8, commits: 60 };

/// Measures and writes the report.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<ExitCode> {
    let (size, output) = match options {
        [] => (FULL, workspace.root.join("bench")),
        [quick] if quick == "--quick" => (QUICK, workspace.target.join("bench").join("report")),
        _ => return Err(String::from("`bench` has one option, `--quick`; see `cargo xtask bench --help`")),
    };
    let bench = Bench { workspace, folder: workspace.target.join("bench") };
    for folder in [&bench.folder, &output] {
        fs::create_dir_all(folder).map_err(|error| format!("`{}` cannot be made: {error}", folder.display()))?;
    }
    process::run(&mut workspace.cargo(["build", "--release", "--package=purgeplan-core", "--examples"]))?;
    package::make(workspace)?;
    let module = sizes(workspace)?;
    let diffs = peers::table(&bench, &size)?;
    let hosts = peers::hosts(&bench, &size)?;
    let covers = bench.example("cover_speed", size.changes)?;
    let plans = bench.example("plan_speed", size.changes)?;
    let worth = bench.history(&size)?;
    let (covers, growth) = covers.split_once("\n\n").unwrap_or((&covers, ""));
    let report = include_str!("bench/report.md")
        .replace("{machine}", &machine(workspace)?)
        .replace("{diffs}", &diffs)
        .replace("{hosts}", &hosts)
        .replace("{module}", &module)
        .replace("{covers}", covers)
        .replace("{growth}", growth.trim_end())
        .replace("{plans}", plans.trim_end())
        .replace("{history}", worth.trim_end());
    write(&output.join("README.md"), &report)?;
    write(&output.join("growth.svg"), &svg(covers, &plans))?;
    println!("{report}\nwritten to {}", output.display());
    Ok(ExitCode::SUCCESS)
}

/// Where the benchmark works.
pub(crate) struct Bench<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) folder: PathBuf,
}

impl Bench<'_> {
    /// What one of the core's examples prints.
    pub(crate) fn example(&self, name: &str, arguments: &[&str]) -> Result<String> {
        println!("{name} {}", arguments.join(" "));
        process::output(Command::new(self.workspace.target.join("release/examples").join(name)).args(arguments))
    }

    /// Makes a git history, and lets the cover's example count what each way costs on it.
    fn history(&self, size: &Size) -> Result<String> {
        let repository = self.folder.join("history");
        let (stream, log) = (self.folder.join("history.stream"), self.folder.join("history.log"));
        if repository.exists() {
            fs::remove_dir_all(&repository).map_err(|error| format!("the old history cannot be removed: {error}"))?;
        }
        write(&stream, &data::history(size.releases, size.commits))?;
        process::run(
            Command::new("git").args(["init", "--quiet", "--bare", "--initial-branch=main"]).arg(&repository),
        )?;
        let git = || {
            let mut git = Command::new("git");
            git.arg("--git-dir").arg(&repository);
            git
        };
        process::run(git().args(["fast-import", "--quiet"]).stdin(opened(&stream)?))?;
        let format = ["log", "--reverse", "--no-renames", "--name-status", "--format=%x1e", "main"];
        write(&log, &process::output(git().args(format))?)?;
        let mut example = Command::new(self.workspace.target.join("release/examples/cover_speed"));
        let run = example.arg("history").stdin(opened(&log)?).stderr(Stdio::inherit()).output();
        let run = run.map_err(|error| format!("`cover_speed` does not start: {error}"))?;
        if !run.status.success() {
            return Err(format!("`cover_speed history` ended with {}", run.status));
        }
        String::from_utf8(run.stdout).map_err(|_| String::from("`cover_speed` printed what is not UTF-8"))
    }
}

fn opened(file: &Path) -> Result<fs::File> {
    fs::File::open(file).map_err(|error| format!("`{}` cannot be read: {error}", file.display()))
}

pub(crate) fn write(file: &Path, text: &str) -> Result {
    fs::write(file, text).map_err(|error| format!("`{}` cannot be written: {error}", file.display()))
}

/// How large the module and its glue are, and what the module is made of.
fn sizes(workspace: &Workspace) -> Result<String> {
    let dist = workspace.root.join("js").join("dist");
    let mut table = String::from("| | bytes | with gzip |\n|---|---|---|\n");
    for name in ["core.wasm", "browser.js"] {
        let file = dist.join(name);
        let bytes = fs::metadata(&file).map_err(|error| format!("`{}`: {error}", file.display()))?.len();
        let gzip =
            "console.log(require('zlib').gzipSync(require('fs').readFileSync(process.argv[1]),{level:9}).length)";
        let packed = process::output(Command::new("node").args(["--eval", gzip]).arg(&file))?;
        table.push_str(&format!("| `{name}` | {bytes} | {} |\n", packed.trim()));
    }
    let named = workspace.root.join("js/generated/purgeplan_wasm_bg.wasm");
    let places = process::output(Command::new(workspace.binary("purgeplan-bindgen")).arg("--sizes").arg(named))?;
    table
        .push_str("\nWhere the bytes of the functions are, before wasm-opt; what is inlined counts where it went:\n\n");
    table.push_str(&places);
    Ok(table.trim_end().to_owned())
}

/// Processor, memory, and the versions that ran.
fn machine(workspace: &Workspace) -> Result<String> {
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or_else(|| String::from("unknown"), |(_, value)| value.trim().to_owned())
    };
    let version = |program: &str| {
        process::output(Command::new(program).arg("--version").current_dir(&workspace.root))
            .map(|text| text.trim().to_owned())
    };
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    Ok(format!(
        "{}, {} cores, {} of memory; load of the machine at the end {}. {}, {}, Node {}, {}.",
        field("/proc/cpuinfo", "model name"),
        std::thread::available_parallelism().map_or(1, usize::from),
        field("/proc/meminfo", "MemTotal"),
        load.split(' ').next().unwrap_or("unknown"),
        version("rustc")?,
        version("git")?,
        version("node")?,
        version("python3")?,
    ))
}

/// Time and memory over the number of changes, from the two tables.
fn svg(covers: &str, plans: &str) -> String {
    // Columns of a row: after the first bar, from 1.
    let line = |table: &str, wanted: &dyn Fn(&[&str]) -> bool, x: usize, y: usize| -> Vec<(f64, f64)> {
        let rows = table.lines().map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
        let number = |row: &[&str], at: usize| row.get(at).and_then(|text| text.parse::<f64>().ok());
        let rows = rows.filter(|row| wanted(row));
        rows.filter_map(|row| Some((number(&row, x)?, number(&row, y)?.max(0.1)))).collect()
    };
    let panel = |title, of_cover: usize, of_plan: usize| {
        let cover = |mode: &'static str| {
            let points =
                line(covers, &|row| row.get(1) == Some(&"clustered") && row.get(4) == Some(&mode), 2, of_cover);
            Series { name: format!("cover alone, {mode}"), points }
        };
        let plan = |mode: &'static str| {
            let points = line(plans, &|row| row.get(3) == Some(&mode), 1, of_plan);
            Series { name: format!("whole plan, {mode}"), points }
        };
        Panel { title, series: vec![cover("lossless"), cover("budget 64"), plan("lossless"), plan("budget 64")] }
    };
    plot::svg(&[panel("processor time, ms", 5, 4), panel("peak memory, MB", 6, 5)])
}
