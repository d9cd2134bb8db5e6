//! Which format a diff has, told from its bytes.

use alloc::format;
use purgeplan_lines::hunk;

use super::{
    Format, colour,
    encoding::{bom, is_blank},
    lines::{self, hex_digits, line},
    listing::status_names,
    manifests,
};
use crate::error::Error;

const HELP: &str = "name the format (`--diff-format`, on the wire `format`): unified, raw, name-status, name-only, \
                    codecommit or manifests";

/// What the attachments of one diff hold; `None` when they are empty, as a diff without changes is.
pub(super) fn format(indices: &[usize], attachments: &[&[u8]]) -> Result<Option<Format>, Error> {
    let mut given = indices.iter().filter_map(|index| attachments.get(*index).map(|bytes| (*index, *bytes)));
    if let [before, after] = indices
        && let (Some(before), Some(after)) = (attachments.get(*before), attachments.get(*after))
        && manifests::are(before, after)
    {
        return Ok(Some(Format::Manifests));
    }
    match given.find(|(_, bytes)| !is_blank(bytes)) {
        Some((index, bytes)) => of(&bytes[bom(bytes)..]).ok_or_else(|| unknown(bytes, index)).map(Some),
        None => Ok(None),
    }
}

fn of(bytes: &[u8]) -> Option<Format> {
    if is_json(bytes) {
        return Some(Format::Codecommit);
    }
    if let Some(end) = memchr::memchr2(0, b'\n', bytes)
        && bytes[end] == 0
    {
        let first = &bytes[..end];
        match first {
            [b':', ..] => return Some(Format::Raw),
            // A file may be named `M`, but then a list of names that was cut short could not be told from such a listing.
            _ if status_names(first).is_some() => return is_status_list(bytes).then_some(Format::NameStatus),
            _ => {}
        }
    }
    if has_unified(bytes) {
        return Some(Format::Unified);
    }
    if memchr::memchr(0, bytes).is_some() {
        return Some(Format::NameOnly);
    }
    let mut plain = true;
    let mut at = 0;
    while at < bytes.len() {
        let (text, next) = line(bytes, at);
        if let Some(format) = listing(text) {
            return Some(format);
        }
        plain &= text.is_empty() || is_name(text);
        at = next;
    }
    let log = bytes.strip_prefix(b"commit ").is_some_and(|rest| hex_digits(rest) >= 40);
    (plain || log).then_some(Format::NameOnly)
}

/// Whether a JSON object begins here; a name may begin with a brace, but git quotes one with a quotation mark.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    let inner = bytes.trim_ascii_start().strip_prefix(b"{");
    inner.is_some_and(|inner| matches!(inner.trim_ascii_start().first(), Some(b'"' | b'}')))
}

/// Whether a line opens a file of a unified diff.
fn has_unified(bytes: &[u8]) -> bool {
    let opens = |at: usize| {
        let rest = uncoloured(&bytes[at..]);
        rest.starts_with(b"diff --git ")
            || rest.starts_with(b"diff --cc ")
            || rest.starts_with(b"diff --combined ")
            || (rest.starts_with(b"--- ") && plain_opens(rest))
            || (rest.starts_with(b"@@ -") && hunk::counts(line(rest, 0).0).is_some())
    };
    // A merge without conflicts, or an empty commit, has a header and no file.
    opens(0) || memchr::memchr_iter(b'\n', bytes).any(|newline| opens(newline + 1))
}

/// The bytes behind the colour codes at the start.
fn uncoloured(mut rest: &[u8]) -> &[u8] {
    loop {
        match colour::sequence(rest) {
            0 => return rest,
            length => rest = &rest[length..],
        }
    }
}

/// Whether the fields that end in NUL alternate between a status and its names to the end.
fn is_status_list(bytes: &[u8]) -> bool {
    let mut fields = bytes.split(|byte| *byte == 0);
    loop {
        match fields.next() {
            // What stands behind the last NUL.
            Some(b"") => return fields.next().is_none(),
            Some(status) => {
                let Some(names) = status_names(status) else { return false };
                if fields.by_ref().take(names).filter(|name| !name.is_empty()).count() < names {
                    return false;
                }
            }
            None => return false,
        }
    }
}

fn plain_opens(rest: &[u8]) -> bool {
    let (_, second_at) = line(rest, 0);
    let (second, hunk_at) = line(rest, second_at);
    let (third, _) = line(rest, hunk_at);
    uncoloured(second).starts_with(b"+++ ") && uncoloured(third).starts_with(b"@@ -")
}

