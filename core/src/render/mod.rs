//! Answers as text for people and shells, so that every host shows the same.

mod aws_cli;
mod errors;
mod explained;
mod markdown;
mod text;

use alloc::{format, string::String, vec::Vec};

use crate::{
    answer::{CheckAnswer, PlanAnswer},
    error::Error,
    explain::ExplainAnswer,
    json::{FLAG, Json, Shape, TEXTS, Word, optional, required, words},
    locate,
};

/// How an answer is to be shown.
#[derive(Debug)]
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

/// Of a request.
pub(crate) const RENDER: &Shape =
    &Shape::Strict(&[required("format", Format::SHAPE), optional("colour", FLAG), optional("attachment_names", TEXTS)]);

words!(Format { Text: "text", Markdown: "markdown", AwsCli: "aws-cli" });

/// An answer that can be shown.
pub(crate) trait Render {
    /// What the operation is called.
    const OPERATION: &'static str;

    /// The text that goes with the answer.
    fn set_rendered(&mut self, text: Option<String>);

    fn text(&self, paint: Paint) -> String;

    fn markdown(&self) -> Option<String> {
        None
    }

    fn aws_cli(&self) -> Option<String> {
        None
    }
}

impl RenderRequest {
    pub(crate) fn new(request: &Json<'_>) -> Self {
        Self {
            format: request["format"].word().unwrap_or_default(),
            colour: request["colour"].flag().unwrap_or_default(),
            attachment_names: request["attachment_names"].texts().map(String::from).collect(),
        }
    }

    pub(crate) fn render<T: Render>(&self, answer: &T, request: &[u8]) -> Result<String, Error> {
        let rendered = match self.format {
            Format::Text => Some(answer.text(self.paint())),
            Format::Markdown => answer.markdown(),
            Format::AwsCli => answer.aws_cli(),
        };
        rendered.ok_or_else(|| {
            let message = format!("the answer of `{}` has no such rendering", T::OPERATION);
            let error = Error::new("request-contradiction", message, "ask for `text`; only a plan has the others");
            locate::pointed(error, request, None, "/render/format")
        })
    }

    pub(crate) fn errors(&self, errors: &[Error], request: &[u8], attachments: &[&[u8]]) -> String {
        errors::told(errors, request, attachments, &self.attachment_names, self.paint())
    }

    fn paint(&self) -> Paint {
        Paint(self.colour)
    }
}

impl Render for PlanAnswer<'_> {
    const OPERATION: &'static str = "plan";

    fn set_rendered(&mut self, text: Option<String>) {
        self.rendered = text;
    }

    fn text(&self, paint: Paint) -> String {
        text::plan(self, paint)
    }

    fn markdown(&self) -> Option<String> {
        Some(markdown::plan(self))
    }

    fn aws_cli(&self) -> Option<String> {
        Some(aws_cli::plan(self))
    }
}

impl Render for ExplainAnswer<'_> {
    const OPERATION: &'static str = "explain";

    fn set_rendered(&mut self, text: Option<String>) {
        self.rendered = text;
    }

    fn text(&self, paint: Paint) -> String {
        explained::explained(self, paint)
    }
}

impl Render for CheckAnswer<'_> {
    const OPERATION: &'static str = "check";

    fn set_rendered(&mut self, text: Option<String>) {
        self.rendered = text;
    }

    fn text(&self, paint: Paint) -> String {
        text::check(self, paint)
    }
}

/// ANSI colours, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint(bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { String::from(text) }
    }

    fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    fn red(self, text: &str) -> String {
        self.with("1;31", text)
    }

    fn yellow(self, text: &str) -> String {
        self.with("1;33", text)
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
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hostile(character) { shown.extend(character.escape_unicode()) } else { shown.push(character) }
    }
    shown
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
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
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
