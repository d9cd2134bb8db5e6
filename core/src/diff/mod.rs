//! Diffs in: bytes of one of the known formats become changes.

mod codecommit;
mod colour;
mod detect;
mod encoding;
mod lines;
mod listing;
mod manifests;
mod merge;
mod name_only;
mod order;
mod sink;
mod unified;

use alloc::{format, string::String, vec::Vec};

pub(crate) use self::{
    detect::is_json,
    encoding::{bom, shifted},
    lines::{after, cut, split},
};
use self::{listing::Listing, sink::Sink};
use crate::{
    change::{self, Change},
    diagnostic::Diagnostic,
    error::{Error, Span},
    json::words,
};

/// How a diff is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "kebab-case"))]
pub(crate) enum Format {
    /// One of the others, told from the bytes.
    #[default]
    Auto,
    /// `git diff`, `git show`, `git log -p`, `git format-patch`, and what diff(1) and its kin write with `-u`.
    Unified,
    /// `git diff --name-status`, with `-z` or without.
    NameStatus,
    /// `git diff --raw`, with `-z` or without.
    Raw,
    /// `git diff --name-only`, with `-z` or without.
    NameOnly,
    /// `git diff --raw -z`, or `git diff-tree -r --raw -z`, with full object ids.
    GitRaw,
    /// Pages of CodeCommit's `GetDifferences`, in order.
    Codecommit,
    /// Two lists of keys and hashes, before and after.
    Manifests,
}

words!(Format {
    Auto: "auto",
    Unified: "unified",
    NameStatus: "name-status",
    Raw: "raw",
    NameOnly: "name-only",
    GitRaw: "git-raw",
    Codecommit: "codecommit",
    Manifests: "manifests",
});

/// The formats that are text, each attachment of which is read by itself.
#[derive(Debug, Clone, Copy)]
enum Text {
    Unified,
    /// With `-z` or without, as NULs show.
    Listing(Listing),
    /// `--raw -z`.
    RawFields,
    NameOnly,
}

/// A diff, read.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) changes: Vec<Change>,
    /// The changes are of object keys, not of repository paths.
    pub(crate) of_keys: bool,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Reads one diff from its attachments, named by index. `partial` asks for what came before the place where a diff is
/// cut off; without it, that is an error.
pub(crate) fn parse(format: Format, partial: bool, indices: &[usize], attachments: &[&[u8]]) -> Result<Parsed, Error> {
    for &index in indices {
        encoding::check(attachment(index, attachments)?, index)?;
    }
    let format = if format == Format::Auto { detect::format(indices, attachments)? } else { format };
    let text = match format {
        // Nothing that tells: the attachments are empty.
        Format::Auto => return Ok(Parsed::default()),
        Format::Codecommit => return parse_pages(partial, indices, attachments),
        Format::Manifests => return parse_manifests(indices, attachments),
        Format::Unified => Text::Unified,
        Format::NameStatus => Text::Listing(Listing::NameStatus),
        Format::Raw => Text::Listing(Listing::Raw),
        Format::GitRaw => Text::RawFields,
        Format::NameOnly => Text::NameOnly,
    };
    parse_texts(text, partial, indices, attachments)
}

fn parse_pages(partial: bool, indices: &[usize], attachments: &[&[u8]]) -> Result<Parsed, Error> {
    let mut parsed = Parsed::default();
    let mut more_after = None;
    for &index in indices {
        let bytes = attachments[index];
        more_after = codecommit::parse(bytes, index, &mut parsed.changes)?.then_some((index, bytes.len()));
    }
    if let Some((index, length)) = more_after {
        let message = "the last page of differences says that more pages follow (`NextToken`)";
        let help = "fetch every page of GetDifferences; a part of a diff would leave stale URLs";
        let error = Error::new("diff-incomplete", message, help).at(Some(index), 0, length);
        parsed.diagnostics.push(tolerate(error, partial)?);
    }
    Ok(parsed)
}

