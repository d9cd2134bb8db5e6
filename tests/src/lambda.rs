//! The Lambda's own binary behind a [`Loopback`], as a process that tests start, invoke, watch and kill.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use purgeplan_loopback::deploy::ChangeKind;
use purgeplan_loopback::faults::Hook;
use purgeplan_loopback::s3_event::{Record, notification, sequencer};
use purgeplan_loopback::{Loopback, Outcome};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

/// The repository's name in CodeCommit (`repository_name`).
pub const REPOSITORY: &str = "site";
/// The branch that is deployed (`branch_name`).
pub const BRANCH: &str = "main";
/// The distribution (`dest_id`).
pub const DISTRIBUTION: &str = "E1PURGEPLANTESTS";
/// The bucket that the events of [`event`] are about.
pub const BUCKET: &str = "site-bucket";

/// The time of an invocation that says no other.
const TIMEOUT: Duration = Duration::from_mins(1);
/// What was written before an answer is in the pipe by then; a busy machine may need a moment to read it.
const PATIENCE: Duration = Duration::from_secs(10);
/// The line that an invocation ends with when it is answered.
const ANSWERED: &str = "summary";
/// Those that it, or a start, ends with when it fails. One that is answered may have such lines too: of a job, say.
const FAILED: [&str; 2] = ["failed", "not started"];

/// A running `bootstrap`; dropping it kills it.
#[derive(Debug)]
pub struct Lambda<'a> {
    aws: &'a Loopback,
    /// The program and its arguments.
    program: Vec<PathBuf>,
    environment: Vec<(String, String)>,
    process: Child,
    output: Arc<Output>,
}

/// What a process wrote, as far as it was read.
#[derive(Debug)]
struct Output {
    lines: Mutex<Vec<Value>>,
    /// How many closing lines there are; `None` once the process has closed its output.
    closed: watch::Sender<Option<Closed>>,
}

/// Closing lines.
#[derive(Debug, Clone, Copy, Default)]
struct Closed {
    answered: usize,
    failed: usize,
}

impl<'a> Lambda<'a> {
    /// Starts the binary against these endpoints. Its environment is empty but for the endpoints, the article's three
    /// variables and the log level `debug`; each override sets a variable, or takes it away (`None`).
    ///
    /// Must be called in a tokio runtime.
    #[must_use]
    pub fn start(aws: &'a Loopback, overrides: &[(&str, Option<&str>)]) -> Self {
        Self::start_program(aws, vec![crate::binaries::bootstrap()], overrides)
    }

