//! Engines in a process of their own, which is asked in frames (`tests/engines/frames.mjs`).

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::{Engine, Question, root};

/// A running engine.
#[derive(Debug)]
pub struct Process {
    name: &'static str,
    /// Its program in `tests/engines`, and the arguments.
    script: &'static str,
    arguments: Vec<String>,
    running: Running,
}

#[derive(Debug)]
struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
}

impl Process {
    /// The module in Node.
    #[must_use]
    pub fn node() -> Self {
        Self::start("node", "node.mjs", Vec::new())
    }

    /// The module in the browser that `PURGEPLAN_BROWSER` names.
    #[must_use]
    pub fn chromium() -> Option<Self> {
        let browser = std::env::var("PURGEPLAN_BROWSER").ok()?;
        Some(Self::start("chromium", "chromium.mjs", vec![browser]))
    }

    fn start(name: &'static str, script: &'static str, arguments: Vec<String>) -> Self {
        let running = Running::start(script, &arguments);
        Self { name, script, arguments, running }
    }
}

impl Engine for Process {
    fn name(&self) -> &'static str {
        self.name
    }

    fn ask(&mut self, question: &Question) -> Result<Vec<u8>, String> {
        self.running.ask(question).map_err(|error| {
            self.running = Running::start(self.script, &self.arguments);
            format!("the process ended: {error}")
        })
    }
}

impl Running {
    fn start(script: &str, arguments: &[String]) -> Self {
        let script = root().join("tests/engines").join(script);
        let mut command = Command::new("node");
        command.arg(script).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("Node is installed");
        let input = child.stdin.take();
        let output = child.stdout.take().expect("its output is a pipe");
        Self { child, input, output }
    }

    fn ask(&mut self, Question { request, attachments }: &Question) -> io::Result<Vec<u8>> {
        let number = |count: usize| u32::try_from(count).expect("a frame is below 4 GB").to_le_bytes();
        let mut frame = Vec::from(number(1 + attachments.len()));
        for piece in std::iter::once(request).chain(attachments) {
            frame.extend(number(piece.len()));
            frame.extend(piece);
        }
        self.input.as_mut().expect("it is open until the engine is dropped").write_all(&frame)?;
        let mut length = [0; 4];
        self.output.read_exact(&mut length)?;
        let mut answer = vec![0; usize::try_from(u32::from_le_bytes(length)).expect("it fits")];
        self.output.read_exact(&mut answer)?;
        Ok(answer)
    }
}

/// Without input the engine ends by itself.
impl Drop for Running {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
