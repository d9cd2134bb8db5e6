//! Colour for people: only on a terminal, never with `CI` or `NO_COLOR` set.

use std::env;
use std::io::{IsTerminal, stderr, stdout};

/// Whether continuous integration runs this.
pub(crate) fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty())
}

/// Puts text into colour, or leaves it plain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    coloured: bool,
}

impl Style {
    /// The style for standard output.
    pub(crate) fn stdout() -> Self {
        Self::on(stdout().is_terminal())
    }

    /// The style for standard error.
    pub(crate) fn stderr() -> Self {
        Self::on(stderr().is_terminal())
    }

    fn on(terminal: bool) -> Self {
        Self { coloured: terminal && !in_ci() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) }
    }

    /// Bold, for headings.
    pub(crate) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// Dim, for commands.
    pub(crate) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// Red, for failures.
    pub(crate) fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// Green, for what passed.
    pub(crate) fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// Yellow, for what was left out.
    pub(crate) fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.coloured { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
