//! Answers as text for people and shells, so that every host shows the same.

mod aws_cli;
mod errors;
mod explained;
mod markdown;
mod text;

use alloc::{format, string::String, vec::Vec};
use core::fmt::{self, Display, Formatter, Write};

use crate::{
    answer::{CheckAnswer, PlanAnswer},
    error::Error,
    explain::ExplainAnswer,
    json::{object, words},
    locate,
};

/// How an answer is to be shown.
#[derive(Debug, Default)]
pub(crate) struct RenderRequest {
    format: Format,
    /// With ANSI colours; only in text and in errors.
    colour: bool,
    /// What the attachments are called, for errors; by index.
    attachment_names: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Format {
    #[default]
    Text,
    /// For a comment on a pull request.
    Markdown,
    /// Commands for a POSIX shell.
    AwsCli,
}

object!(RenderRequest strict { format: required, colour: optional, attachment_names: optional });
words!(Format { Text: "text", Markdown: "markdown", AwsCli: "aws-cli" });

/// An answer that can be shown.
pub(crate) enum Answer<'a, 'p> {
    Plan(&'a PlanAnswer<'p>),
    Explain(&'a ExplainAnswer<'p>),
    Check(&'a CheckAnswer<'p>),
}

impl RenderRequest {
    pub(crate) fn render(&self, answer: &Answer<'_, '_>, request: &[u8]) -> Result<String, Error> {
        let paint = Paint(self.colour);
        let mut text = String::new();
        match (answer, self.format) {
            (Answer::Plan(plan), Format::Text) => text::plan(plan, paint, &mut text),
            (Answer::Plan(plan), Format::Markdown) => markdown::plan(plan, &mut text),
            (Answer::Plan(plan), Format::AwsCli) => aws_cli::plan(plan, &mut text),
            (Answer::Explain(explained), Format::Text) => explained::explained(explained, paint, &mut text),
            (Answer::Check(check), Format::Text) => text::check(check, paint, &mut text),
            (Answer::Explain(_), _) => return Err(no_rendering("explain", request)),
            (Answer::Check(_), _) => return Err(no_rendering("check", request)),
        }
        Ok(text)
    }

    pub(crate) fn errors(&self, errors: &[Error], request: &[u8], attachments: &[&[u8]]) -> String {
        errors::told(errors, request, attachments, &self.attachment_names, Paint(self.colour))
    }
}

fn no_rendering(operation: &str, request: &[u8]) -> Error {
    let message = format!("the answer of `{operation}` has no such rendering");
    let error = Error::new("request-contradiction", message, "ask for `text`; only a plan has the others");
    locate::pointed(error, request, None, "/render/format")
}

/// Appends a formatted piece.
fn add(text: &mut String, piece: fmt::Arguments<'_>) {
    text.write_fmt(piece).expect("into memory nothing fails");
}

/// ANSI colours, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint(bool);

impl Paint {
    fn with<'t>(self, code: &'static str, text: &'t str) -> Painted<'t> {
        Painted { code: if self.0 { code } else { "" }, text }
    }

    fn green(self, text: &str) -> Painted<'_> {
        self.with("32", text)
    }

    fn faint(self, text: &str) -> Painted<'_> {
        self.with("2", text)
    }

    fn strong(self, text: &str) -> Painted<'_> {
        self.with("1", text)
    }

    fn red(self, text: &str) -> Painted<'_> {
        self.with("1;31", text)
    }

    fn yellow(self, text: &str) -> Painted<'_> {
        self.with("1;33", text)
    }
}

/// Text with the code of its colour, or with an empty one.
struct Painted<'t> {
    code: &'static str,
    text: &'t str,
}

impl Display for Painted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { code, text } = self;
        if code.is_empty() { f.write_str(text) } else { write!(f, "\u{1b}[{code}m{text}\u{1b}[0m") }
    }
}

/// A name from outside, fit for a terminal and for one line: control characters and those that turn the writing
/// direction or take no room become visible escapes.
///
/// ```
/// assert_eq!(purgeplan_core::plain("a\u{1b}[2J\n日本"), r"a\u{1b}[2J\u{a}日本");
/// ```
#[must_use]
pub fn plain(text: &str) -> String {
    format!("{}", Plain(text))
}

/// What [`plain`] says.
struct Plain<'t>(&'t str);

impl Display for Plain<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if is_hostile(character) {
                write!(f, "\\u{{{:x}}}", u32::from(character))?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
}

/// A number and what is counted: `1 path`, `2 paths`.
///
/// ```
/// assert_eq!(purgeplan_core::count(2, "path"), "2 paths");
/// ```
#[must_use]
pub fn count(number: usize, one: &str) -> String {
    format!("{}", Count(number, one))
}

/// What [`count`] says.
struct Count<'t>(usize, &'t str);

impl Display for Count<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(number, one) = self;
        write!(f, "{number} {one}{}", if *number == 1 { "" } else { "s" })
    }
}

/// What invalidation paths cost beyond the free 1,000 a month of an account, at $0.005 each.
///
/// Source: Amazon CloudFront pricing, Invalidation requests.
///
/// ```
/// assert_eq!(purgeplan_core::dollars(3), "$0.015");
/// ```
#[must_use]
pub fn dollars(billed_paths: usize) -> String {
    format!("${}.{:03}", billed_paths * 5 / 1000, billed_paths * 5 % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_and_direction_marks_show_as_text() {
        assert_eq!(plain("a\u{1b}[2Jb\u{202e}c\n日本"), r"a\u{1b}[2Jb\u{202e}c\u{a}日本");
    }

    #[test]
    fn cents_and_tenths_of_cents() {
        assert_eq!(dollars(0), "$0.000");
        assert_eq!(dollars(3), "$0.015");
        assert_eq!(dollars(1234), "$6.170");
    }
}