    /// The same with another program, and its arguments.
    #[must_use]
    pub fn start_program(aws: &'a Loopback, program: Vec<PathBuf>, overrides: &[(&str, Option<&str>)]) -> Self {
        let own = [
            ("repository_name", REPOSITORY),
            ("branch_name", BRANCH),
            ("dest_id", DISTRIBUTION),
            ("AWS_LAMBDA_LOG_LEVEL", "debug"),
        ];
        let own = own.map(|(name, value)| (name, value.to_owned()));
        let mut environment: Vec<(String, String)> = aws
            .endpoints()
            .environment()
            .into_iter()
            .chain(own)
            .map(|(name, value)| (name.to_owned(), value))
            .filter(|(name, _)| overrides.iter().all(|(other, _)| other != name))
            .collect();
        environment
            .extend(overrides.iter().filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.to_owned()))));
        aws.runtime().new_process();
        let (process, output) = spawn(&program, &environment);
        Self { aws, program, environment, process, output }
    }

    /// Hands the process an event and waits for the outcome and for what it logs. A process that dies is
    /// [`Outcome::Lost`]. The future may be dropped: then the event is taken back, and the process goes on until it is killed.
    pub async fn invoke(&mut self, event: impl Into<Bytes>) -> Outcome {
        self.invoke_within(event, TIMEOUT).await
    }

    /// The same with another deadline. The process lives on after [`Outcome::TimedOut`]: kill it, as Lambda does.
    pub async fn invoke_within(&mut self, event: impl Into<Bytes>, limit: Duration) -> Outcome {
        let closed = self.output.closed.borrow().unwrap_or_default();
        let outcome = tokio::select! {
            outcome = self.aws.runtime().invoke(event, limit) => outcome,
            _ = self.process.wait() => match self.init_error().await {
                Some(outcome) => outcome,
                None => Outcome::Lost,
            },
        };
        let mut watch = self.output.closed.subscribe();
        if !matches!(outcome, Outcome::TimedOut | Outcome::NotFetched) {
            let answered = matches!(outcome, Outcome::Response(_));
            let more = watch.wait_for(|now| {
                now.is_none_or(|now| now.answered > closed.answered || (!answered && now.failed > closed.failed))
            });
            // Without the line (another log level, another program) the test goes on with what there is.
            let _ = tokio::time::timeout(PATIENCE, more).await;
        }
        outcome
    }

    /// Sends an event; `None` when a call that the hook is for was reached: then the process was killed there, all faults
    /// are cleared, and a new process waits for the event's next try.
    pub async fn invoke_or_die(&mut self, event: &[u8], hook: &mut Hook) -> Option<Outcome> {
        let stopped = tokio::select! {
            outcome = self.invoke(event.to_vec()) => return Some(outcome),
            Some(stopped) = hook.reached() => stopped,
        };
        self.kill().await;
        // The killed client's call ends where it was stopped.
        drop(stopped);
        self.aws.faults().clear();
        self.respawn().await;
        None
    }

    /// A process that refuses to start reports it and ends: which of the two is seen first is chance.
    async fn init_error(&self) -> Option<Outcome> {
        let report = self.aws.runtime().first_next();
        match tokio::time::timeout(Duration::from_millis(100), report).await {
            Ok(Err(error)) => Some(Outcome::InitFailed(error)),
            _ => None,
        }
    }

    /// The process's id, while it lives.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Every line that this process (not one before [`Self::respawn`]) has written, in order; what is no JSON is a string.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        lock(&self.output.lines).clone()
    }

    /// The lines with this `message`: `decision`, `diagnostic`, `summary`, `failed`, `not started`.
    #[must_use]
    pub fn lines_of(&self, message: &str) -> Vec<Value> {
        let mut lines = self.lines();
        lines.retain(|line| line["message"] == message);
        lines
    }

    /// Waits until the process ends by itself and all of its output is read.
    ///
    /// # Panics
    /// When it lives on for too long.
    pub async fn ended(&mut self) -> ExitStatus {
        let status = tokio::time::timeout(TIMEOUT, self.process.wait()).await;
        let status = status.expect("the process ends by itself").expect("a child can be waited for");
        self.read_to_end().await;
        status
    }

    /// Kills the process at once (`SIGKILL`), as Lambda does, and waits until it is gone.
    ///
    /// # Panics
    /// When the system refuses.
    pub async fn kill(&mut self) {
        self.process.kill().await.expect("a child can be killed");
        self.read_to_end().await;
    }

    /// Starts a new process with the same environment, as Lambda does for the next try of an event.
    pub async fn respawn(&mut self) {
        self.kill().await;
        self.aws.runtime().new_process();
        (self.process, self.output) = spawn(&self.program, &self.environment);
    }

    async fn read_to_end(&self) {
        let mut watch = self.output.closed.subscribe();
        // A grandchild could hold the pipe open; no test waits for one.
        let _ = tokio::time::timeout(PATIENCE, watch.wait_for(Option::is_none)).await;
    }
}

fn spawn(program: &[PathBuf], environment: &[(String, String)]) -> (Child, Arc<Output>) {
    let mut process = Command::new(&program[0])
        .args(&program[1..])
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .expect("the binary can be run");
    let mut read = BufReader::new(process.stdout.take().expect("its output is piped")).lines();
    let output = Arc::new(Output { lines: Mutex::default(), closed: watch::Sender::new(Some(Closed::default())) });
    let kept = Arc::clone(&output);
    tokio::spawn(async move {
        while let Ok(Some(text)) = read.next_line().await {
            let line = serde_json::from_str(&text).unwrap_or(Value::String(text));
            let message = line["message"].as_str().unwrap_or_default();
            let (answered, failed) = (message == ANSWERED, FAILED.contains(&message));
            lock(&kept.lines).push(line);
            if answered || failed {
                kept.closed.send_modify(|closed| {
                    if let Some(closed) = closed {
                        closed.answered += usize::from(answered);
                        closed.failed += usize::from(failed);
                    }
                });
            }
        }
        kept.closed.send_replace(None);
    });
    (process, output)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An S3 event of these raw keys, written or removed; each record has the next sequencer from `first` on.
#[must_use]
pub fn event(keys: &[&[u8]], kind: ChangeKind, first: u64, time: SystemTime) -> Vec<u8> {
    let sequencers: Vec<String> = (first..).take(keys.len()).map(sequencer).collect();
    let records = keys.iter().zip(&sequencers).map(|(key, sequencer)| Record {
        bucket: BUCKET,
        key,
        kind,
        size: 1,
        e_tag: "0123456789abcdef0123456789abcdef",
        version_id: None,
        sequencer,
        time,
    });
    notification(&records.collect::<Vec<_>>())
}
