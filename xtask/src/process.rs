//! Child processes: shown before they run, and their failure told in a sentence.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::{Result, terminal::Style};

/// Runs a command with its output streamed; anything but success is an error.
pub(crate) fn run(command: &mut Command) -> Result {
    let status = status(command)?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", shown(command))) }
}

/// Runs a command with its output streamed and gives how it ended.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    println!("{}", Style::stdout().dim(&format!("$ {}", shown(command))));
    command.status().map_err(|error| not_started(command, &error))
}

/// Runs a command quietly and gives what it printed; anything but success is an error with what it complained of.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{}` ended with {}\n{}", shown(command), output.status, complaint.trim_end()));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{}` printed what is not UTF-8", shown(command)))
}

/// Whether a command starts and succeeds; it prints nothing.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn not_started(command: &Command, error: &std::io::Error) -> String {
    let program = name(command);
    match error.kind() {
        ErrorKind::NotFound => format!("`{program}` is not installed, or not in `PATH`"),
        _ => format!("`{program}` does not start: {error}"),
    }
}

fn shown(command: &Command) -> String {
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    arguments.fold(name(command), |line, argument| {
        let quote = if argument.contains(' ') || argument.is_empty() { "'" } else { "" };
        format!("{line} {quote}{argument}{quote}")
    })
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}
