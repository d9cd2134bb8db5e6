//! Hunks: how many lines their header promises, and where those end.
//!
//! The body is counted, never searched: what a line says beyond its first byte cannot be taken for a header.

use crate::{line, next_line};

/// Where a hunk's body does not hold what its header promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The diff ends within the body.
    End,
    /// The line that begins here is no line of the body, or one too many of its kind.
    Line(usize),
}

/// What a line takes off the counts, by its first byte: the lines still to come of the old side in the low half of a
/// word, of the new side in the high half. A byte that begins no line of a hunk sets a [`GUARD`] bit.
const TAKES: [u64; 256] = {
    let mut takes = [1 << 31; 256];
    takes[b' ' as usize] = 1 | 1 << 32;
    // Mail programs cut the blank of an empty context line.
    takes[b'\n' as usize] = 1 | 1 << 32;
    takes[b'\r' as usize] = 1 | 1 << 32;
    takes[b'-' as usize] = 1;
    takes[b'+' as usize] = 1 << 32;
    // "\ No newline at end of file"
    takes[b'\\' as usize] = 0;
    takes
};
/// Set when either half has gone below zero.
const GUARD: u64 = 1 << 31 | 1 << 63;
/// The most lines that a half holds without touching its guard bit.
const MOST: u32 = (1 << 31) - 1;

/// Lines of the old and of the new side, as `@@ -1,2 +1 @@` says them.
#[must_use]
pub fn counts(header: &[u8]) -> Option<(u32, u32)> {
    let rest = header.strip_prefix(b"@@ -")?;
    let (old, rest) = range(rest)?;
    let (new, rest) = range(rest.strip_prefix(b" +")?)?;
    rest.starts_with(b" @@").then_some((old, new))
}

/// `12,3` or `12`, and what follows. The start of the range tells no name, so it only has to be a number.
#[must_use]
pub fn range(text: &[u8]) -> Option<(u32, &[u8])> {
    let (_, rest) = number(text)?;
    match rest.strip_prefix(b",") {
        Some(rest) => number(rest),
        None => Some((1, rest)),
    }
}

fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let (mut value, mut rest) = (0_u32, text);
    while let [digit @ b'0'..=b'9', tail @ ..] = rest {
        value = value.checked_mul(10)?.checked_add(u32::from(digit - b'0'))?;
        rest = tail;
    }
    (rest.len() < text.len() && value <= MOST).then_some((value, rest))
}

/// Passes over a body that begins at `at`; yields where it ends.
///
/// It goes by blocks as long as the body is sure to reach beyond them, then line by line.
// Within its caller in the core it would be compiled for size, which takes the vectors away.
#[inline(never)]
pub fn skip(bytes: &[u8], at: usize, (old, new): (u32, u32)) -> Result<usize, Broken> {
    let mut left = u64::from(old) | u64::from(new) << 32;
    if left == 0 {
        return Ok(at);
    }
    // The lines that begin before it are counted.
    let mut position = at;
    loop {
        pass_blocks::<LARGE>(bytes, &mut position, &mut left);
        pass_blocks::<SMALL>(bytes, &mut position, &mut left);
        let block_end = position + SMALL;
        if position > at && bytes[position - 1] != b'\n' {
            position = next_line(bytes, position);
        }
        while position < block_end {
            let first = *bytes.get(position).ok_or(Broken::End)?;
            left = left.wrapping_sub(TAKES[usize::from(first)]);
            if left & GUARD != 0 {
                return Err(Broken::Line(position));
            }
            position = next_line(bytes, position);
            if left == 0 {
                return Ok(position);
            }
        }
    }
}

/// How many bytes are counted at once: some lines, and at the end of a hunk about a line and a half, so that few lines are
/// left to be taken one by one. A line has two bytes at least, so that a count of the larger fits in a byte.
const LARGE: usize = 256;
const SMALL: usize = 64;

/// Passes over blocks as long as the body is sure to reach beyond them.
fn pass_blocks<const BLOCK: usize>(bytes: &[u8], position: &mut usize, left: &mut u64) {
    while let Some(rest) = census::<BLOCK>(bytes, *position).and_then(|census| census.after(*left)) {
        *left = rest;
        *position += BLOCK;
    }
}

/// The lines that begin in a block.
struct Census {
    /// Of the old side.
    old: u8,
    /// Of the new side.
    new: u8,
    /// Those that begin with none of the three usual bytes.
    odd: u8,
}

