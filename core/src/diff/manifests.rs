//! Two lists of what is deployed, before and after: each key with a hash of its content.
//!
//! As `sha256sum` and its kin print them, as `key` TAB `hash`, or as the JSON of `aws s3api list-objects-v2`. So sites
//! are served whose sources say nothing of their keys, such as a generator's output.
//!
//! Sources: GNU coreutils manual, "md5sum invocation" (`hash`, blank, blank or `*`, name; a backslash before the hash
//! escapes line ends in the name); Amazon S3 API Reference, `ListObjectsV2`.

use alloc::{borrow::Cow, collections::BTreeMap, format, vec::Vec};
use core::cmp::Ordering;

use super::{
    detect,
    encoding::{bom, is_blank},
    lines::{self, hex_digits, line},
    listing::shown,
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
type Manifest<'a> = BTreeMap<Bytes<'a>, Bytes<'a>>;

/// What changed from the first list to the second.
pub(super) fn parse(indices: &[usize], before: &[u8], after: &[u8]) -> Result<Vec<Change>, Error> {
    let (before, after) = (read(before, indices[0])?, read(after, indices[1])?);
    let (mut old, mut new) = (before.into_iter().peekable(), after.into_iter().peekable());
    let mut changes = Vec::new();
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return Ok(changes),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((old, _)), Some((new, _))) => old.cmp(new),
        };
        let gone = old.next_if(|_| order.is_le());
        let come = new.next_if(|_| order.is_ge());
        changes.extend(change(gone, come));
    }
}

type Line<'a> = (Bytes<'a>, Bytes<'a>);

fn change(old: Option<Line<'_>>, new: Option<Line<'_>>) -> Option<Change> {
    let entry = |(_, hash): &Line<'_>| Entry { mode: 0, id: BlobId::from_hex(hash) };
    let status = match (&old, &new) {
        (Some((_, old)), Some((_, new))) if old == new => return None,
        (Some(_), Some(_)) => Status::Modified,
        (Some(_), None) => Status::Deleted,
        _ => Status::Added,
    };
    let (before, after) = (old.as_ref().map(entry), new.as_ref().map(entry));
    let (key, _) = new.or(old)?;
    Some(Change::new(status, RepoPath::new(&key)?, None, before, after))
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
    detect::is_json(&bytes[bom(bytes)..]) && memchr::memmem::find(start, b"\"differences\"").is_none()
}

fn first_line(bytes: &[u8]) -> Option<&[u8]> {
    let text = bytes[bom(bytes)..].trim_ascii_start();
    (!text.is_empty()).then(|| line(text, 0).0)
}

fn read(bytes: &[u8], index: usize) -> Result<Manifest<'_>, Error> {
    if is_listing(bytes) {
        return read_listing(bytes, index);
    }
    let mut manifest = Manifest::new();
    let mut at = bom(bytes);
    while at < bytes.len() {
        let (text, next) = line(bytes, at);
        if !text.is_empty() {
            let refuse = |problem: &str| {
                let message = format!("`{}` {problem}", shown(text));
                Error::new("diff-manifest", message, HELP).at(Some(index), at, at + text.len())
            };
            if let Some((problem, help)) = misplaced(text) {
                return Err(refuse(problem).help(help));
            }
            let (key, hash) = entry(text).ok_or_else(|| refuse("is no line of a manifest"))?;
            insert(&mut manifest, key, hash.into()).map_err(|(_, problem)| refuse(problem))?;
        }
        at = next;
    }
    Ok(manifest)
}

/// Adds a key, or gives it back with what is wrong with it.
fn insert<'a>(manifest: &mut Manifest<'a>, key: Bytes<'a>, hash: Bytes<'a>) -> Result<(), (Bytes<'a>, &'static str)> {
    if RepoPath::new(&key).is_none() {
        return Err((key, "has a key that cannot be a path: empty, with a NUL, or with a leading slash"));
    }
    match manifest.get(&key) {
        Some(other) if *other != hash => Err((key, "gives a key another hash than a line before")),
        _ => {
            manifest.insert(key, hash);
            Ok(())
        }
    }
}

/// Key and hash of one line.
fn entry(text: &[u8]) -> Option<(Bytes<'_>, &[u8])> {
    let (escaped, rest) = match text.strip_prefix(b"\\") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let digits = hex_digits(rest);
    if (8..=128).contains(&digits)
        && let [b' ', b' ' | b'*', name @ ..] = &rest[digits..]
    {
        let name = name.strip_prefix(b"./").unwrap_or(name);
        let key = if escaped { unescape(name)?.into() } else { name.into() };
        return Some((key, &rest[..digits]));
    }
    let tab = memchr::memrchr(b'\t', text)?;
    let (key, hash) = (&text[..tab], &text[tab + 1..]);
    (is_hash(hash) && !key.contains(&b'\t')).then_some((key.strip_prefix(b"./").unwrap_or(key).into(), hash))
}

/// A hash in hexadecimal or base 64, or an `ETag`, which is quoted and ends in the number of its parts: `"…-12"`.
fn is_hash(text: &[u8]) -> bool {
    let bare = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text);
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte);
    bare.len() >= 8 && bare.iter().all(allowed) && bare.iter().any(u8::is_ascii_digit)
}

/// What is wrong with a line that has its tab behind something else than a key, and what to write instead.
fn misplaced(text: &[u8]) -> Option<(&'static str, &'static str)> {
    let before = &text[..memchr::memchr(b'\t', text)?];
    if before.len() >= 32 && hex_digits(before) == before.len() {
        return Some((
            "has the hash before the tab",
            "write the key, a tab and the hash, or as `sha256sum` does: the hash, two blanks and the key",
        ));
    }
    let mut fields = before.split(|byte| *byte == b' ').filter(|field| !field.is_empty());
    let (mode, kind, id) = (fields.next()?, fields.next()?, fields.next()?);
    let listed =
        lines::mode(mode).is_some() && [b"blob".as_slice(), b"tree", b"commit"].contains(&kind) && hex_digits(id) >= 4;
    listed.then_some((
        "is a line of `git ls-tree`",
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
fn read_listing(bytes: &[u8], index: usize) -> Result<Manifest<'_>, Error> {
    let listing = s3_listing::keys(bytes, index, "diff-manifest", HELP)?;
    if let Some((start, end)) = listing.incomplete {
        let message = "the last page of the listing says that more pages follow";
        let help = "list every page; what is missing in one list would count as added or deleted";
        return Err(Error::new("diff-incomplete", message, help).at(Some(index), start, end));
    }
    let mut manifest = Manifest::new();
    for Object { key, etag } in listing.objects {
        let refuse = |key: &[u8], problem: &str| {
            Error::new("diff-manifest", format!("`{}` {problem}", shown(key)), HELP).at(Some(index), 0, bytes.len())
        };
        if etag.is_empty() {
            return Err(refuse(key.as_bytes(), "has no `ETag`, so nothing tells whether it changed"));
        }
        // A key that ends in a slash stands for a folder in the console, and is an object all the same.
        insert(&mut manifest, into_bytes(key), into_bytes(etag)).map_err(|(key, problem)| refuse(&key, problem))?;
    }
    Ok(manifest)
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
    use alloc::string::{String, ToString};

    const ONE: &str = "11111111111111111111111111111111";
    const TWO: &str = "22222222222222222222222222222222";

    fn diff(before: &str, after: &str) -> Result<Vec<(String, Effect)>, Error> {
        let changes = parse(&[0, 1], before.as_bytes(), after.as_bytes())?;
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
