//! Two lists of what is deployed, before and after: each key with a hash of its content.
//!
//! As `sha256sum` and its kin print them, as `key` TAB `hash`, or as the JSON of `aws s3api list-objects-v2`. So sites
//! are served whose sources say nothing of their keys, such as a generator's output.
//!
//! Sources: GNU coreutils manual, "md5sum invocation" (`hash`, blank, blank or `*`, name; a backslash before the hash
//! escapes line ends in the name); Amazon S3 API Reference, `ListObjectsV2`.

use alloc::{borrow::Cow, vec::Vec};
use core::cmp::Ordering;

use purgeplan_lines::order;

use super::{
    detect,
    encoding::{bom, is_blank},
    lines::{self, after, cut, find, hex_digits, line, split},
    listing::{about, unterminated},
    sink::Sink,
};
use crate::{
    change::{BlobId, Change, Entry, Status},
    error::Error,
    names::RepoPath,
    s3_listing::{self, Object},
};

const HELP: &str = "give two lists, before and after: lines as `sha256sum` prints them, lines of key, tab and hash, or \
                    the JSON of `aws s3api list-objects-v2`";

type Bytes<'a> = Cow<'a, [u8]>;

/// One object of a list.
struct Line<'a> {
    key: Bytes<'a>,
    hash: Bytes<'a>,
    /// Where it stands in the list.
    at: usize,
}

/// What changed from the first list to the second.
pub(super) fn parse(indices: &[usize], before: &[u8], after: &[u8], sink: &mut Sink) -> Result<Vec<Change>, Error> {
    let (before, after) = (read(before, indices[0], sink)?, read(after, indices[1], sink)?);
    let (mut old, mut new) = (before.as_slice(), after.as_slice());
    let mut changes = Vec::new();
    while !old.is_empty() || !new.is_empty() {
        let order = match (old, new) {
            ([old, ..], [new, ..]) => order(&old.key, &new.key),
            (_, []) => Ordering::Less,
            _ => Ordering::Greater,
        };
        let gone = if order.is_le() { old.split_off_first() } else { None };
        let come = if order.is_ge() { new.split_off_first() } else { None };
        if let Some(change) = change(gone, come) {
            changes.push(change);
        }
    }
    Ok(changes)
}

fn change(old: Option<&Line<'_>>, new: Option<&Line<'_>>) -> Option<Change> {
    let entry = |line: &Line<'_>| Entry { mode: 0, id: BlobId::from_hex(&line.hash) };
    let status = match (old, new) {
        (Some(old), Some(new)) if old.hash == new.hash => return None,
        (Some(_), Some(_)) => Status::Modified,
        (Some(_), None) => Status::Deleted,
        _ => Status::Added,
    };
    let path = RepoPath::new(&new.or(old)?.key)?;
    Some(Change::new(status, path, None, old.map(entry), new.map(entry)))
}

/// Whether two attachments are such lists; one of them may be empty.
pub(super) fn are(before: &[u8], after: &[u8]) -> bool {
    let is = |bytes: &[u8]| {
        is_listing(bytes) || first_line(bytes).is_some_and(|first| entry(first).is_some() || misplaced(first).is_some())
    };
    (is(before) && (is(after) || is_blank(after))) || (is_blank(before) && is(after))
}

/// A page of object keys; a page of CodeCommit's differences is JSON as well.
fn is_listing(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(4096)];
    detect::is_json(&bytes[bom(bytes)..]) && find(start, b"\"differences\"").is_none()
}

fn first_line(bytes: &[u8]) -> Option<&[u8]> {
    let text = bytes[bom(bytes)..].trim_ascii_start();
    (!text.is_empty()).then(|| line(text, 0).0)
}

/// The objects of a list by key, each once. Of several faults, the first is told.
fn read<'a>(bytes: &'a [u8], index: usize, sink: &mut Sink) -> Result<Vec<Line<'a>>, Error> {
    let mut lines = Vec::new();
    let listing = is_listing(bytes);
    let result = if listing {
        read_listing(bytes, index, &mut lines)
    } else {
        unterminated(bytes, sink);
        read_lines(bytes, index, &mut lines)
    };
    lines.sort_by(|one, other| order(&one.key, &other.key));
    let mut other_hash: Option<(usize, Error)> = None;
    lines.dedup_by(|later, first| {
        let repeated = later.key == first.key;
        if repeated && later.hash != first.hash && other_hash.as_ref().is_none_or(|(at, _)| later.at < *at) {
            let text = if listing { &later.key } else { line(bytes, later.at).0 };
            let error = refuse(text, " gives a key another hash than a line before");
            let (start, end) = if listing { (0, bytes.len()) } else { (later.at, later.at + text.len()) };
            other_hash = Some((later.at, error.at(Some(index), start, end)));
        }
        repeated
    });
    match other_hash {
        Some((_, error)) => Err(error),
        None => result.map(|()| lines),
    }
}