/// Counts without a branch, so that the compiler can use vectors: a line begins behind each line feed.
fn census<const BLOCK: usize>(bytes: &[u8], at: usize) -> Option<Census> {
    let block: &[u8; BLOCK] = bytes.get(at..)?.first_chunk()?;
    let behind: &[u8; BLOCK] = bytes.get(at.checked_sub(1)?..)?.first_chunk()?;
    let mut census = Census { old: 0, new: 0, odd: 0 };
    for (first, before) in block.iter().zip(behind) {
        let begins = u8::from(*before == b'\n');
        let (context, removed, added) = (u8::from(*first == b' '), u8::from(*first == b'-'), u8::from(*first == b'+'));
        census.old += begins & (context | removed);
        census.new += begins & (context | added);
        census.odd |= begins & !(context | removed | added);
    }
    Some(census)
}

impl Census {
    /// The counts behind the block; `None` when its lines are not all usual ones of a body that goes on behind them. Each
    /// line only takes, so what fits together fits one by one.
    fn after(&self, left: u64) -> Option<u64> {
        let rest = left.wrapping_sub(u64::from(self.old) | u64::from(self.new) << 32);
        (self.odd == 0 && rest & GUARD == 0 && rest != 0).then_some(rest)
    }
}

/// Passes over "\ No newline at end of file", when it stands at `at`.
#[must_use]
pub fn skip_no_newline(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at) == Some(&b'\\') { line(bytes, at).1 } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String};
    use proptest::prelude::*;

    #[test]
    fn headers_count_one_line_when_they_do_not_say() {
        assert_eq!(counts(b"@@ -1,2 +3,4 @@ fn x"), Some((2, 4)));
        assert_eq!(counts(b"@@ -1 +0,0 @@"), Some((1, 0)));
        for bad in ["@@ -1,2 +3,4", "@@ -a +1 @@", "@@ -1,4294967296 +1 @@", "@@ -1,2147483648 +1 @@", "@@ -,1 +1 @@"] {
            assert_eq!(counts(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn a_removed_line_is_no_header() {
        let body = b"--- a/x\n+++ b/x\n \n-x\n\\ No newline\n+y\n\\ No newline\ndiff --git a/b b/b\n";
        let end = skip(body, 0, (3, 3)).unwrap();
        assert_eq!(&body[skip_no_newline(body, end)..], b"diff --git a/b b/b\n");
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_is_seen() {
        assert_eq!(skip(b" a\n", 0, (2, 2)), Err(Broken::End));
        assert_eq!(skip(b" a\n-b", 0, (2, 2)), Err(Broken::End));
        assert_eq!(skip(b" a\n-b", 0, (2, 1)), Ok(5));
        assert_eq!(skip(b" a\ndiff\n", 0, (2, 2)), Err(Broken::Line(3)));
        assert_eq!(skip(b"-a\n", 0, (0, 1)), Err(Broken::Line(0)));
        assert_eq!(skip(b"+a\n+b\n", 0, (1, 1)), Err(Broken::Line(3)));
        assert_eq!(skip(b"@", 0, (1, 1)), Err(Broken::Line(0)));
        assert_eq!(skip(b"", 0, (0, 0)), Ok(0));
    }

    /// The same line by line.
    fn skip_lines(bytes: &[u8], mut at: usize, (old, new): (u32, u32)) -> Result<usize, Broken> {
        let mut left = u64::from(old) | u64::from(new) << 32;
        while left != 0 {
            left = left.wrapping_sub(TAKES[usize::from(*bytes.get(at).ok_or(Broken::End)?)]);
            if left & GUARD != 0 {
                return Err(Broken::Line(at));
            }
            at = next_line(bytes, at);
        }
        Ok(at)
    }

    proptest! {
        #[test]
        fn blocks_end_where_lines_do(
            lines in proptest::collection::vec(("[-+ +\\\\ x]|\\r|", "[-+ ]{0,40}"), 0..30),
            counts in (0..40_u32, 0..40_u32),
            rest in "[-+ @d\\n]{0,90}",
        ) {
            let body: String = lines.iter().map(|(first, line)| format!("{first}{line}\n")).collect();
            let count = |signs: &str| lines.iter().filter(|(first, _)| signs.contains(first.as_str())).map(|_| 1).sum::<u32>();
            let text = format!("@\n{body}{rest}");
            for counts in [counts, (count("- \r"), count("+ \r"))] {
                prop_assert_eq!(skip(text.as_bytes(), 2, counts), skip_lines(text.as_bytes(), 2, counts));
            }
        }
    }
}
