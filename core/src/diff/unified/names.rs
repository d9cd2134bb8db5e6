//! The two names of a `diff --git` line, which nothing but a blank parts.

use alloc::vec::Vec;

use super::{
    header::{Header, NOTHING, unquoted_file_name},
    prefix::{Both, Sides, common_name, have_letters},
};
use crate::diff::lines::{self, after, unquote};

/// How much longer one prefix may be than the other. A bound keeps the search linear in the line.
const UNEVEN: usize = 64;

/// Both names as they are written, with their prefixes.
pub(super) type Written<'n> = (&'n [u8], &'n [u8]);

/// Parts the line. `known` are the prefixes, when they are known; names that stand in quotes are put in `unquoted`.
///
/// git itself does so (`git_header_name` in `apply.c`): both names are the same behind their prefixes.
pub(super) fn written<'n>(
    header: &Header<'n>,
    known: Option<&Both>,
    unquoted: &'n mut [Vec<u8>; 2],
) -> Option<Written<'n>> {
    let line = header.line;
    if let Some(names) = middle(line) {
        return Some(names);
    }
    if let Some(quote) = memchr::memchr(b'"', line) {
        return quoted(line, quote, unquoted);
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
fn middle(line: &[u8]) -> Option<Written<'_>> {
    let (old, new) = part(line, line.len() / 2)?;
    let plain = old.len() == new.len() && line.first() != Some(&b'"');
    (plain && (have_letters(old, new) || old == new)).then_some((old, new))
}

/// One of the names is quoted, or both; a name without quotes round it has none within.
fn quoted<'n>(line: &'n [u8], quote: usize, [old, new]: &'n mut [Vec<u8>; 2]) -> Option<Written<'n>> {
    if quote > 0 {
        *new = lines::name(&line[quote..])?.into_owned();
        return Some((line[..quote].strip_suffix(b" ")?, new));
    }
    let length;
    (*old, length) = unquote(line)?;
    *new = lines::name(after(&line[length..], b" ")?)?.into_owned();
    Some((old, new))
}

/// `--- ` and `+++ ` give a name for each side that is there.
fn from_file_lines<'n>(header: &Header<'n>) -> Option<Written<'n>> {
    let line = header.line;
    let (old, new) = header.files?;
    match (unquoted_file_name(old), unquoted_file_name(new)) {
        (NOTHING, new) if header.sides == Sides::OnlyNew => part(line, line.len().checked_sub(new.len() + 1)?),
        (old, NOTHING) if header.sides == Sides::OnlyOld => part(line, old.len()),
        names => Some(names),
    }
}

/// What stands on both sides of the blank at this place.
fn part(line: &[u8], at: usize) -> Option<Written<'_>> {
    let (old, new) = line.split_at_checked(at)?;
    Some((old, after(new, b" ")?))
}

/// The blank near the middle whose two sides have most in common.
fn near_middle(line: &[u8]) -> Option<Written<'_>> {
    let half = line.len() / 2;
    let places = half.saturating_sub(UNEVEN)..line.len().min(half + UNEVEN);
    let (mut best, mut most) = (None, 0);
    for at in places {
        let Some(names) = part(line, at) else { continue };
        // The last of several that have as much in common.
        if let Some(length) = common_name(names.0, names.1).filter(|length| *length >= most) {
            (best, most) = (Some(names), length);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn parted(line: &str) -> Option<(String, String)> {
        let (header, _) = Header::read(b"", line.as_bytes(), 0);
        let mut unquoted = Default::default();
        let (old, new) = written(&header, None, &mut unquoted)?;
        let text = |name: &[u8]| String::from_utf8(name.to_vec()).unwrap();
        Some((text(old), text(new)))
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
            assert_eq!(parted(line).unwrap(), (old.into(), new.into()), "{line}");
        }
    }

    #[test]
    fn what_cannot_be_parted_is_not() {
        for line in ["", "a/x", "a/x b/y", r#""a/x"b/x"#, r#"a/x"b/x""#, r#""a/x" "b/x"#] {
            assert_eq!(parted(line), None, "{line}");
        }
    }
}