fn parse_manifests(indices: &[usize], attachments: &[&[u8]]) -> Result<Parsed, Error> {
    let &[before, after] = indices else {
        let message = format!("a diff of two manifests has two attachments, but {} are named", indices.len());
        return Err(Error::new("diff-manifest", message, "give the list before, then the list after"));
    };
    let mut sink = Sink::default();
    let changes = manifests::parse(indices, attachments[before], attachments[after], &mut sink)?;
    Ok(Parsed { changes, of_keys: true, diagnostics: sink.finish().1 })
}

fn parse_texts(format: Text, partial: bool, indices: &[usize], attachments: &[&[u8]]) -> Result<Parsed, Error> {
    // Patches follow each other; the attachments of any other format are parts of one listing.
    let patches = matches!(format, Text::Unified) && indices.len() > 1;
    let mut parts = Vec::new();
    let mut parsed = Parsed::default();
    for &index in indices {
        let mut sink = Sink::default();
        if let Err(error) = parse_text(format, attachments[index], index, &mut sink) {
            parsed.diagnostics.push(tolerate(error, partial)?);
        }
        let (mut changes, mut said) = sink.finish();
        parsed.diagnostics.append(&mut said);
        if patches {
            parts.push(changes);
        } else if parsed.changes.is_empty() {
            parsed.changes = changes;
        } else {
            parsed.changes.append(&mut changes);
        }
    }
    if patches {
        parsed.changes = change::union(parts);
    }
    Ok(parsed)
}

/// Reads one attachment; again without its colour codes, when it turns out to have some.
fn parse_text(format: Text, bytes: &[u8], index: usize, sink: &mut Sink) -> Result<(), Error> {
    let mut result = read(format, bytes, index, sink);
    if sink.coloured() {
        *sink = Sink::default();
        result = read(format, &colour::strip(bytes), index, sink);
        if result.is_ok() {
            // A cut may stand behind the colour that a line begins with.
            listing::unterminated(bytes, sink);
        }
        if let Err(error) = &mut result
            && let Some(Span { start, end, .. }) = &mut error.span
        {
            (*start, *end) = (colour::original(bytes, *start), colour::original(bytes, *end));
        }
        sink.warn(
            "diff-colour",
            "the diff has terminal colour codes; they were taken out",
            "use `git --no-pager diff --no-color`",
        );
    }
    let nothing = result.is_ok() && sink.has_no_change() && !sink.in_mail();
    if (nothing || sink.is_empty())
        && let Some(error) = detect::summary(bytes, index)
    {
        return Err(error);
    }
    result
}

fn read(format: Text, bytes: &[u8], index: usize, sink: &mut Sink) -> Result<(), Error> {
    let nul = || memchr::memchr(0, bytes).is_some();
    match format {
        Text::Unified => unified::parse(bytes, index, sink),
        Text::RawFields => Listing::Raw.read_fields(bytes, index, sink),
        Text::Listing(listing) if nul() => listing.read_fields(bytes, index, sink),
        Text::Listing(listing) => listing.read_lines(bytes, index, sink),
        Text::NameOnly if nul() => name_only::read_fields(bytes, index, sink),
        Text::NameOnly => name_only::read_lines(bytes, index, sink),
    }
}

/// What cuts a diff short is a warning when a part was asked for; anything else stays an error.
fn tolerate(error: Error, partial: bool) -> Result<Diagnostic, Error> {
    if !partial || !matches!(error.code, "diff-truncated" | "diff-incomplete") {
        return Err(error);
    }
    let known = match error.span {
        Some(Span { attachment: Some(index), start, .. }) if error.code == "diff-truncated" => {
            format!(", from byte {start} of input {index}; only what came before it is known")
        }
        _ => String::from("; only what was given is known"),
    };
    let message = format!("{}{known}", error.message);
    Ok(Diagnostic::warning(error.code, message, "this is a part, as it was asked for: what is missing stays stale"))
}

/// The attachment of this index, or what is wrong with the index.
pub(crate) fn attachment<'a>(index: usize, attachments: &[&'a [u8]]) -> Result<&'a [u8], Error> {
    attachments.get(index).copied().ok_or_else(|| {
        Error::new(
            "attachment-missing",
            format!("the request names attachment {index}, but {} were given", attachments.len()),
            "pass the attachments in the order in which the request counts them, from 0",
        )
    })
}
