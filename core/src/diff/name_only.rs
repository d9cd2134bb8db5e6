//! `git diff --name-only`, as lines or with `-z`, and `git log --name-only`.

use super::{
    detect,
    encoding::bom,
    lines::{self, after, hex_digits, is_commit, is_mail, line, split},
    listing::{Fields, NO_PATH, about, skip_header, unterminated},
    sink::Sink,
};
use crate::{
    change::{Change, Status},
    error::Error,
    names::RepoPath,
};

const HELP: &str = "give the output of `git diff --name-only -z --no-renames OLD NEW`, whole and unchanged";

/// Reads lines, one name each.
pub(super) fn read_lines(bytes: &[u8], index: usize, sink: &mut Sink) -> Result<(), Error> {
    let mut at = bom(bytes);
    while at < bytes.len() {
        let (text, next) = line(bytes, at);
        if is_commit(text) {
            at += skip_header(&bytes[at..], at, sink);
            continue;
        }
        if !text.is_empty() {
            // An unquoted name holds no control character.
            let plain = text.first() == Some(&b'"') || !text.iter().any(u8::is_ascii_control);
            let path = lines::name(text).filter(|_| plain).and_then(|name| RepoPath::new(&name));
            let summary = if plain && text[0] != b' ' { None } else { detect::summary_line(text) };
            let pushed = summary.map_or_else(|| push(path, text, sink), Err);
            pushed.map_err(|error| error.at(Some(index), at, at + text.len()))?;
        }
        at = next;
    }
    unterminated(bytes, sink);
    Ok(())
}

/// Reads names that end in NUL.
pub(super) fn read_fields(bytes: &[u8], index: usize, sink: &mut Sink) -> Result<(), Error> {
    let mut fields = Fields::of(bytes, index, HELP);
    let mut behind_id = false;
    while fields.follow(false, sink) {
        let start = fields.at;
        let field = fields.next("a path")?;
        // `--format=%H` parts an id from its names with an empty line.
        let name = if behind_id { after(field, b"\n").unwrap_or(field) } else { field };
        behind_id = field.len() >= 7 && hex_digits(field) == field.len();
        let path = if holds_header(field) { None } else { RepoPath::new(name) };
        push(path, name, sink).map_err(|error| error.at(Some(index), start, fields.at))?;
    }
    Ok(())
}

/// Whether a mail or a tag, whose text may be anything, stands before a name, or a header with colours.
fn holds_header(field: &[u8]) -> bool {
    split(field, b'\n').map(detect::uncoloured).any(|text| is_commit(text) || is_mail(text))
}

fn push(path: Option<RepoPath>, text: &[u8], sink: &mut Sink) -> Result<(), Error> {
    let Some(path) = path else {
        return Err(Error::new("diff-name-only", about(text, NO_PATH), HELP));
    };
    sink.warn(
        "diff-name-only",
        "a list of names does not say what became of them, nor the old names of renamed files: each counts as modified",
        "give `--no-renames` to `git diff --name-only`, or better, use `--raw` or `--name-status`",
    );
    let mut change = Change::of_unknown(Status::Modified, path);
    // It may as well have been added: nothing says that bytes changed under the name.
    change.rewritten = false;
    sink.push(change);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Effect;
    use alloc::{format, string::String, vec::Vec};

    fn names(read: impl Fn(&mut Sink) -> Result<(), Error>) -> Result<Vec<(String, Effect)>, Error> {
        let mut sink = Sink::default();
        read(&mut sink)?;
        Ok(sink.finish().0.iter().map(|change| (change.path.escaped().into_owned(), change.effect)).collect())
    }

    #[test]
    fn each_name_is_modified() {
        let lines = |bytes: &'static [u8]| names(|sink| read_lines(bytes, 0, sink));
        assert_eq!(
            lines(b"a b\r\n\"\\377\\t\"\n").unwrap(),
            [("\\xFF\t".into(), Effect::Modified), ("a b".into(), Effect::Modified)]
                .into_iter()
                .rev()
                .collect::<Vec<_>>()
        );
        assert_eq!(lines(b"a\t\n").unwrap_err().span.unwrap().end, 2);
        assert_eq!(lines(b"ok\n/etc\n").unwrap_err().span.unwrap().start, 3);
    }

    #[test]
    fn with_z_names_are_as_they_are() {
        let fields = |bytes: &'static [u8]| names(|sink| read_fields(bytes, 0, sink));
        assert_eq!(fields(b"\"a\n\0").unwrap(), [("\"a\n".into(), Effect::Modified)]);
        assert_eq!(fields(b"a\0b").unwrap_err().code, "diff-truncated");
    }

    #[test]
    fn with_z_the_header_of_a_commit_is_no_part_of_a_name() {
        const ID: &str = "1111111111111111111111111111111111111111";
        let fields = |text: &str| names(|sink| read_fields(text.as_bytes(), 0, sink)).map_err(|error| error.code);
        let modified = |names: &[&str]| Ok(names.iter().map(|name| ((*name).into(), Effect::Modified)).collect());
        let header = format!("commit {ID}\nAuthor: A <a@b>\n\n    a message\n    \n    more\n\n");
        let noted = format!("{header}Notes:\n    b.html\n\n");
        assert_eq!(fields(&format!("{header}c\0x\ny\0")), modified(&["c", "x\ny"]));
        assert_eq!(fields(&format!("{noted}c\0\0{header}\0{header}a\0")), modified(&["a", "c"]));
        // An id may be a name; the empty line behind it is none.
        assert_eq!(fields(&format!("{ID}\0\nc\0")), modified(&[ID, "c"]));
        let merge = format!("commit {ID}\nMerge: 1 2\n\n    a message\n");
        assert_eq!(fields(&format!("{merge}\0c\0\0{merge}\0")), modified(&["c"]));
        assert_eq!(fields(&format!("c\0\0{merge}")), modified(&["c"]));
        for cut in [&header[..header.len() - 5], &header[..20], &format!("{header}c")] {
            assert_eq!(fields(cut), Err("diff-truncated"), "{cut}");
        }
        for mixed in [format!("{header}{header}c\0"), format!("tag v1\n\ntext\n\n{header}c\0"), "c\0\0d\0".into()] {
            assert_eq!(fields(&mixed), Err("diff-name-only"), "{mixed}");
        }
    }

    #[test]
    fn a_log_lists_names_below_each_message() {
        let log = b"commit 1111111111111111111111111111111111111111\nAuthor: A <a@b>\n\n    a message\n    more\n\nb\n\ncommit 2222222222222222222222222222222222222222 (HEAD)\nAuthor: A <a@b>\n\n    a\n\na\n";
        let found = names(|sink| read_lines(log, 0, sink)).unwrap();
        assert_eq!(found, [("a".into(), Effect::Modified), ("b".into(), Effect::Modified)]);
    }
}
