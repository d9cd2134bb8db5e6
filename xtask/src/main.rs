//! The project's tasks: `demo`, `test`, `verify`, `measure`, `simulate`, `fuzz`, `package`, `bench`.
//!
//! It depends on nothing but the standard library, because every task compiles it first.

mod bench;
mod demo;
mod dependencies;
mod executables;
mod fuzz;
mod install;
mod measure;
mod package;
mod process;
mod python;
mod simulate;
mod steps;
mod terminal;
mod test;
mod verify;
mod workspace;

use std::env;
use std::process::ExitCode;

use terminal::Style;
use workspace::Workspace;

/// What a task gives; the error is a sentence for the person who reads it.
type Result<T = ()> = std::result::Result<T, String>;

/// A task: it gets the options after its name and gives the exit code.
type Task = fn(&Workspace, &[String]) -> Result<ExitCode>;

const HELP: &str = "\
The project's tasks.

usage: cargo xtask TASK [OPTIONS]

  demo      builds both binaries and runs a whole deploy on this machine
  test      installs what the tests need and runs every check and test
  verify    `test` with its long cases, then what takes longer still
  measure   how fast the small `bootstrap` starts, what it needs, and what a deploy costs in AWS calls
  simulate  plays random histories of a site through the Lambda's handler
  fuzz      runs the fuzz targets
  package   makes the npm package: the WebAssembly module, the Lambda's executables, the page
  bench     measures diffs, covers and plans beside the peers, and writes `bench/README.md`

`cargo xtask TASK --help` tells more.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    run(&arguments).unwrap_or_else(|message| {
        eprintln!("{} {message}", Style::stderr().red("error:"));
        ExitCode::FAILURE
    })
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let (task, help): (Task, &str) = match arguments.first().map(String::as_str) {
        Some("demo") => (demo::run, demo::HELP),
        Some("test") => (test::run, test::HELP),
        Some("verify") => (verify::run, verify::HELP),
        Some("measure") => (measure::run, measure::HELP),
        Some("simulate") => (simulate::run, simulate::HELP),
        Some("bench") => (bench::run, bench::HELP),
        Some("package") => (package::run, package::HELP),
        Some("fuzz") => (fuzz::run, fuzz::HELP),
        None | Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        Some(unknown) => return Err(format!("there is no task `{unknown}`; `cargo xtask --help` lists the tasks")),
    };
    let options = &arguments[1..];
    if options.iter().any(|option| option == "--help" || option == "-h") {
        print!("{help}");
        return Ok(ExitCode::SUCCESS);
    }
    task(&Workspace::locate()?, options)
}
