//! The Lambda's own binary as a process, and what it logs.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
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
    /// `more` is environment beyond what every run has.
    pub(crate) fn start(
        binary: PathBuf,
        aws: &Loopback,
        setup: &Setup,
        more: &[(&str, &str)],
    ) -> Result<Self, Failure> {
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
        for (name, value) in more {
            set(name, value);
        }
        let (process, lines) = spawn(&binary, &environment)?;
        Ok(Self { binary, environment, process, lines })
    }

    /// Invokes the function once; a process that is gone is started anew for the next time.
    pub(crate) async fn invoke(&mut self, aws: &Loopback, event: &[u8]) -> Result<Call, Failure> {
        let mut ended = None;
        let outcome = tokio::select! {
            outcome = aws.runtime().invoke(event.to_vec(), TIMEOUT) => outcome,
            status = self.process.wait() => {
                ended = Some(status.map_or_else(|error| error.to_string(), |status| format!("the process ended with {status}")));
                Outcome::Lost
            }
        };
        let mut lines = Vec::new();
        let said = self.read_until_closed(&outcome, &mut lines).await;
        let error = match outcome {
            Outcome::Response(answer) => return Ok(Call { lines, end: Ok(answer) }),
            Outcome::Error(error) => return Ok(Call { lines, end: Err(said.unwrap_or(error.message)) }),
            Outcome::InitFailed(error) => {
                let why = said.unwrap_or(error.message);
                return Err(Failure::new(format!("the function does not start: {why}"), ""));
            }
            Outcome::TimedOut => "no answer before the deadline".to_owned(),
            Outcome::NotFetched => "the process asks for no work".to_owned(),
            Outcome::Lost => ended.unwrap_or_default(),
        };
        self.restart(aws).await?;
        Ok(Call { lines, end: Err(error) })
    }

    /// Takes the lines of one invocation, up to the one that ends it; tells the error of one that failed.
    async fn read_until_closed(&mut self, outcome: &Outcome, logged: &mut Vec<Line>) -> Option<String> {
        // A process that is gone has closed its output; one that hangs writes no more.
        let patience = if matches!(outcome, Outcome::TimedOut | Outcome::NotFetched) { 0 } else { 10 };
        // What fails within an invocation that is answered, a job say, has its line too.
        let answered = matches!(outcome, Outcome::Response(_));
        while let Ok(Some(line)) = timeout(Duration::from_secs(patience), self.lines.recv()).await {
            match line {
                Line::Summary => return None,
                Line::Failed { error } if !answered => return Some(error),
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

/// How an invocation ended.
pub(crate) struct Call {
    /// What it logged.
    pub(crate) lines: Vec<Line>,
    /// What it answered, or why it failed.
    pub(crate) end: Result<Bytes, String>,
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
