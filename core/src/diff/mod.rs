//! Diffs in: bytes of one of the known formats become changes.

mod codecommit;
mod git_raw;

use alloc::{format, vec::Vec};
use serde::Deserialize;

use crate::{change::Change, error::Error};

/// How a diff is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    /// Pages of CodeCommit's `GetDifferences`, one an attachment, in order.
    Codecommit,
    /// `git diff --raw -z`, or `git diff-tree -r --raw -z`, with full object ids.
    GitRaw,
}

/// Reads one diff from its attachments, named by index.
pub(crate) fn parse(format: Format, indices: &[usize], attachments: &[&[u8]]) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    let mut more_after = None;
    for &index in indices {
        let bytes = attachment(index, attachments)?;
        match format {
            Format::Codecommit => more_after = codecommit::parse(bytes, index, &mut changes)?.then_some(index),
            Format::GitRaw => git_raw::parse(bytes, index, &mut changes)?,
        }
    }
    if let Some(index) = more_after {
        let length = attachments[index].len();
        return Err(Error::new(
            "diff-incomplete",
            "the last page of differences says that more pages follow (`NextToken`)",
            "fetch every page of GetDifferences; a part of a diff would leave stale URLs",
        )
        .at(Some(index), 0, length));
    }
    Ok(changes)
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
