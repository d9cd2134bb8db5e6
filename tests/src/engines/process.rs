//! Engines in a process of their own, which is asked in frames (`tests/engines/frames.mjs`).

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::{Engine, Question, root};

/// A running engine.
#[derive(Debug)]
pub struct Process {
    name: &'static str,
    child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
}

impl Process {
    /// The module in Node.
    #[must_use]
    pub fn node() -> Self {
        Self::start("node", "node.mjs", &[])
    }

    /// The module in the browser that `PURGEPLAN_BROWSER` names.
    #[must_use]
    pub fn chromium() -> Option<Self> {
        let browser = std::env::var("PURGEPLAN_BROWSER").ok()?;
        Some(Self::start("chromium", "chromium.mjs", &[&browser]))
    }

    fn start(name: &'static str, script: &str, arguments: &[&str]) -> Self {
        let script = root().join("tests/engines").join(script);
        let mut command = Command::new("node");
        command.arg(script).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("Node is installed");
        let input = child.stdin.take();
        let output = child.stdout.take().expect("its output is a pipe");
        Self { name, child, input, output }
    }
}

impl Engine for Process {
    fn name(&self) -> &'static str {
        self.name
    }

    fn answer(&mut self, Question { request, attachments }: &Question) -> Vec<u8> {
        let number = |count: usize| u32::try_from(count).expect("a frame is below 4 GB").to_le_bytes();
        let mut frame = Vec::from(number(1 + attachments.len()));
        for piece in std::iter::once(request).chain(attachments) {
            frame.extend(number(piece.len()));
            frame.extend(piece);
        }
        let input = self.input.as_mut().expect("it is open until the engine is dropped");
        input.write_all(&frame).unwrap_or_else(|error| panic!("{} is gone: {error}", self.name));
        let mut length = [0; 4];
        self.output.read_exact(&mut length).unwrap_or_else(|error| panic!("{} said nothing: {error}", self.name));
        let mut answer = vec![0; usize::try_from(u32::from_le_bytes(length)).expect("it fits")];
        self.output.read_exact(&mut answer).expect("an answer is as long as it says");
        answer
    }
}

/// Without input the engine ends by itself.
impl Drop for Process {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
