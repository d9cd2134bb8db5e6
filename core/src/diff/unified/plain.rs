//! Unified diffs that git did not make: of diff(1), svn, hg, bzr, quilt.

use alloc::{format, vec::Vec};
use purgeplan_lines::hunk;

use super::{
    Reader,
    header::{NOTHING, file_name},
    prefix::Sides,
};
use crate::{
    change::{Change, Status},
    diff::{
        lines::{after, cut, find, line},
        listing::{about, shown},
    },
    error::Error,
};

impl<'a> Reader<'a, '_> {
    /// `--- old`, `+++ new`, and a hunk. Anything less is text.
    pub(super) fn plain_file(&mut self) -> Result<(), Error> {
        let start = self.at;
        let (first, second_at) = line(self.bytes, start);
        let (second, hunk_at) = line(self.bytes, second_at);
        let old = &first[b"--- ".len()..];
        let new = after(second, b"+++ ");
        let ends = hunk_at == self.bytes.len() && (new.is_some() || b"+++ ".starts_with(second));
        if ends {
            return Err(self.truncated("the diff ends in the header of a file", start));
        }
        let (hunk, _) = line(self.bytes, hunk_at);
        let (Some(new), Some((gone, come))) = (new, hunk::counts(hunk)) else { return self.text() };
        self.push_plain(old, new, sides(is_absent(old, gone), is_absent(new, come)), start)?;
        self.at = hunk_at;
        self.body(start)
    }

    fn push_plain(&mut self, old: &'a [u8], new: &'a [u8], sides: Sides, start: usize) -> Result<(), Error> {
        let mut unquoted = [Vec::new(), Vec::new()];
        let [of_old, of_new] = &mut unquoted;
        let (Some(old), Some(new)) = (file_name(old, of_old), file_name(new, of_new)) else {
            return self.path(None, start).map(|_| ());
        };
        let name = if old == NOTHING {
            Some(self.prefixes.single(new, sides))
        } else if new == NOTHING {
            Some(self.prefixes.single(old, sides))
        } else {
            self.prefixes.name(old, new, Sides::Both)
        };
        if let Some(name) = name {
            return self.push_file(name, sides, start);
        }
        let message = format!("`{}` and `{}` are two names: both count as modified", shown(old), shown(new));
        self.sink.warn("diff-two-names", &message, "make the diff of two trees: `diff -ruN OLD NEW`, or with git");
        self.push_file(old, Sides::Both, start)?;
        self.push_file(new, Sides::Both, start)
    }

    fn push_file(&mut self, name: &[u8], sides: Sides, start: usize) -> Result<(), Error> {
        let path = self.path(Some(name), start)?;
        let status = match sides {
            Sides::OnlyNew => Status::Added,
            Sides::OnlyOld => Status::Deleted,
            Sides::Both => Status::Modified,
        };
        self.sink.push(Change::of_unknown(status, path));
        Ok(())
    }

    /// Notes of diff(1) on files whose lines it does not show; `true` when the line is one.
    pub(super) fn plain_note(&mut self, text: &'a [u8], start: usize) -> Result<bool, Error> {
        let differ = after(text, b"Binary files ").or(after(text, b"Files "));
        if let Some((old, new)) = differ.and_then(|rest| parted(rest.strip_suffix(b" differ")?)) {
            self.push_plain(old, new, sides_of(old, new), start)?;
            return Ok(true);
        }
        // Wherever it stands: what comes first by name may be what is left out.
        if after(text, b"Only in ").is_some_and(|rest| find(rest, b": ").is_some()) {
            let message = about(text, ": the diff leaves out a file that only one side has");
            let error = self.error("diff-only-in", &message, start, start + text.len());
            return Err(error.help("make the diff with `-N`: `diff -ruN OLD NEW`"));
        }
        Ok(false)
    }
}

/// The names on both sides of ` and `. With more than one they part at the middle, if anywhere.
fn parted(names: &[u8]) -> Option<(&[u8], &[u8])> {
    const AND: &[u8] = b" and ";
    let mut best = None;
    let mut from = 0;
    while let Some(found) = find(&names[from..], AND) {
        let (old, new) = (&names[..from + found], &names[from + found + AND.len()..]);
        let uneven = old.len().abs_diff(new.len());
        if best.is_none_or(|(least, _)| uneven < least) {
            best = Some((uneven, (old, new)));
        }
        from += found + AND.len();
    }
    best.map(|(_, names)| names)
}

fn sides_of(old: &[u8], new: &[u8]) -> Sides {
    sides(old == NOTHING, new == NOTHING)
}

/// Which sides there are, when the old one is absent or the new one.
fn sides(no_old: bool, no_new: bool) -> Sides {
    match (no_old, no_new) {
        (true, false) => Sides::OnlyNew,
        (false, true) => Sides::OnlyOld,
        _ => Sides::Both,
    }
}

/// Whether a side says that the file is not there: by its name; or, when it has no lines, by what svn writes behind it
/// or by the time 0, which diff(1) and bzr write for it.
fn is_absent(text: &[u8], lines: u32) -> bool {
    let (name, note) = cut(text, b'\t');
    let noted = |note| note == b"(revision 0)" || note == b"(nonexistent)" || is_epoch(note);
    name == NOTHING || (lines == 0 && note.is_some_and(noted))
}

/// `1970-01-01 00:00:00.000000000 +0000`, or the same moment in another zone.
fn is_epoch(time: &[u8]) -> bool {
    let (day, rest) = match after(time, b"1970-01-01 ") {
        Some(rest) => (0, rest),
        None => (-24 * 60, after(time, b"1969-12-31 ").unwrap_or_default()),
    };
    let (clock, zone) = cut(rest, b' ');
    let Some([sign @ (b'+' | b'-'), zone @ ..]) = zone else { return false };
    let Some((clock, seconds)) = clock.split_at_checked(5) else { return false };
    let (Some(local), Some(offset)) = (minutes(clock), minutes(zone)) else { return false };
    let offset = if *sign == b'+' { offset } else { -offset };
    seconds.iter().all(|byte| b":.0".contains(byte)) && day + local == offset
}

/// Minutes of `HH:MM` or `HHMM`.
fn minutes(text: &[u8]) -> Option<i32> {
    let ([a, b, b':', c, d] | [a, b, c, d]) = text else { return None };
    let mut minutes = 0;
    for (digit, worth) in [a, b, c, d].into_iter().zip([600, 60, 10, 1]) {
        if !digit.is_ascii_digit() {
            return None;
        }
        minutes += worth * i32::from(digit - b'0');
    }
    Some(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_0_is_an_absent_file() {
        for time in ["1970-01-01 00:00:00.000000000 +0000", "1969-12-31 19:00:00 -0500", "1970-01-01 09:00:00 +0900"] {
            assert!(is_epoch(time.as_bytes()), "{time}");
        }
        for time in
            ["1970-01-01 00:00:01 +0000", "1970-01-01 01:00:00 +0000", "2024-01-01 00:00:00 +0000", "", "1970-01-01"]
        {
            assert!(!is_epoch(time.as_bytes()), "{time}");
        }
        assert!(is_absent(b"/dev/null\tThu Jan 01 00:00:00 1970 +0000", 1) && is_absent(b"x\t(revision 0)", 0));
        assert!(!is_absent(b"a/dev/null", 0) && !is_absent(b"x", 0) && !is_absent(b"x\t(revision 0)", 1));
    }
}
