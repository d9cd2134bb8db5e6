//! Which format a diff has, told from its bytes.

use alloc::format;
use purgeplan_lines::hunk;

use super::{
    Format, colour,
    encoding::{bom, is_blank},
    lines::{self, after, cut, find, is_commit, line},
    listing::{Fields, status_names},
    manifests,
    sink::Sink,
};
use crate::error::Error;

const HELP: &str = "name the format (`--diff-format`, on the wire `format`): unified, raw, name-status, name-only, \
                    codecommit or manifests";

/// What the attachments of one diff hold; still `Auto` when they are empty, as a diff without changes is.
pub(super) fn format(indices: &[usize], attachments: &[&[u8]]) -> Result<Format, Error> {
    if let &[before, after] = indices
        && manifests::are(attachments[before], attachments[after])
    {
        return Ok(Format::Manifests);
    }
    for &index in indices {
        let bytes = attachments[index];
        if !is_blank(bytes) {
            return of(&bytes[bom(bytes)..]).ok_or_else(|| unknown(bytes, index));
        }
    }
    Ok(Format::Auto)
}

fn of(bytes: &[u8]) -> Option<Format> {
    if is_json(bytes) {
        return Some(Format::Codecommit);
    }
    let nul = memchr::memchr(0, bytes).is_some();
    if nul {
        let mut fields = Fields::of(bytes, 0, HELP);
        fields.follow(true, &mut Sink::default());
        let (first, _) = cut(&bytes[fields.at..], 0);
        if first.starts_with(b":") && !first.contains(&b'\n') {
            return Some(Format::Raw);
        }
        // A file may be named `M`, but then a list of names that was cut short could not be told from such a listing.
        if status_names(first).is_some() {
            return Some(Format::NameStatus);
        }
    }
    if has_unified(bytes) {
        return Some(Format::Unified);
    }
    if nul {
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
    (plain || is_commit(bytes)).then_some(Format::NameOnly)
}

/// Whether a JSON object begins here; a name may begin with a brace, but git quotes one with a quotation mark.
pub(crate) fn is_json(bytes: &[u8]) -> bool {
    let inner = after(bytes.trim_ascii_start(), b"{");
    inner.is_some_and(|inner| matches!(inner.trim_ascii_start().first(), Some(b'"' | b'}')))
}

/// Whether a line opens a file of a unified diff.
fn has_unified(bytes: &[u8]) -> bool {
    let opens = |at: usize| {
        let rest = uncoloured(&bytes[at..]);
        [b"diff --git ".as_slice(), b"diff --cc ", b"diff --combined "].iter().any(|start| rest.starts_with(start))
            || (rest.starts_with(b"--- ") && plain_opens(rest))
            || (rest.starts_with(b"@@ -") && hunk::counts(line(rest, 0).0).is_some())
    };
    // A merge without conflicts, or an empty commit, has a header and no file.
    let mut at = 0;
    loop {
        if opens(at) {
            return true;
        }
        match memchr::memchr(b'\n', &bytes[at..]) {
            Some(length) => at += length + 1,
            None => return false,
        }
    }
}

/// The bytes behind the colour codes at the start.
pub(super) fn uncoloured(mut rest: &[u8]) -> &[u8] {
    loop {
        match colour::sequence(rest) {
            0 => return rest,
            length => rest = &rest[length..],
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
    let colons = text.iter().take_while(|byte| **byte == b':').count();
    if colons > 0 && text[colons..].get(..6).and_then(lines::mode).is_some() {
        return Some(Format::Raw);
    }
    if text.ends_with(b" differ") && (text.starts_with(b"Files ") || text.starts_with(b"Binary files ")) {
        // `diff -rq`, and `diff -r` of files that are no text.
        return Some(Format::Unified);
    }
    match cut(text, b'\t') {
        (status, Some(_)) if status_names(status).is_some() => Some(Format::NameStatus),
        _ => None,
    }
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
        && find(text, b": ").is_none()
        && (!spaced || text.contains(&b'.') || text.contains(&b'/'))
}

fn unknown(bytes: &[u8], index: usize) -> Error {
    if let Some(error) = summary(bytes, index) {
        return error;
    }
    Error::new("diff-unknown", "the diff is in none of the known formats", HELP).at(Some(index), 0, bytes.len())
}

/// Refuses `--stat`, `--numstat`, `--summary` and `--dirstat`, which shorten names, leave out files or what became of them.
pub(super) fn summary(bytes: &[u8], index: usize) -> Option<Error> {
    let mut at = bom(bytes);
    while at < bytes.len() {
        let (text, next) = line(bytes, at);
        if let Some(error) = summary_line(text) {
            return Some(error.at(Some(index), at, at + text.len()));
        }
        at = next;
    }
    None
}

/// Refuses a line of such a summary.
pub(super) fn summary_line(text: &[u8]) -> Option<Error> {
    let option = if is_numstat(text) {
        "--numstat"
    } else if is_stat(text) {
        "--stat"
    } else {
        return None;
    };
    let message = format!("this is the summary of `git diff {option}`, which does not tell each file's change");
    Some(Error::new("diff-stat", message, "use `git diff --raw -z` or `git diff --name-status` in its place"))
}

/// `3` TAB `4` TAB and a name; `-` for each number of a file that is no text.
fn is_numstat(mut text: &[u8]) -> bool {
    for _ in 0..2 {
        let (number, Some(rest)) = cut(text, b'\t') else { return false };
        if number != b"-" && (number.is_empty() || digits(number) < number.len()) {
            return false;
        }
        text = rest;
    }
    true
}

/// A line of `--stat`, `--summary` or `--dirstat`: ` x | 3 +-`, ` 3 files changed, 4 insertions(+)`,
/// ` create mode 100644 x`, ` rename x => y (90%)`, `  50.0% x/`. The message of a commit is indented by more.
fn is_stat(text: &[u8]) -> bool {
    let line = text.trim_ascii_start();
    let (count, rest) = line.split_at(digits(line));
    let starts = |text: &[u8], starts: &[&[u8]]| starts.iter().any(|start| text.starts_with(start));
    (1..4).contains(&(text.len() - line.len()))
        && (starts(line, &[b"create mode ", b"delete mode ", b"mode change "])
            || (!count.is_empty() && starts(rest, &[b" file changed", b" files changed"]))
            || (!count.is_empty() && matches!(rest, [b'.', _, b'%', b' ', ..]))
            || line.ends_with(b"%)")
            || find(line, b" | ").is_some_and(|at| is_graph(line[at + 3..].trim_ascii_start())))
}

/// What stands behind a name in `--stat`: `3 +-`, or `Bin 0 -> 3 bytes`.
fn is_graph(text: &[u8]) -> bool {
    let rest = &text[digits(text)..];
    text.starts_with(b"Bin") || (rest.len() < text.len() && rest.iter().all(|byte| b" +-".contains(byte)))
}

/// How many digits `text` begins with.
fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> Result<Format, &'static str> {
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
            (b"abcdef1 subject\0M\0x\0", Format::NameStatus),
            (b"abcdef1 subject\0x\0", Format::NameOnly),
            (b"1111111111111111111111111111111111111111\0:100644 100644 1 2 M\0x\0", Format::Raw),
            (b"Only in old: x\nFiles old/y and new/y differ\n", Format::Unified),
            (b"Binary files old/y and new/y differ\n", Format::Unified),
            (b"a/x.html\nb c.html\n\"\\303\"\n", Format::NameOnly),
            (b"a\0b\n\0", Format::NameOnly),
            (b" \n{\"differences\":[]}", Format::Codecommit),
        ] {
            assert_eq!(told(bytes), Ok(expected), "{:?}", alloc::string::String::from_utf8_lossy(bytes));
        }
        assert_eq!((told(b""), told(b" \r\n")), (Ok(Format::Auto), Ok(Format::Auto)));
    }

    #[test]
    fn text_is_not_taken_for_names() {
        for text in ["hello world\n", "fatal: not a git repository\n", "<html>\n", " x\n", "[]\n", "/etc/passwd\n"] {
            assert_eq!(told(text.as_bytes()), Err("diff-unknown"), "{text}");
        }
    }

    #[test]
    fn summaries_are_refused_with_what_to_use() {
        for text in [
            "3\t4\tx\n",
            "-\t-\tx\n",
            " x | 3 +-\n",
            " x.png | Bin 0 -> 3 bytes\n",
            " 1 file changed, 3 insertions(+)\n",
            " create mode 100644 x\n",
            " mode change 100644 => 100755 x\n",
            " rename x => y (90%)\n",
            "  50.0% x/\n",
        ] {
            assert_eq!(told(text.as_bytes()), Err("diff-stat"), "{text}");
        }
    }
}
