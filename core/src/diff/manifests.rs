//! Two lists of what is deployed, before and after: each key with a hash of its content.
//!
//! As `sha256sum` and its kin print them, as `key` TAB `hash`, or as the JSON of `aws s3api list-objects-v2`. So sites
//! are served whose sources say nothing of their keys, such as a generator's output.
//!
//! Sources: GNU coreutils manual, "md5sum invocation" (`hash`, blank, blank or `*`, name; a backslash before the hash
//! escapes line ends in the name); Amazon S3 API Reference, `ListObjectsV2`.

use alloc::{borrow::Cow, collections::BTreeMap, format, string::String, vec::Vec};
use core::cmp::Ordering;
use serde::Deserialize;

use super::{
    detect,
    lines::{hex_digits, line},
    listing::shown,
};
use crate::{
    change::{BlobId, Change, Entry, Status},
    error::Error,
    locate,
    names::RepoPath,
};

const HELP: &str = "give two lists, before and after: lines as `sha256sum` prints them, lines of key, tab and hash, or \
                    the JSON of `aws s3api list-objects-v2`";

type Manifest<'a> = BTreeMap<Cow<'a, [u8]>, Cow<'a, [u8]>>;

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

type Line<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

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
    let is = |bytes: &[u8]| is_listing(bytes) || first_line(bytes).is_some_and(|first| entry(first).is_some());
    let empty = |bytes: &[u8]| bytes.trim_ascii().is_empty();
    (is(before) && (is(after) || empty(after))) || (empty(before) && is(after))
}

/// A page of object keys; a page of CodeCommit's differences is JSON as well.
fn is_listing(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(4096)];
    detect::is_json(bytes) && memchr::memmem::find(start, b"\"differences\"").is_none()
}

fn first_line(bytes: &[u8]) -> Option<&[u8]> {
    let text = bytes.trim_ascii_start();
    (!text.is_empty()).then(|| line(text, 0).0)
}

fn read(bytes: &[u8], index: usize) -> Result<Manifest<'_>, Error> {
    if is_listing(bytes) {
        return read_listing(bytes, index);
    }
    let mut manifest = Manifest::new();
    let mut at = 0;
    while at < bytes.len() {
        let (text, next) = line(bytes, at);
        if !text.is_empty() {
            let refuse = |problem: &str| {
                let message = format!("`{}` {problem}", shown(text));
                Error::new("diff-manifest", message, HELP).at(Some(index), at, at + text.len())
            };
            let (key, hash) = entry(text).ok_or_else(|| refuse("is no line of a manifest"))?;
            insert(&mut manifest, key, hash.into()).map_err(refuse)?;
        }
        at = next;
    }
    Ok(manifest)
}

fn insert<'a>(manifest: &mut Manifest<'a>, key: Cow<'a, [u8]>, hash: Cow<'a, [u8]>) -> Result<(), &'static str> {
    if RepoPath::new(&key).is_none() {
        return Err("has a key that cannot be a path: empty, with a NUL, or with a leading slash");
    }
    match manifest.get(&key) {
        Some(other) if *other != hash => Err("gives a key another hash than a line before"),
        _ => {
            manifest.insert(key, hash);
            Ok(())
        }
    }
}

/// Key and hash of one line.
fn entry(text: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
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
    let is_hash = hash.len() >= 8 && hash.iter().all(u8::is_ascii_graphic);
    (is_hash && !key.contains(&b'\t')).then_some((key.strip_prefix(b"./").unwrap_or(key).into(), hash))
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

// Fields that AWS adds later are no reason to fail: only what the decision needs is named.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    contents: Vec<Object>,
    is_truncated: Option<bool>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
struct Object {
    #[serde(rename = "Key")]
    key: String,
    #[serde(rename = "ETag")]
    etag: String,
}

/// One page after the other, as the AWS CLI prints them.
fn read_listing(bytes: &[u8], index: usize) -> Result<Manifest<'_>, Error> {
    let mut manifest = Manifest::new();
    let mut more = false;
    for page in serde_json::Deserializer::from_slice(bytes).into_iter::<Page>() {
        let page = page.map_err(|error| locate::json_error("diff-manifest", &error, bytes, Some(index), HELP))?;
        for object in page.contents {
            // A key that ends in a slash stands for a folder in the console, and is an object all the same.
            let shown_key = shown(object.key.as_bytes());
            insert(&mut manifest, object.key.into_bytes().into(), object.etag.into_bytes().into()).map_err(
                |problem| {
                    let message = format!("`{shown_key}` {problem}");
                    Error::new("diff-manifest", message, HELP).at(Some(index), 0, bytes.len())
                },
            )?;
        }
        more = page.is_truncated == Some(true) || page.next_token.is_some_and(|token| !token.is_empty());
    }
    if more {
        let message = "the last page of the listing says that more pages follow";
        let help = "list every page; what is missing in one list would count as added or deleted";
        return Err(Error::new("diff-incomplete", message, help).at(Some(index), 0, bytes.len()));
    }
    Ok(manifest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Effect;
    use alloc::string::ToString;

    const ONE: &str = "11111111111111111111111111111111";
    const TWO: &str = "22222222222222222222222222222222";

    fn diff(before: &str, after: &str) -> Result<Vec<(String, Effect)>, Error> {
        let changes = parse(&[0, 1], before.as_bytes(), after.as_bytes())?;
        Ok(changes.iter().map(|change| (change.path.escaped(), change.effect)).collect())
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
        assert_eq!(diff(r#"{"NextToken":"x"}"#, "{}").unwrap_err().code, "diff-incomplete");
        assert_eq!(diff("{}", "{").unwrap_err().code, "diff-manifest");
    }

    #[test]
    fn what_is_no_line_is_refused_where_it_stands() {
        let error = diff(&format!("{ONE}  a\nhello\n"), "").unwrap_err();
        assert_eq!((error.code, error.span.unwrap().start), ("diff-manifest", 36));
        assert!(diff(&format!("{ONE}  a\n{TWO}  a\n"), "").unwrap_err().message.contains("another hash"));
        assert!(diff(&format!("{ONE}  /a\n"), "").is_err());
    }
}
