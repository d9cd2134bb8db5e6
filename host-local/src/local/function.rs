//! The Lambda's own binary as a process, and what it logs.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use purgeplan_loopback::{Loopback, Outcome};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use super::site::{BRANCH, REPOSITORY, Setup};
use crate::failure::Failure;

/// Lambda's recommended timeout for the function.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Lambda tries an asynchronous event three times.
const TRIES: usize = 3;

/// One line of the log that a report is made of.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "message", rename_all = "kebab-case")]
pub(crate) enum Line {
    Decision(Box<Decision>),
    Summary,
    Failed {
        error: String,
    },
    #[serde(rename = "not started")]
    NotStarted {
        error: String,
        help: String,
    },
    Diagnostic {
        text: String,
        help: String,
    },
    #[serde(other)]
    Other,
}

/// What the function decided on a change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Decision {
    pub(crate) change: String,
    pub(crate) path: String,
    pub(crate) key: Option<String>,
    pub(crate) outcome: String,
    pub(crate) reason: String,
    pub(crate) rule: String,
    pub(crate) commit: Option<String>,
    /// Space-joined.
    pub(crate) paths: String,
    /// Space-joined.
    pub(crate) urls: String,
}

/// The function process, started anew when it dies.
pub(crate) struct Function {
    binary: PathBuf,
    environment: Vec<(String, String)>,
    process: Child,
    lines: UnboundedReceiver<Line>,
}

/// Where the Lambda's binary is.
pub(crate) fn find(given: Option<&Path>) -> Result<PathBuf, Failure> {
    let missing = |path: &Path| {
        Failure::new(
            format!("the Lambda's binary `{}` does not exist", path.display()),
            "build it with `cargo build -p purgeplan-lambda`, or name it with `--bootstrap`",
        )
    };
    let path = if let Some(path) = given {
        path.to_owned()
    } else {
        let program = std::env::current_exe().map_err(|error| {
            Failure::new(
                format!("this program does not know where it is: {error}"),
                "name the binary with `--bootstrap`",
            )
        })?;
        program.with_file_name("bootstrap")
    };
    if path.is_file() { Ok(path) } else { Err(missing(&path)) }
}

impl Function {
    pub(crate) fn start(binary: PathBuf, aws: &Loopback, setup: &Setup) -> Result<Self, Failure> {
        let mut environment: Vec<(String, String)> =
            aws.endpoints().environment().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut set = |name: &str, value: &str| environment.push((name.to_owned(), value.to_owned()));
        set("repository_name", REPOSITORY);
        set("branch_name", BRANCH);
        set("dest_id", &setup.distributions[0].id);
        set("AWS_LAMBDA_LOG_LEVEL", "debug");
        if let Some(policy) = &setup.policy {
            set("PURGEPLAN_POLICY", &policy.to_string_lossy());
        }
        let (process, lines) = spawn(&binary, &environment)?;
        Ok(Self { binary, environment, process, lines })
    }

    /// Sends an event as Lambda does, tried again when it fails; `Err` tells what was logged when every try failed.
    pub(crate) async fn handle(&mut self, aws: &Loopback, event: Vec<u8>) -> Result<Vec<Line>, Failed> {
        let mut logged = Vec::new();
        let mut last = String::new();
        for _ in 0..TRIES {
            let outcome = tokio::select! {
                outcome = aws.runtime().invoke(event.clone(), TIMEOUT) => outcome,
                status = self.process.wait() => {
                    last = status.map_or_else(|error| error.to_string(), |status| format!("the process ended with {status}"));
                    Outcome::Lost
                }
            };
            let ended = self.read_until_closed(&outcome, &mut logged).await;
            let alive = matches!(outcome, Outcome::Error(_));
            match outcome {
                Outcome::Response(_) => return Ok(logged),
                Outcome::Error(error) => last = ended.unwrap_or(error.message),
                Outcome::InitFailed(error) => return Err(Failed::NotStarted(ended.unwrap_or(error.message))),
                Outcome::TimedOut => "no answer before the deadline".clone_into(&mut last),
                Outcome::NotFetched => "the process asks for no work".clone_into(&mut last),
                Outcome::Lost => {}
            }
            if !alive {
                self.restart(aws).await.map_err(Failed::NotRestarted)?;
            }
        }
        Err(Failed::Lost { error: last, logged })
    }

    /// Takes the lines of one invocation, up to the one that every invocation ends with; tells its error.
    async fn read_until_closed(&mut self, outcome: &Outcome, logged: &mut Vec<Line>) -> Option<String> {
        // A process that is gone has closed its output; one that hangs writes no more.
        let patience = if matches!(outcome, Outcome::TimedOut | Outcome::NotFetched) { 0 } else { 10 };
        while let Ok(Some(line)) = timeout(Duration::from_secs(patience), self.lines.recv()).await {
            match line {
                Line::Summary => return None,
                Line::Failed { error } => return Some(error),
                Line::NotStarted { error, help } => return Some(format!("{error}; {help}")),
                line => logged.push(line),
            }
        }
        None
    }

    async fn restart(&mut self, aws: &Loopback) -> Result<(), Failure> {
        // It may have ended by itself, which is as good.
        let _ = self.process.kill().await;
        aws.runtime().new_process();
        (self.process, self.lines) = spawn(&self.binary, &self.environment)?;
        Ok(())
    }
}

/// Why an event was not handled.
pub(crate) enum Failed {
    /// Every try failed; Lambda would hand the event to the dead-letter queue.
    Lost {
        error: String,
        logged: Vec<Line>,
    },
    /// The function refuses to start.
    NotStarted(String),
    NotRestarted(Failure),
}

fn spawn(binary: &Path, environment: &[(String, String)]) -> Result<(Child, UnboundedReceiver<Line>), Failure> {
    // An empty environment: nothing of the caller's AWS settings may reach the function.
    let mut process = Command::new(binary)
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            Failure::new(
                format!("`{}` cannot be run: {error}", binary.display()),
                "build it with `cargo build -p purgeplan-lambda`",
            )
        })?;
    let output = process.stdout.take().expect("its output is piped");
    let (sender, lines) = unbounded_channel();
    tokio::spawn(async move {
        let mut read = BufReader::new(output).lines();
        while let Ok(Some(text)) = read.next_line().await {
            let line = serde_json::from_str(&text).unwrap_or(Line::Other);
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    Ok((process, lines))
}