fn listing(text: &[u8]) -> Option<Format> {
    let raw = text.strip_prefix(b":").map(|rest| &rest[rest.iter().take_while(|byte| **byte == b':').count()..]);
    if raw.and_then(|rest| rest.get(..6)).is_some_and(|mode| lines::mode(mode).is_some()) {
        return Some(Format::Raw);
    }
    let tab = memchr::memchr(b'\t', text)?;
    status_names(&text[..tab]).map(|_| Format::NameStatus)
}

/// Whether a line can only be meant as a name. Text must not be taken for one.
fn is_name(text: &[u8]) -> bool {
    if text.starts_with(b"\"") {
        return lines::name(text).is_some();
    }
    let blank = |byte: Option<&u8>| byte == Some(&b' ');
    let spaced = text.contains(&b' ');
    !text.iter().any(u8::is_ascii_control)
        && !blank(text.first())
        && !blank(text.last())
        && !b"<[({/".contains(&text[0])
        && memchr::memmem::find(text, b": ").is_none()
        && (!spaced || text.contains(&b'.') || text.contains(&b'/'))
}

fn unknown(bytes: &[u8], index: usize) -> Error {
    if let Some(error) = summary(bytes, index) {
        return error;
    }
    let message = "the diff is in none of the known formats";
    Error::new("diff-unknown", message, HELP).at(Some(index), 0, bytes.len())
}

/// Refuses `--stat` and `--numstat`, which shorten names or leave out what became of the files.
pub(super) fn summary(bytes: &[u8], index: usize) -> Option<Error> {
    let mut at = bom(bytes);
    while at < bytes.len() {
        let (text, next) = line(bytes, at);
        let option = if is_numstat(text) {
            "--numstat"
        } else if is_stat(text) {
            "--stat"
        } else {
            at = next;
            continue;
        };
        let message = format!("this is the summary of `git diff {option}`, which does not tell each file's change");
        let error =
            Error::new("diff-stat", message, "use `git diff --raw -z` or `git diff --name-status` in its place");
        return Some(error.at(Some(index), at, at + text.len()));
    }
    None
}

fn is_numstat(text: &[u8]) -> bool {
    let mut fields = text.split(|byte| *byte == b'\t');
    let mut number = || fields.next().is_some_and(|field| field == b"-" || is_number(field));
    number() && number() && fields.next().is_some()
}

/// ` 3 files changed, 4 insertions(+)`
fn is_stat(text: &[u8]) -> bool {
    let mut words = text.strip_prefix(b" ").unwrap_or_default().split(|byte| *byte == b' ');
    words.next().is_some_and(is_number)
        && words.next().is_some_and(|word| word == b"file" || word == b"files")
        && words.next().is_some_and(|word| word.starts_with(b"changed"))
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> Result<Option<Format>, &'static str> {
        format(&[0], &[bytes]).map_err(|error| error.code)
    }

    #[test]
    fn each_format_is_told() {
        for (bytes, expected) in [
            (&b"diff --git a/x b/x\n"[..], Format::Unified),
            (b"hello\n\x1b[1mdiff --git a/x b/x\x1b[m\n", Format::Unified),
            (b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", Format::Unified),
            (b":100644 100644 1 2 M\tx\n", Format::Raw),
            (b"commit 123\n\n:100644 100644 1 2 M\tx\n", Format::Raw),
            (b":100644 100644 1 2 M\0x\0", Format::Raw),
            (b"::100644 100644 100644 1 2 3 MM\tx\n", Format::Raw),
            (b"M\tx\n", Format::NameStatus),
            (b"R100\0a\0b\0", Format::NameStatus),
            (b"a/x.html\nb c.html\n\"\\303\"\n", Format::NameOnly),
            (b"a\0b\n\0", Format::NameOnly),
            (b" \n{\"differences\":[]}", Format::Codecommit),
        ] {
            assert_eq!(told(bytes), Ok(Some(expected)), "{:?}", alloc::string::String::from_utf8_lossy(bytes));
        }
        assert_eq!((told(b""), told(b" \r\n")), (Ok(None), Ok(None)));
    }

    #[test]
    fn text_is_not_taken_for_names() {
        for text in ["hello world\n", "fatal: not a git repository\n", "<html>\n", " x\n", "[]\n", "/etc/passwd\n"] {
            assert_eq!(told(text.as_bytes()), Err("diff-unknown"), "{text}");
        }
    }

    #[test]
    fn summaries_are_refused_with_what_to_use() {
        for text in ["3\t4\tx\n", "-\t-\tx\n", " x | 3 +-\n 1 file changed, 3 insertions(+)\n"] {
            assert_eq!(told(text.as_bytes()), Err("diff-stat"), "{text}");
        }
    }
}
