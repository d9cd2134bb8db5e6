//! A task's steps: run in order, timed, and told in a table at the end.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::{Result, terminal::Style};

/// What a step that did not fail says of itself.
pub(crate) enum Done {
    /// It did what it is for.
    Passed,
    /// It could not be done here, for this reason, and the task goes on without it.
    LeftOut(&'static str),
}

enum Outcome {
    Passed,
    LeftOut(&'static str),
    Failed(String),
    NotRun,
}

struct Step {
    name: &'static str,
    time: Duration,
    outcome: Outcome,
}

/// The steps of one task.
pub(crate) struct Steps {
    keep_going: bool,
    style: Style,
    taken: Vec<Step>,
}

impl Steps {
    /// No steps yet. With `keep_going`, a failed step does not stop the ones after it.
    pub(crate) fn new(keep_going: bool) -> Self {
        Self { keep_going, style: Style::stdout(), taken: Vec::new() }
    }

    /// Runs a step that either passes or fails.
    pub(crate) fn run(&mut self, name: &'static str, work: impl FnOnce() -> Result) {
        self.attempt(name, || work().map(|()| Done::Passed));
    }

    /// Runs a step that may also be left out.
    pub(crate) fn attempt(&mut self, name: &'static str, work: impl FnOnce() -> Result<Done>) {
        if self.failed() && !self.keep_going {
            self.taken.push(Step { name, time: Duration::ZERO, outcome: Outcome::NotRun });
            return;
        }
        println!("\n{}", self.style.bold(&format!("== {name}")));
        let start = Instant::now();
        let outcome = match work() {
            Ok(Done::Passed) => Outcome::Passed,
            Ok(Done::LeftOut(reason)) => Outcome::LeftOut(reason),
            Err(message) => Outcome::Failed(message),
        };
        match &outcome {
            Outcome::LeftOut(reason) => println!("{} {reason}", self.style.yellow("left out:")),
            Outcome::Failed(message) => println!("{} {message}", self.style.red("failed:")),
            Outcome::Passed | Outcome::NotRun => {}
        }
        self.taken.push(Step { name, time: start.elapsed(), outcome });
    }

    /// Prints where the time went and gives the task's exit code.
    pub(crate) fn finish(&self) -> ExitCode {
        println!("\n{}", self.style.bold("Where the time went"));
        print!("{}", self.table());
        if self.failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

    fn failed(&self) -> bool {
        self.taken.iter().any(|step| matches!(step.outcome, Outcome::Failed(_)))
    }

    fn table(&self) -> String {
        let width = self.taken.iter().map(|step| step.name.chars().count()).max().unwrap_or(0);
        let total = self.taken.iter().map(|step| step.time).sum();
        let sum = if self.failed() { self.style.red("failed") } else { self.style.green("passed") };
        let rows = self.taken.iter().map(|step| (step.name, step.time, self.result(&step.outcome)));
        rows.chain([("in all", total, sum)]).fold(String::new(), |table, (name, time, result)| {
            format!("{table}  {name:<width$}  {:>7.1} s  {result}\n", time.as_secs_f64())
        })
    }

    fn result(&self, outcome: &Outcome) -> String {
        match outcome {
            Outcome::Passed => self.style.green("passed"),
            Outcome::LeftOut(reason) => format!("{} {reason}", self.style.yellow("left out:")),
            Outcome::Failed(_) => self.style.red("failed"),
            Outcome::NotRun => self.style.dim("not run"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(keep_going: bool) -> Steps {
        let mut steps = Steps::new(keep_going);
        steps.run("one", || Ok(()));
        steps.run("two", || Err("it broke".to_owned()));
        steps.attempt("three", || Ok(Done::LeftOut("no tool")));
        steps
    }

    fn results(steps: &Steps) -> Vec<String> {
        let table = steps.table();
        table.lines().map(|line| line.split(" s  ").nth(1).expect("a row has a result").to_owned()).collect()
    }

    #[test]
    fn the_first_failure_stops_the_rest() {
        assert_eq!(results(&steps(false)), ["passed", "failed", "not run", "failed"]);
    }

    #[test]
    fn keep_going_runs_the_rest_and_still_fails() {
        assert_eq!(results(&steps(true)), ["passed", "failed", "left out: no tool", "failed"]);
    }

    #[test]
    fn a_failed_step_fails_the_task() {
        assert_eq!(format!("{:?}", steps(true).finish()), format!("{:?}", ExitCode::FAILURE));
        assert_eq!(format!("{:?}", Steps::new(false).finish()), format!("{:?}", ExitCode::SUCCESS));
    }
}
