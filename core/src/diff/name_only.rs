//! `git diff --name-only`, as lines or with `-z`, and `git log --name-only`.

use super::{
    detect,
    encoding::bom,
    lines::{self, is_commit, line},
    listing::{Fields, NO_PATH, about, unterminated},
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
            sink.text(text, at);
            at = skip_message(bytes, next, sink);
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
    let mut fields = Fields { bytes, index, at: bom(bytes), help: HELP };
    while fields.at < bytes.len() {
        let start = fields.at;
        let field = fields.next("a path")?;
        push(RepoPath::new(field), field, sink).map_err(|error| error.at(Some(index), start, fields.at))?;
    }
    Ok(())
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

/// Passes over the header of a commit and its indented message; yields where its names begin.
fn skip_message(bytes: &[u8], mut at: usize, sink: &mut Sink) -> usize {
    let mut in_header = true;
    while at < bytes.len() {
        let (text, next) = line(bytes, at);
        if in_header {
            sink.text(text, at);
            in_header = !text.is_empty();
        } else if !text.is_empty() && !text.starts_with(b"    ") {
            break;
        }
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Effect;
    use alloc::{string::String, vec::Vec};

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
    fn a_log_lists_names_below_each_message() {
        let log = b"commit 1111111111111111111111111111111111111111\nAuthor: A <a@b>\n\n    a message\n    more\n\nb\n\ncommit 2222222222222222222222222222222222222222 (HEAD)\nAuthor: A <a@b>\n\n    a\n\na\n";
        let found = names(|sink| read_lines(log, 0, sink)).unwrap();
        assert_eq!(found, [("a".into(), Effect::Modified), ("b".into(), Effect::Modified)]);
    }
}
