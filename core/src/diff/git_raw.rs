//! `git diff --raw -z`: `:100644 100644 <id> <id> M` NUL `path` NUL, with two paths for renames and copies.
//!
//! Source: git-diff(1), "Raw output format".

use alloc::{format, vec::Vec};

use crate::{
    change::{BlobId, Change, Entry, Status},
    error::Error,
    escape::escape,
    names::RepoPath,
};

/// Adds the diff's changes.
pub(super) fn parse(bytes: &[u8], index: usize, changes: &mut Vec<Change>) -> Result<(), Error> {
    let mut reader = Reader { bytes, index, at: 0 };
    while reader.at < bytes.len() {
        changes.push(reader.change()?);
    }
    Ok(())
}

struct Reader<'a> {
    bytes: &'a [u8],
    index: usize,
    at: usize,
}

impl<'a> Reader<'a> {
    fn change(&mut self) -> Result<Change, Error> {
        let start = self.at;
        let header = self.field("a header")?;
        let (status, before, after) = read_header(header).ok_or_else(|| self.refuse(start, header))?;
        let first = self.path()?;
        let (path, from) = match status {
            Status::Renamed | Status::Copied => (self.path()?, Some(first)),
            _ => (first, None),
        };
        Ok(Change::new(status, path, from, before, after))
    }

    fn path(&mut self) -> Result<RepoPath, Error> {
        let start = self.at;
        let field = self.field("a path")?;
        RepoPath::new(field).ok_or_else(|| {
            Error::new("diff-git-raw", format!("`{}` is not a path in a repository", escape(field)), HELP).at(
                Some(self.index),
                start,
                self.at,
            )
        })
    }

    /// The bytes up to the next NUL.
    fn field(&mut self, what: &str) -> Result<&'a [u8], Error> {
        let rest = &self.bytes[self.at..];
        let Some(length) = memchr::memchr(0, rest) else {
            let message = format!("the diff ends in the middle of {what}");
            return Err(Error::new("diff-truncated", message, HELP).at(Some(self.index), self.at, self.bytes.len()));
        };
        self.at += length + 1;
        Ok(&rest[..length])
    }

    fn refuse(&self, start: usize, header: &[u8]) -> Error {
        let shown = escape(&header[..header.len().min(120)]);
        let message = if header.starts_with(b"::") {
            format!("`{shown}` is a combined diff of a merge")
        } else if header.last() == Some(&b'U') {
            format!("`{shown}` is an unmerged path")
        } else {
            format!("`{shown}` is not a header of a raw diff")
        };
        Error::new("diff-git-raw", message, HELP).at(Some(self.index), start, start + header.len())
    }
}

const HELP: &str = "give the output of `git diff --raw -z --no-abbrev OLD NEW`, whole and unchanged";

fn read_header(header: &[u8]) -> Option<(Status, Option<Entry>, Option<Entry>)> {
    let header = core::str::from_utf8(header.strip_prefix(b":")?).ok()?;
    let mut fields = header.split(' ');
    let (old_mode, new_mode) = (mode(fields.next()?)?, mode(fields.next()?)?);
    let (old_id, new_id) = (fields.next()?, fields.next()?);
    let letter = *fields.next()?.as_bytes().first()?;
    let before = (old_mode != 0).then(|| Entry { mode: old_mode, id: BlobId::from_hex(old_id.as_bytes()) });
    let after = (new_mode != 0).then(|| Entry { mode: new_mode, id: BlobId::from_hex(new_id.as_bytes()) });
    let status = match (letter, before.is_some(), after.is_some()) {
        (b'A', false, true) => Status::Added,
        (b'D', true, false) => Status::Deleted,
        (b'M', true, true) => Status::Modified,
        (b'T', true, true) => Status::TypeChanged,
        (b'R', true, true) => Status::Renamed,
        (b'C', true, true) => Status::Copied,
        _ => return None,
    };
    fields.next().is_none().then_some((status, before, after))
}

fn mode(text: &str) -> Option<u32> {
    (text.len() == 6).then(|| u32::from_str_radix(text, 8).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Effect;
    use alloc::{string::String, vec, vec::Vec};
    use proptest::prelude::*;

    const A: &str = "1111111111111111111111111111111111111111";
    const B: &str = "2222222222222222222222222222222222222222";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn read(bytes: &[u8]) -> Result<Vec<Change>, Error> {
        let mut changes = vec![];
        parse(bytes, 3, &mut changes).map(|()| changes)
    }

    #[test]
    fn every_status() {
        let diff = [
            format!(":000000 100644 {ZERO} {A} A\0a\0"),
            format!(":100644 000000 {A} {ZERO} D\0d\0"),
            format!(":100644 100644 {A} {B} M\0m\0"),
            format!(":100644 100755 {A} {A} M\0x\0"),
            format!(":100644 120000 {A} {B} T\0t\0"),
            format!(":100644 100644 {A} {A} R100\0old\0new\0"),
            format!(":100644 100644 {A} {B} C75\0source\0copy\0"),
        ]
        .concat();
        let changes = read(diff.as_bytes()).unwrap();
        let effects: Vec<_> = changes.iter().map(|c| (c.path.escaped(), c.effect)).collect();
        assert_eq!(
            effects,
            [
                (String::from("a"), Effect::Added),
                ("d".into(), Effect::Deleted),
                ("m".into(), Effect::Modified),
                ("x".into(), Effect::ModeOnly),
                ("t".into(), Effect::Deleted),
                ("new".into(), Effect::Added),
                ("copy".into(), Effect::Added),
            ]
        );
        assert_eq!(
            changes[5].effect_on_from().map(|(path, effect)| (path.escaped(), effect)),
            Some(("old".into(), Effect::Deleted))
        );
        assert_eq!(changes[6].effect_on_from(), None);
    }

    #[test]
    fn an_id_that_is_not_known_is_not_equal_to_another() {
        let diff = format!(":100644 100644 {ZERO} {ZERO} M\0m\0");
        assert_eq!(read(diff.as_bytes()).unwrap()[0].effect, Effect::Modified);
    }

    #[test]
    fn bytes_that_are_not_utf8_survive() {
        let diff = [format!(":000000 100644 {ZERO} {A} A\0").as_bytes(), b"a\xff\n\0"].concat();
        assert_eq!(read(&diff).unwrap()[0].path.as_bytes(), b"a\xff\n");
    }

    #[test]
    fn errors_say_where() {
        let whole = format!(":100644 100644 {A} {B} M\0m\0");
        let truncated = read(&whole.as_bytes()[..whole.len() - 1]).unwrap_err();
        assert_eq!((truncated.code, truncated.span.unwrap().start), ("diff-truncated", whole.len() - 2));
        let unmerged = format!("{whole}:000000 000000 {ZERO} {ZERO} U\0m\0");
        let error = read(unmerged.as_bytes()).unwrap_err();
        assert!(error.message.contains("unmerged"), "{error}");
        assert_eq!(error.span.map(|s| (s.attachment, s.start)), Some((Some(3), whole.len())));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(prop_oneof![Just(b':'), Just(0u8), Just(b' '), any::<u8>()], 0..300)) {
            let _ = read(&bytes);
        }
    }
}
