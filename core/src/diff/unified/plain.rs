//! Unified diffs that git did not make: of diff(1), svn, hg, bzr, quilt.

use alloc::format;
use purgeplan_lines::hunk;

use super::{
    Reader,
    header::file_name,
    prefix::{Name, Sides},
};
use crate::{
    change::{Change, Entry, Status},
    diff::{lines::line, listing::shown},
    error::Error,
};

impl<'a> Reader<'a> {
    /// `--- old`, `+++ new`, and a hunk. Anything less is text.
    pub(super) fn plain_file(&mut self) -> Result<(), Error> {
        let start = self.at;
        let (first, second_at) = line(self.bytes, start);
        let (second, hunk_at) = line(self.bytes, second_at);
        let old = &first[b"--- ".len()..];
        let new = second.strip_prefix(b"+++ ");
        let ends = hunk_at == self.bytes.len() && (new.is_some() || b"+++ ".starts_with(second));
        if ends && !self.sink.in_mail() {
            return Err(self.truncated("the diff ends in the header of a file", start));
        }
        let (hunk, _) = line(self.bytes, hunk_at);
        let (Some(new), Some((gone, come))) = (new, hunk::counts(hunk)) else { return self.text() };
        let sides = match (is_absent(old, gone), is_absent(new, come)) {
            (true, false) => Sides::OnlyNew,
            (false, true) => Sides::OnlyOld,
            _ => Sides::Both,
        };
        self.push_plain(old, new, sides, start)?;
        self.at = hunk_at;
        self.body(start)
    }

    fn push_plain(&mut self, old: &'a [u8], new: &'a [u8], sides: Sides, start: usize) -> Result<(), Error> {
        let (Some(old), Some(new)) = (file_name(old), file_name(new)) else {
            return self.path(None, start).map(|_| ());
        };
        let name = match (old.as_ref(), new.as_ref()) {
            (b"/dev/null", _) => Name::One(self.prefixes.single(new.clone(), sides)),
            (_, b"/dev/null") => Name::One(self.prefixes.single(old.clone(), sides)),
            _ => self.prefixes.name(old.clone(), new.clone(), Sides::Both),
        };
        match name {
            Name::One(name) => self.push_file(&name, sides, start),
            Name::Two => {
                self.sink.warn(
                    "diff-two-names",
                    format!("`{}` and `{}` are two names: both count as modified", shown(&old), shown(&new)),
                    "make the diff of two trees: `diff -ruN OLD NEW`, or with git",
                );
                self.push_file(&old, Sides::Both, start)?;
                self.push_file(&new, Sides::Both, start)
            }
        }
    }

    fn push_file(&mut self, name: &[u8], sides: Sides, start: usize) -> Result<(), Error> {
        let path = self.path(Some(name), start)?;
        let side = Some(Entry::UNKNOWN);
        self.sink.push(match sides {
            Sides::OnlyNew => Change::new(Status::Added, path, None, None, side),
            Sides::OnlyOld => Change::new(Status::Deleted, path, None, side, None),
            Sides::Both => Change::new(Status::Modified, path, None, side, side),
        });
        Ok(())
    }

    /// Notes of diff(1) on files whose lines it does not show; `true` when the line is one.
    pub(super) fn plain_note(&mut self, text: &'a [u8], start: usize) -> Result<bool, Error> {
        let differ = text.strip_prefix(b"Binary files ").or(text.strip_prefix(b"Files "));
        if let Some(names) = differ.and_then(|rest| rest.strip_suffix(b" differ")) {
            let parted = memchr::memmem::find_iter(names, b" and ");
            // Names with ` and ` in them part at the middle, if anywhere.
            let middle = parted.min_by_key(|at| (2 * at + b" and ".len()).abs_diff(names.len()));
            if let Some(at) = middle {
                let (old, new) = (&names[..at], &names[at + b" and ".len()..]);
                self.push_plain(old, new, sides_of(old, new), start)?;
                return Ok(true);
            }
        }
        let only = text.strip_prefix(b"Only in ").is_some_and(|rest| memchr::memmem::find(rest, b": ").is_some());
        if only && !self.sink.is_empty() {
            let message = format!("`{}`: the diff leaves out a file that only one side has", shown(text));
            let error = self.error("diff-only-in", message, start, start + text.len());
            return Err(error.help("make the diff with `-N`: `diff -ruN OLD NEW`"));
        }
        Ok(false)
    }
}

fn sides_of(old: &[u8], new: &[u8]) -> Sides {
    match (old == b"/dev/null", new == b"/dev/null") {
        (true, false) => Sides::OnlyNew,
        (false, true) => Sides::OnlyOld,
        _ => Sides::Both,
    }
}

/// Whether a side says that the file is not there: by its name; or, when it has no lines, by what svn writes behind it
/// or by the time 0, which diff(1) and bzr write for it.
fn is_absent(text: &[u8], lines: u32) -> bool {
    let name = text.split(|byte| *byte == b'\t').next().unwrap_or(text);
    let note = text.get(name.len() + 1..).unwrap_or_default();
    let noted = note == b"(revision 0)" || note == b"(nonexistent)" || is_epoch(note);
    name == b"/dev/null" || (lines == 0 && noted)
}

/// `1970-01-01 00:00:00.000000000 +0000`, or the same moment in another zone.
fn is_epoch(time: &[u8]) -> bool {
    let mut fields = time.split(|byte| *byte == b' ');
    let (Some(date), Some(clock), Some(zone), None) = (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return false;
    };
    let day = match date {
        b"1970-01-01" => 0,
        b"1969-12-31" => -24 * 60,
        _ => return false,
    };
    let [sign @ (b'+' | b'-'), zone @ ..] = zone else { return false };
    let (Some(local), Some(offset)) = (clock.get(..5).and_then(minutes), minutes(zone)) else { return false };
    let seconds_are_zero = clock.get(5..).is_some_and(|rest| rest.iter().all(|byte| b":.0".contains(byte)));
    let offset = if *sign == b'+' { offset } else { -offset };
    seconds_are_zero && day + local == offset
}

/// Minutes of `HH:MM` or `HHMM`.
fn minutes(text: &[u8]) -> Option<i32> {
    let digit = |at: usize| text.get(at).filter(|byte| byte.is_ascii_digit()).map(|byte| i32::from(byte - b'0'));
    let rest = match text.len() {
        4 => 2,
        5 if text[2] == b':' => 3,
        _ => return None,
    };
    Some((digit(0)? * 10 + digit(1)?) * 60 + digit(rest)? * 10 + digit(rest + 1)?)
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
