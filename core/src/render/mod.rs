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

/// What `render` of a request must be.
pub(crate) const RENDER: &Shape =
    &Shape::Strict(&[required("format", Format::SHAPE), optional("colour", FLAG), optional("attachment_names", TEXTS)]);

words!(Format { Text: "text", Markdown: "markdown", AwsCli: "aws-cli" });

/// An answer that can be shown.
pub(crate) enum Answer<'a, 'p> {
    Plan(&'a PlanAnswer<'p>),
    Explain(&'a ExplainAnswer<'p>),
    Check(&'a CheckAnswer<'p>),
}

impl RenderRequest {
    pub(crate) fn new(request: &Json<'_>) -> Self {
        Self {
            format: request["format"].word().unwrap_or_default(),
            colour: request["colour"].flag().unwrap_or_default(),
            attachment_names: request["attachment_names"].texts().map(String::from).collect(),
        }
    }

    pub(crate) fn render(&self, answer: &Answer<'_, '_>, request: &[u8]) -> Result<String, Error> {
        let mut text = self.text();
        match (answer, self.format) {
            (Answer::Plan(plan), Format::Text) => text::plan(plan, &mut text),
            (Answer::Plan(plan), Format::Markdown) => markdown::plan(plan, &mut text),
            (Answer::Plan(plan), Format::AwsCli) => aws_cli::plan(plan, &mut text),
            (Answer::Explain(explained), Format::Text) => explained::explained(explained, &mut text),
            (Answer::Check(check), Format::Text) => text::check(check, &mut text),
            (Answer::Explain(_), _) => return Err(no_rendering("explain", request)),
            (Answer::Check(_), _) => return Err(no_rendering("check", request)),
        }
        Ok(text.shown)
    }

    pub(crate) fn errors(&self, errors: &[Error], request: &[u8], attachments: &[&[u8]]) -> String {
        let mut text = self.text();
        errors::told(errors, request, attachments, &self.attachment_names, &mut text);
        text.shown
    }

    fn text(&self) -> Text {
        Text { shown: String::new(), coloured: self.colour }
    }
}

fn no_rendering(operation: &str, request: &[u8]) -> Error {
    let message = format!("the answer of `{operation}` has no such rendering");
    let error = Error::new("request-contradiction", message, "ask for `text`; only a plan has the others");
    locate::pointed(error, request, None, "/render/format")
}

/// A text that is put together from pieces.
#[derive(Default)]
struct Text {
    shown: String,
    coloured: bool,
}

/// ANSI colours.
const STRONG: &str = "1";
const FAINT: &str = "2";
const GREEN: &str = "32";
const RED: &str = "1;31";
const YELLOW: &str = "1;33";

impl Text {
    /// Words of ours.
    fn say(&mut self, words: &str) -> &mut Self {
        self.shown += words;
        self
    }

    /// Text that may hold names from outside, as [`plain`] shows it.
    fn name(&mut self, name: &str) -> &mut Self {
        for character in name.chars() {
            if is_hostile(character) {
                self.shown.extend(character.escape_unicode());
            } else {
                self.shown.push(character);
            }
        }
        self
    }

    /// A name with words of ours before and behind it, where there is one.
    fn given(&mut self, before: &str, name: Option<&str>, behind: &str) -> &mut Self {
        match name {
            Some(name) => self.say(before).name(name).say(behind),
            None => self,
        }
    }

    fn number(&mut self, number: usize) -> &mut Self {
        self.say(itoa::Buffer::new().format(number))
    }

    /// A number and what is counted.
    fn count(&mut self, number: usize, one: &str) -> &mut Self {
        self.number(number).say(" ").say(one).say(if number == 1 { "" } else { "s" })
    }

    /// What is said from here to `end_colour` has this colour, where colours are wanted.
    fn colour(&mut self, code: &str) -> &mut Self {
        if self.coloured { self.say("\u{1b}[").say(code).say("m") } else { self }
    }

    fn end_colour(&mut self) -> &mut Self {
        self.colour("0")
    }

    fn painted(&mut self, code: &str, words: &str) -> &mut Self {
        self.colour(code).say(words).end_colour()
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
    let mut shown = Text::default();
    shown.name(text);
    shown.shown
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
    let mut text = Text::default();
    text.count(number, one);
    text.shown
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