fn read_lines<'a>(bytes: &'a [u8], index: usize, lines: &mut Vec<Line<'a>>) -> Result<(), Error> {
    let mut at = bom(bytes);
    while at < bytes.len() {
        let (text, next) = line(bytes, at);
        if !text.is_empty() {
            match read_line(text, at) {
                Ok(line) => lines.push(line),
                Err(error) => return Err(error.at(Some(index), at, at + text.len())),
            }
        }
        at = next;
    }
    Ok(())
}

fn read_line(text: &[u8], at: usize) -> Result<Line<'_>, Error> {
    if let Some((problem, help)) = misplaced(text) {
        return Err(refuse(text, problem).help(help));
    }
    match entry(text) {
        Some((key, _)) if RepoPath::new(&key).is_none() => Err(refuse(text, NO_PATH)),
        Some((key, hash)) => Ok(Line { key, hash: hash.into(), at }),
        None => Err(refuse(text, " is no line of a manifest")),
    }
}

const NO_PATH: &str = " has a key that cannot be a path: empty, with a NUL, or with a leading slash";

fn refuse(text: &[u8], problem: &str) -> Error {
    Error::new("diff-manifest", about(text, problem), HELP)
}

/// Key and hash of one line.
fn entry(text: &[u8]) -> Option<(Bytes<'_>, &[u8])> {
    let escaped = after(text, b"\\");
    let rest = escaped.unwrap_or(text);
    let digits = hex_digits(rest);
    if (8..=128).contains(&digits)
        && let [b' ', b' ' | b'*', name @ ..] = &rest[digits..]
    {
        let name = bare(name);
        let key = if escaped.is_some() { unescape(name)?.into() } else { name.into() };
        return Some((key, &rest[..digits]));
    }
    // A hash has no tab: with a second one, this is no such line.
    match cut(text, b'\t') {
        (key, Some(hash)) if is_hash(hash) => Some((bare(key).into(), hash)),
        _ => None,
    }
}

/// A name without the `./` that `find` begins it with.
fn bare(name: &[u8]) -> &[u8] {
    after(name, b"./").unwrap_or(name)
}

/// A hash in hexadecimal or base 64, or an `ETag`, which is quoted and ends in the number of its parts: `"…-12"`.
fn is_hash(text: &[u8]) -> bool {
    let bare = after(text, b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text);
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte);
    bare.len() >= 8 && bare.iter().all(allowed) && bare.iter().any(u8::is_ascii_digit)
}

/// What is wrong with a line that has its tab behind something else than a key, and what to write instead.
fn misplaced(text: &[u8]) -> Option<(&'static str, &'static str)> {
    let (before, Some(_)) = cut(text, b'\t') else { return None };
    if before.len() >= 32 && hex_digits(before) == before.len() {
        return Some((
            " has the hash before the tab",
            "write the key, a tab and the hash, or as `sha256sum` does: the hash, two blanks and the key",
        ));
    }
    let mut fields = split(before, b' ').filter(|field| !field.is_empty());
    let (mode, kind, id) = (fields.next()?, fields.next()?, fields.next()?);
    let listed = lines::mode(mode).is_some() && matches!(kind, b"blob" | b"tree" | b"commit") && hex_digits(id) >= 4;
    listed.then_some((
        " is a line of `git ls-tree`",
        "give one diff in place of the two lists: `git diff --raw -z --no-abbrev OLD NEW`",
    ))
}

/// `\\`, `\n` and `\r`, as coreutils escape a name.
fn unescape(name: &[u8]) -> Option<Vec<u8>> {
    let mut key = Vec::with_capacity(name.len());
    let mut bytes = name.iter();
    while let Some(byte) = bytes.next() {
        key.push(match byte {
            b'\\' => match bytes.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b'\\' => b'\\',
                _ => return None,
            },
            other => *other,
        });
    }
    Some(key)
}

/// One page after the other, as the AWS CLI prints them.
fn read_listing<'a>(bytes: &'a [u8], index: usize, lines: &mut Vec<Line<'a>>) -> Result<(), Error> {
    let listing = s3_listing::keys(bytes, index, "diff-manifest", HELP)?;
    if let Some((start, end)) = listing.incomplete {
        let message = "the last page of the listing says that more pages follow";
        let help = "list every page; what is missing in one list would count as added or deleted";
        return Err(Error::new("diff-incomplete", message, help).at(Some(index), start, end));
    }
    for Object { key, etag } in listing.objects {
        let problem = if etag.is_empty() {
            " has no `ETag`, so nothing tells whether it changed"
        } else if RepoPath::new(key.as_bytes()).is_none() {
            NO_PATH
        } else {
            // A key that ends in a slash stands for a folder in the console, and is an object all the same.
            lines.push(Line { key: into_bytes(key), hash: into_bytes(etag), at: lines.len() });
            continue;
        };
        return Err(refuse(key.as_bytes(), problem).at(Some(index), 0, bytes.len()));
    }
    Ok(())
}

