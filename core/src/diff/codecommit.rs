//! Pages of CodeCommit's `GetDifferences`, as the AWS CLI prints them.
//!
//! Source: AWS CodeCommit API Reference, `GetDifferences` and `Difference`: `changeType` is A, M or D; A has only an
//! after blob, D only a before blob; a rename is a D and an A.

use alloc::{format, vec::Vec};

use crate::{
    change::{BlobId, Change, Entry, Status},
    error::Error,
    json::{Document, Json, Names, Shape, TEXT, documents, nullable, required},
    locate,
    names::RepoPath,
};

// Fields that AWS adds later are no reason to fail: only what the decision needs is named.
const PAGE: &Shape = &Shape::Open(&[
    required(
        "differences",
        &Shape::List(&Shape::Open(&[
            nullable("beforeBlob", BLOB),
            nullable("afterBlob", BLOB),
            nullable("changeType", TEXT),
        ])),
    ),
    nullable("NextToken", TEXT),
    // As the API itself writes it.
    nullable("nextToken", TEXT),
]);

const BLOB: &Shape = &Shape::Open(&[nullable("blobId", TEXT), nullable("path", TEXT), nullable("mode", TEXT)]);

const NAMES: Names =
    Some(&["differences", "NextToken", "nextToken", "beforeBlob", "afterBlob", "changeType", "blobId", "path", "mode"]);

const HELP: &str = "give each page of `aws codecommit get-differences` as it was printed";

/// Adds the changes of the pages that stand one after the other; `true` when the last says that more follow.
pub(super) fn parse(bytes: &[u8], index: usize, changes: &mut Vec<Change>) -> Result<bool, Error> {
    let whole = Document { bytes, attachment: Some(index), code: "diff-codecommit", help: HELP };
    let mut more = None;
    for page in documents(whole) {
        let document = page?;
        let page = document.read(NAMES, PAGE).map_err(|error| document.moved(bytes, error))?;
        let differences = page["differences"].items();
        changes.reserve(differences.len());
        for (position, difference) in differences.iter().enumerate() {
            add(difference, changes).map_err(|problem| {
                let message = format!("difference {position} of the page {problem}");
                let error = Error::new("diff-codecommit", message, HELP);
                let pointer = format!("/differences/{position}");
                document.moved(bytes, locate::pointed(error, document.bytes, Some(index), &pointer))
            })?;
        }
        more = Some(page["NextToken"].text().or(page["nextToken"].text()).is_some_and(|token| !token.is_empty()));
    }
    more.ok_or_else(|| Error::new("diff-codecommit", "there is no page", HELP).at(Some(index), 0, bytes.len()))
}

/// Adds a difference's change, or says what is wrong with it.
fn add(difference: &Json<'_>, changes: &mut Vec<Change>) -> Result<(), &'static str> {
    let (mut before, mut after) = (None, None);
    let old = side(&difference["beforeBlob"], &mut before)?;
    let new = side(&difference["afterBlob"], &mut after)?;
    let status = match (difference["changeType"].text().unwrap_or_default().as_bytes(), &old, &new) {
        ([b'A'], None, Some(_)) => Status::Added,
        ([b'D'], Some(_), None) => Status::Deleted,
        ([b'M'], Some(old), Some(new)) if old == new => {
            let kind = |entry: &Option<Entry>| entry.as_ref().map(Entry::kind);
            if kind(&before) == kind(&after) { Status::Modified } else { Status::TypeChanged }
        }
        ([b'M'], Some(_), Some(_)) => return Err("is a modification with two different paths"),
        ([b'A' | b'M' | b'D'], ..) => return Err("has a `changeType` that its blobs do not fit"),
        _ => return Err("has no `changeType` of A, M or D"),
    };
    let path = new.or(old).ok_or("has no blob")?;
    changes.push(Change::new(status, path, None, before, after));
    Ok(())
}

/// The path of one side; its entry is put in `entry`.
fn side(blob: &Json<'_>, entry: &mut Option<Entry>) -> Result<Option<RepoPath>, &'static str> {
    if blob.is_null() {
        return Ok(None);
    }
    let text = |name: &str| blob[name].text().unwrap_or_default();
    let path = RepoPath::new(text("path").as_bytes());
    if path.is_none() {
        return Err("has a blob with no usable `path`");
    }
    // A mode that is missing or not octal counts as a file: on doubt the object is purged.
    let mode = u32::from_str_radix(text("mode"), 8).unwrap_or(0o100_644);
    let id = BlobId::from_hex(text("blobId").as_bytes());
    *entry = Some(Entry { mode, id });
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Effect;
    use alloc::{string::String, vec, vec::Vec};

    fn page(differences: &str) -> String {
        format!(r#"{{"differences":[{differences}]}}"#)
    }

    fn read(text: &str) -> Result<(Vec<Change>, bool), Error> {
        let mut changes = vec![];
        let more = parse(text.as_bytes(), 0, &mut changes)?;
        Ok((changes, more))
    }

    const OLD: &str = r#"{"blobId":"1111111111111111111111111111111111111111","path":"a.html","mode":"100644"}"#;
    const NEW: &str = r#"{"blobId":"2222222222222222222222222222222222222222","path":"a.html","mode":"100644"}"#;

    #[test]
    fn added_modified_deleted() {
        let text = page(&format!(
            r#"{{"afterBlob":{NEW},"changeType":"A"}},{{"beforeBlob":{OLD},"afterBlob":{NEW},"changeType":"M"}},{{"beforeBlob":{OLD},"changeType":"D"}}"#
        ));
        let (changes, more) = read(&text).unwrap();
        assert_eq!(
            changes.iter().map(|c| c.effect).collect::<Vec<_>>(),
            [Effect::Added, Effect::Modified, Effect::Deleted]
        );
        assert!(!more);
    }

    #[test]
    fn trap_12_a_page_that_is_not_the_last_says_so() {
        assert!(read(r#"{"differences":[],"NextToken":"x"}"#).unwrap().1);
        assert!(!read(r#"{"differences":[],"NextToken":"x"} {"differences":[]}"#).unwrap().1);
    }

    #[test]
    fn pages_may_stand_one_after_the_other() {
        let text = [page(&format!(r#"{{"afterBlob":{NEW},"changeType":"A"}}"#)), page("")].join("\n");
        assert_eq!(read(&text).unwrap().0.len(), 1);
        let text = text + &page(r#"{"changeType":"M"}"#);
        let span = read(&text).unwrap_err().span.unwrap();
        assert_eq!(&text[span.start..span.end], r#"{"changeType":"M"}"#);
    }

    #[test]
    fn an_error_points_at_the_difference() {
        let text = page(r#"{"changeType":"M"}"#);
        let error = read(&text).unwrap_err();
        let span = error.span.unwrap();
        assert_eq!((error.code, &text[span.start..span.end]), ("diff-codecommit", r#"{"changeType":"M"}"#));
    }

    #[test]
    fn what_is_not_a_page_is_refused_where_it_breaks() {
        let error = read(r#"{"differences":[{"changeType":5}]}"#).unwrap_err();
        assert_eq!(error.span.unwrap().start, 30);
        assert!(read("<html>").is_err());
        assert!(read("{}").is_err());
    }
}
