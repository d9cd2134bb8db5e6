//! Why the program stops: what, where, and what to do.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

use purgeplan_core::plain;

#[derive(Debug)]
pub(crate) enum Failure {
    Told {
        message: String,
        help: String,
    },
    /// By the core, in its own words.
    Rendered(String),
}

impl Failure {
    pub(crate) fn new(message: impl Display, help: impl Display) -> Self {
        Self::Told { message: message.to_string(), help: help.to_string() }
    }

    /// For a terminal; colour is taken off when there is none.
    pub(crate) fn shown(&self) -> String {
        let (message, help_text) = match self {
            Self::Told { message, help } => (message, help),
            Self::Rendered(text) => return text.trim_end().to_owned(),
        };
        let error = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let help = Style::new().bold();
        let mut shown = format!("{error}error:{error:#} {}", plain(message));
        if !help_text.is_empty() {
            shown += &format!("\n{help}help:{help:#}  {}", plain(help_text));
        }
        shown
    }
}

/// An error whose own text says what to do.
impl From<purgeplan_loopback::git::GitError> for Failure {
    fn from(error: purgeplan_loopback::git::GitError) -> Self {
        Self::new(error, "")
    }
}

impl From<purgeplan_loopback::Error> for Failure {
    fn from(error: purgeplan_loopback::Error) -> Self {
        Self::new(error, "")
    }
}