fn into_bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Effect;
    use alloc::format;
    use alloc::string::{String, ToString};

    const ONE: &str = "11111111111111111111111111111111";
    const TWO: &str = "22222222222222222222222222222222";

    fn diff(before: &str, after: &str) -> Result<Vec<(String, Effect)>, Error> {
        let changes = parse(&[0, 1], before.as_bytes(), after.as_bytes(), &mut Sink::default())?;
        Ok(changes.iter().map(|change| (change.path.escaped().into_owned(), change.effect)).collect())
    }

    #[test]
    fn lists_of_both_kinds_are_compared() {
        let before = format!("{ONE}  ./a b\n{ONE} *gone\n{ONE}  same\n\\{ONE}  new\\nline\n");
        let after = format!("a b\t{TWO}\nsame\t{ONE}\nthere\t{ONE}\n");
        assert!(are(before.as_bytes(), after.as_bytes()) && are(b"", after.as_bytes()));
        assert_eq!(
            diff(&before, &after).unwrap(),
            [
                ("a b".to_string(), Effect::Modified),
                ("gone".into(), Effect::Deleted),
                ("new\nline".into(), Effect::Deleted),
                ("there".into(), Effect::Added)
            ]
        );
    }

    #[test]
    fn listings_of_s3_are_compared_page_by_page() {
        let object = |key: &str, etag: &str| format!(r#"{{"Key":"{key}","ETag":"\"{etag}\"","Size":1}}"#);
        let page = |objects: &[String]| format!(r#"{{"Contents":[{}],"RequestCharged":null}}"#, objects.join(","));
        let before = page(&[object("a", ONE), object("b", ONE)]);
        let after = [page(&[object("a", TWO)]), page(&[object("c", ONE)])].join("\n");
        assert!(are(before.as_bytes(), after.as_bytes()));
        assert_eq!(
            diff(&before, &after).unwrap(),
            [("a".to_string(), Effect::Modified), ("b".into(), Effect::Deleted), ("c".into(), Effect::Added)]
        );
        for more in [r#""NextToken":"x""#, r#""NextContinuationToken":"x""#, r#""IsTruncated":true"#] {
            let error = diff(&format!("{{{more}}}"), "{}").unwrap_err();
            assert_eq!((error.code, error.span.unwrap().end), ("diff-incomplete", more.len() + 1));
        }
        assert!(diff(r#"{"Contents":[{"Key":"a"}]}"#, "{}").unwrap_err().message.contains("no `ETag`"));
        assert_eq!(diff("{}", "{").unwrap_err().code, "diff-manifest");
    }

    #[test]
    fn a_hash_stands_behind_the_tab() {
        for hash in [ONE, "\"d41d8cd98f00b204e9800998ecf8427e-12\"", "1B2M2Y8AsgTpgAmY7PhCfg==", "a-b_c/d+9"] {
            assert_eq!(diff(&format!("a\t{hash}\n"), "").unwrap(), [("a".to_string(), Effect::Deleted)], "{hash}");
        }
        for hash in ["index.html", "abcdefgh", "a1", "12345678 "] {
            assert!(diff(&format!("a\t{hash}\n"), "").is_err(), "{hash}");
        }
        let tree = format!("040000 tree {ONE}\tposts2026\n");
        let long = format!("100644 blob {ONE}      12\tposts2026\n");
        for (line, said) in [(format!("{ONE}\tposts2026\n"), "before the tab"), (tree, "ls-tree"), (long, "ls-tree")] {
            assert!(are(line.as_bytes(), b""), "{line}");
            assert!(diff(&line, "").unwrap_err().message.contains(said), "{line}");
        }
    }

    #[test]
    fn what_is_no_line_is_refused_where_it_stands() {
        let error = diff(&format!("{ONE}  a\nhello\n"), "").unwrap_err();
        assert_eq!((error.code, error.span.unwrap().start), ("diff-manifest", 36));
        assert!(diff(&format!("{ONE}  a\n{TWO}  a\n"), "").unwrap_err().message.contains("another hash"));
        assert!(diff(&format!("{ONE}  /a\n"), "").is_err());
    }
}
