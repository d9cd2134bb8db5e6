//! The two names of a `diff --git` line, which nothing but a blank parts.

use alloc::borrow::Cow;

use super::{
    header::{Header, unquoted_file_name},
    prefix::{Sides, common_name, have_letters},
};
use crate::diff::lines::{self, after, unquote};

/// How much longer one prefix may be than the other. A bound keeps the search linear in the line.
const UNEVEN: usize = 64;

/// Both names as they are written, with their prefixes.
pub(super) type Written<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// Parts the line. `known` are the prefixes, when they are known.
///
/// git itself does so (`git_header_name` in `apply.c`): both names are the same behind their prefixes.
pub(super) fn written<'a>(header: &Header<'a>, known: Option<(&[u8], &[u8])>) -> Option<Written<'a>> {
    let line = header.line;
    if let Some(names) = middle(line) {
        return Some(names);
    }
    if let Some(quote) = memchr::memchr(b'"', line) {
        return quoted(line, quote);
    }
    if let Some((old, new)) = known {
        let same = line.len().checked_sub(old.len() + new.len() + 1)?;
        let names = part(line, old.len() + same / 2).filter(|_| same.is_multiple_of(2));
        if let Some(names) = names.filter(|(one, other)| one[old.len()..] == other[new.len()..]) {
            return Some(names);
        }
    }
    from_file_lines(header).or_else(|| near_middle(line))
}

/// Two names of one length, when they are the same behind git's own prefixes or behind none.
pub(super) fn middle(line: &[u8]) -> Option<Written<'_>> {
    let half = line.len() / 2;
    if line.len().is_multiple_of(2) || line[half] != b' ' {
        return None;
    }
    let (old, new) = (&line[..half], &line[half + 1..]);
    let plain = line.first() != Some(&b'"');
    (plain && (have_letters(old, new) || old == new)).then_some((Cow::Borrowed(old), Cow::Borrowed(new)))
}

/// One of the names is quoted, or both; a name without quotes round it has none within.
fn quoted(line: &[u8], quote: usize) -> Option<Written<'_>> {
    if quote == 0 {
        let (old, length) = unquote(line)?;
        let new = lines::name(after(&line[length..], b" ")?)?;
        return Some((Cow::Owned(old), new));
    }
    let old = line[..quote].strip_suffix(b" ")?;
    Some((Cow::Borrowed(old), lines::name(&line[quote..])?))
}

/// `--- ` and `+++ ` give a name for each side that is there.
fn from_file_lines<'a>(header: &Header<'a>) -> Option<Written<'a>> {
    let line = header.line;
    let (old, new) = header.files?;
    match (unquoted_file_name(old), unquoted_file_name(new)) {
        (b"/dev/null", new) if header.sides == Sides::OnlyNew => part(line, line.len().checked_sub(new.len() + 1)?),
        (old, b"/dev/null") if header.sides == Sides::OnlyOld => part(line, old.len()),
        (old, new) => Some((Cow::Borrowed(old), Cow::Borrowed(new))),
    }
}

fn part(line: &[u8], at: usize) -> Option<Written<'_>> {
    let (old, new) = line.split_at_checked(at)?;
    Some((Cow::Borrowed(old), Cow::Borrowed(after(new, b" ")?)))
}

/// The blank near the middle whose two sides have most in common.
fn near_middle(line: &[u8]) -> Option<Written<'_>> {
    let half = line.len() / 2;
    let places = half.saturating_sub(UNEVEN)..line.len().min(half + UNEVEN);
    let (mut best, mut most) = (None, 0);
    for at in places {
        let (old, new) = (&line[..at], &line[at..]);
        // The last of several that have as much in common.
        if let Some(length) = after(new, b" ").and_then(|new| common_name(old, new)).filter(|length| *length >= most) {
            (best, most) = (Some(at), length);
        }
    }
    part(line, best?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(line: &[u8]) -> Option<Written<'_>> {
        let (header, _) = Header::read(b"", line, 0);
        written(&header, None)
    }

    #[test]
    fn names_are_parted_where_they_are_the_same() {
        for (line, old, new) in [
            ("a/x b/x", "a/x", "b/x"),
            ("a/x b/x b/x b/x", "a/x b/x", "b/x b/x"),
            ("x y x y", "x y", "x y"),
            ("old/x y newer/x y", "old/x y", "newer/x y"),
            (r#""a/\303\251" "b/\303\251""#, "a/é", "b/é"),
            (r#""a/\t" b/x"#, "a/\t", "b/x"),
            (r#"a/x "b/\t""#, "a/x", "b/\t"),
        ] {
            let (one, other) = parted(line.as_bytes()).unwrap();
            assert_eq!((one.as_ref(), other.as_ref()), (old.as_bytes(), new.as_bytes()), "{line}");
        }
    }

    #[test]
    fn what_cannot_be_parted_is_not() {
        for line in ["", "a/x", "a/x b/y", r#""a/x"b/x"#, r#"a/x"b/x""#, r#""a/x" "b/x"#] {
            assert_eq!(parted(line.as_bytes()), None, "{line}");
        }
    }
}
