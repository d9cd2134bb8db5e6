//! What `aws s3api list-objects-v2` prints: one page, or several one after the other.
//!
//! Source: Amazon S3 API Reference, `ListObjectsV2`; the AWS CLI joins the pages and leaves `NextToken` where it stopped.

use alloc::{borrow::Cow, vec::Vec};

use crate::{
    error::Error,
    json::{Document, Json, Names, Read, documents, object},
    locate::span_of,
};

/// The objects of a listing.
#[derive(Debug, Default)]
pub(crate) struct Listing<'a> {
    /// In the order of the text.
    pub(crate) objects: Vec<Object<'a>>,
    /// Where the last page says that more follow, as the first byte and one past the last.
    pub(crate) incomplete: Option<(usize, usize)>,
}

/// One object of a listing.
#[derive(Debug, Default)]
pub(crate) struct Object<'a> {
    pub(crate) key: Cow<'a, str>,
    /// With its quotes; empty when the listing leaves it out.
    pub(crate) etag: Cow<'a, str>,
}

// Fields that AWS adds later are no reason to fail: only what the decision needs is named.
#[derive(Default)]
struct Page<'a> {
    /// Null when `--query` picks the objects of an empty bucket.
    contents: Option<Vec<Object<'a>>>,
}

const NAMES: Names = Some(&["Contents", "IsTruncated", "NextToken", "NextContinuationToken", "Key", "ETag"]);

object!(Object<'a> open { key = "Key": required, etag = "ETag": optional });
object!(Page<'a> open { contents = "Contents": optional });

/// The pointer of the field that says that more objects follow, if one does.
fn more(page: &Json<'_>) -> Option<&'static str> {
    for pointer in ["/NextToken", "/NextContinuationToken"] {
        match page.field(&pointer[1..]) {
            None | Some(Json::Null) => {}
            Some(Json::String(token)) if token.is_empty() => {}
            Some(_) => return Some(pointer),
        }
    }
    matches!(page.field("IsTruncated"), Some(Json::Bool(true))).then_some("/IsTruncated")
}

/// Reads the pages of attachment `index`. What is no listing is an error with this code and help.
pub(crate) fn keys<'a>(
    bytes: &'a [u8],
    index: usize,
    code: &'static str,
    help: &'static str,
) -> Result<Listing<'a>, Error> {
    let mut listing = Listing::default();
    for page in documents(Document { bytes, attachment: Some(index), code, help }) {
        let document = page?;
        let moved = |error| document.moved(bytes, error);
        let tree = document.tree(NAMES).map_err(moved)?;
        let page = Page::read(&tree).map_err(|fault| moved(document.refuse("", fault)))?;
        listing.incomplete = more(&tree).and_then(|pointer| {
            let start = document.start(bytes);
            span_of(document.bytes, pointer).map(|(first, end)| (start + first, start + end))
        });
        match page.contents {
            // The usual case is one page, whose list is taken over as it is.
            Some(objects) if listing.objects.is_empty() => listing.objects = objects,
            Some(mut objects) => listing.objects.append(&mut objects),
            None => {}
        }
    }
    Ok(listing)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys, and what says that more follow.
    type Told<'a> = (Vec<&'a str>, Option<&'a str>);

    fn read(text: &str) -> Result<Told<'_>, (usize, usize)> {
        let listing = keys(text.as_bytes(), 0, "code", "help")
            .map_err(|error| error.span.map(|span| (span.start, span.end)).unwrap())?;
        let key = |object: &Object<'_>| text.find(&*object.key).map(|at| &text[at..at + object.key.len()]);
        Ok((listing.objects.iter().filter_map(key).collect(), listing.incomplete.map(|(start, end)| &text[start..end])))
    }

    #[test]
    fn pages_follow_each_other_and_the_last_says_whether_all_is_there() {
        let page = |keys: &str, more: &str| alloc::format!(r#"{{"Contents":[{keys}]{more}}}"#);
        let first = page(r#"{"Key":"b","Size":1}"#, r#","IsTruncated":true"#);
        let last = page(r#"{"Key":"a","ETag":"\"1\""}"#, r#","IsTruncated":false,"NextToken":null"#);
        assert_eq!(read(&[first.as_str(), &last].join("\n")), Ok((["b", "a"].into(), None)));
        assert_eq!(read(&[last.as_str(), &first].concat()), Ok((["a", "b"].into(), Some("true"))));
        for token in ["NextToken", "NextContinuationToken"] {
            let text = alloc::format!(r#"{{"Contents":null,"{token}":"x"}}"#);
            assert_eq!(read(&text), Ok(([].into(), Some(r#""x""#))), "{token}");
            assert_eq!(read(&alloc::format!(r#"{{"{token}":""}}"#)), Ok(([].into(), None)), "{token}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert_eq!(read("\u{feff}{\"NextToken\":\"x\"}"), Ok(([].into(), Some(r#""x""#))));
        assert_eq!((read("?"), read("\u{feff}?")), (Err((0, 1)), Err((3, 4))));
    }

    #[test]
    fn an_object_has_a_key_and_may_have_a_tag() {
        let listing = keys(br#"{"Contents":[{"Key":"a\n","ETag":"\"1\""},{"Key":"b"}]}"#, 0, "", "").unwrap();
        let told: Vec<_> = listing.objects.iter().map(|object| (&*object.key, &*object.etag)).collect();
        assert_eq!(told, [("a\n", "\"1\""), ("b", "")]);
        assert!(read(r#"{"Contents":[{"ETag":"1"}]}"#).is_err());
    }
}
