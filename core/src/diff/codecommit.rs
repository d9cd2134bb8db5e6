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
        add(page["differences"].items(), changes).map_err(|(position, problem)| {
            let message = format!("difference {position} of the page {problem}");
            let error = Error::new("diff-codecommit", message, HELP);
            let pointer = format!("/differences/{position}");
            document.moved(bytes, locate::pointed(error, document.bytes, Some(index), &pointer))
        })?;
        more = Some(page["NextToken"].text().or(page["nextToken"].text()).is_some_and(|token| !token.is_empty()));
    }
    more.ok_or_else(|| Error::new("diff-codecommit", "there is no page", HELP).at(Some(index), 0, bytes.len()))
}

fn add(differences: &[Json<'_>], changes: &mut Vec<Change>) -> Result<(), (usize, &'static str)> {
    changes.reserve(differences.len());
    for (position, difference) in differences.iter().enumerate() {
        changes.push(change(difference).map_err(|problem| (position, problem))?);
    }
    Ok(())
}

fn change(difference: &Json<'_>) -> Result<Change, &'static str> {
    let before = blob(&difference["beforeBlob"])?;
    let after = blob(&difference["afterBlob"])?;
    let status = match (difference["changeType"].text(), &before, &after) {
        (Some("A"), None, Some(_)) => Status::Added,
        (Some("D"), Some(_), None) => Status::Deleted,
        (Some("M"), Some((old, before)), Some((new, after))) if old == new => {
            if before.kind() == after.kind() {
                Status::Modified
            } else {
                Status::TypeChanged
            }
        }
        (Some("M"), Some(_), Some(_)) => return Err("is a modification with two different paths"),
        (Some("A" | "M" | "D"), _, _) => return Err("has a `changeType` that its blobs do not fit"),
        _ => return Err("has no `changeType` of A, M or D"),
    };
    let (before_path, before) = before.unzip();
    let (after_path, after) = after.unzip();
    let path = after_path.or(before_path).ok_or("has no blob")?;
    Ok(Change::new(status, path, None, before, after))
}

fn blob(blob: &Json<'_>) -> Result<Option<(RepoPath, Entry)>, &'static str> {
    if blob.is_null() {
        return Ok(None);
    }
    let path = blob["path"].text().and_then(|path| RepoPath::new(path.as_bytes()));
    // A mode that is missing or not octal counts as a file: on doubt the object is purged.
    let mode = blob["mode"].text().and_then(|mode| u32::from_str_radix(mode, 8).ok()).unwrap_or(0o100_644);
    let id = blob["blobId"].text().and_then(|id| BlobId::from_hex(id.as_bytes()));
    Ok(Some((path.ok_or("has a blob with no usable `path`")?, Entry { mode, id })))
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
