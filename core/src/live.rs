//! The live set: what the site has now, so that a wildcard can be known to purge nothing that did not change.

use alloc::{borrow::Cow, format, vec::Vec};

use purgeplan_lines::append;

use crate::{
    diff::{after, attachment, bom, cut, is_json, split},
    edge::Edge,
    error::Error,
    escape::{escape, percent_decoded},
    json::{Document, FLAG, Json, SIZE, Shape, TEXTS, Word, optional, required, words},
    map::Form,
    names::{ObjectKey, UrlPath},
    s3_listing,
    sorted::Sorted,
};

/// What `live` of a request must be.
pub(crate) const LIVE: &Shape =
    &Shape::Strict(&[required("attachment", SIZE), optional("complete", FLAG), optional("kind", Kind::SHAPE)]);

/// What each entry is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    /// Object keys, as they are.
    #[default]
    Keys,
    /// URL paths as viewers send them, percent-encoded; a query is passed over.
    Urls,
    /// The JSON of `aws s3api list-objects-v2`.
    S3Listing,
}

words!(Kind { Keys: "keys", Urls: "urls", S3Listing: "s3-listing" });

/// Checked entries, separated by NUL, or by newline where no NUL is.
#[derive(Debug, Clone)]
pub(crate) struct Live<'a> {
    bytes: Cow<'a, [u8]>,
    kind: Kind,
    /// Whether it is everything that is live: only then is what it does not name free to be purged.
    pub(crate) complete: bool,
}

impl<'a> Live<'a> {
    pub(crate) fn read(request: &Json<'_>, attachments: &[&'a [u8]]) -> Result<Self, Vec<Error>> {
        let index = request["attachment"].number().unwrap_or_default();
        let complete = request["complete"].flag().unwrap_or_default();
        let kind = request["kind"].word().unwrap_or_default();
        let bytes = attachment(index, attachments)?;
        let text = &bytes[bom(bytes)..];
        let listed = match (kind, text.trim_ascii_start().first()) {
            (Kind::S3Listing, _) => Some(listing(bytes, index, complete)?),
            // The first key may begin so too, but no JSON holds a NUL.
            (Kind::Keys, Some(b'{')) if is_json(text) && memchr::memchr(0, text).is_none() => {
                Some(listing(bytes, index, complete)?)
            }
            // What `--query 'Contents[].Key'` picks; the first key of lines may begin so too.
            (Kind::Keys, Some(b'[')) => {
                let document = Document { bytes: text, attachment: Some(index), code: "", help: "" };
                document.read(None, TEXTS).ok().map(|keys| joined(&mut keys.texts()))
            }
            _ => None,
        };
        let bytes = listed.map_or(Cow::Borrowed(text), Cow::Owned);
        let live = Self { bytes, kind, complete };
        if kind == Kind::Urls {
            let broken = live.entries().find(|entry| decode(entry).is_none());
            if let Some(entry) = broken {
                let start = entry.as_ptr().addr() - live.bytes.as_ptr().addr() + bom(attachments[index]);
                let message = format!("`{}` is no URL path", escape(entry));
                let help =
                    "write one path a line as viewers send it, `/a%20b.html`; for object keys set `kind` to `keys`";
                return Err(Error::new("live-url", message, help).at(Some(index), start, start + entry.len()).into());
            }
        }
        Ok(live)
    }

    /// Calls `each` with every URL of the set at one distribution, by the same forms as for changed objects. A URL
    /// that is not cached there can be purged without a loss, so it is not live; neither is what only a `fresh` object has.
    pub(crate) fn for_each_url(&self, edge: &Edge, fresh: &Sorted<ObjectKey>, each: &mut dyn FnMut(&[u8])) {
        let mut own = Vec::new();
        if self.kind == Kind::Urls {
            // Of a list of URLs nobody knows what stands behind the other forms.
            for key in fresh.iter() {
                own.extend(edge.urls(key, true).into_iter().find(|url| url.form == Form::Object));
            }
        }
        let fresh_urls: Sorted<&[u8]> = own.iter().map(|url| url.url.as_bytes()).collect();
        // Of a million keys most have one URL, for which nothing has to be made anew.
        let mut only = Vec::from(b"/");
        for entry in self.entries() {
            match self.kind {
                Kind::Urls => {
                    if let Some(url) = decode(entry).filter(|url| !fresh_urls.contains(&url.as_bytes())) {
                        each(url.as_bytes());
                    }
                }
                Kind::Keys | Kind::S3Listing => {
                    if let Some(rest) = edge.only_url(entry).filter(|_| fresh.is_empty()) {
                        only.truncate(1);
                        append(rest, &mut only);
                        each(&only);
                    } else if let Some(key) = ObjectKey::new(entry).filter(|key| !fresh.contains(key)) {
                        for url in edge.urls(&key, false) {
                            if url.skipped.is_none() {
                                each(url.url.as_bytes());
                            }
                        }
                    }
                }
            }
        }
    }

    fn entries(&self) -> impl Iterator<Item = &[u8]> {
        let separator = if memchr::memchr(0, &self.bytes).is_some() { 0 } else { b'\n' };
        let entries = split(&self.bytes, separator).map(move |entry| match separator {
            b'\n' => entry.strip_suffix(b"\r").unwrap_or(entry),
            _ => entry,
        });
        entries.filter(|entry| !entry.is_empty())
    }
}

/// The keys of a listing.
fn listing(bytes: &[u8], index: usize, complete: bool) -> Result<Vec<u8>, Vec<Error>> {
    let help = "give what `aws s3api list-objects-v2 --bucket …` prints, or one object key a line";
    let listing = s3_listing::keys(bytes, index, "live-listing", help)?;
    if let Some((start, end)) = listing.incomplete.filter(|_| complete) {
        let message = "the listing says that more objects follow, so it is not complete";
        let error =
            Error::new("live-incomplete", message, "list the whole bucket, without `--max-items` or `--no-paginate`");
        return Err(error.at(Some(index), start, end).into());
    }
    Ok(joined(&mut listing.objects.iter().map(|object| &*object.key)))
}

/// With a NUL behind each, and one more: without any, the list would be taken for lines.
fn joined(keys: &mut dyn Iterator<Item = &str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for key in keys {
        append(key.as_bytes(), &mut bytes);
        bytes.push(0);
    }
    bytes.push(0);
    bytes
}

/// A URL path decoded once, without its query; `None` when it does not begin with a slash or an escape is broken.
pub(crate) fn decode(encoded: &[u8]) -> Option<UrlPath> {
    let (path, _) = cut(encoded, b'?');
    let decoded = percent_decoded(after(path, b"/")?, false).ok()?;
    Some(UrlPath::below_root(&decoded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use alloc::{string::String, vec};

    fn urls(request: &str, bytes: &[u8]) -> Result<Vec<String>, Vec<Error>> {
        let document = Document { bytes: request.as_bytes(), attachment: None, code: "", help: "" };
        let request = document.read(None, LIVE).unwrap();
        let live = Live::read(&request, &[bytes])?;
        let policy = Policy::from_json(br#"{"distributions":[{"id":"E","origin_path":"/p"}]}"#).unwrap();
        let edge = Edge::new(policy.distributions()[0].clone(), None, &mut vec![]);
        let mut urls = Vec::new();
        live.for_each_url(&edge, &Sorted::default(), &mut |url| urls.push(escape(url).into_owned()));
        Ok(urls)
    }

    #[test]
    fn keys_become_urls_by_the_distributions_forms() {
        let keys = r#"{"attachment":0}"#;
        assert_eq!(urls(keys, b"p/a\np/docs/index.html\nq/b\n").unwrap(), ["/a", "/docs/index.html", "/docs/"]);
        assert_eq!(urls(keys, b"p/a\nb\0p/c\r\0").unwrap(), ["/a\nb", "/c\r"]);
        assert_eq!(urls(keys, b"p/a\r\np/b").unwrap(), ["/a", "/b"]);
        assert!(urls(keys, b"").unwrap().is_empty());
    }

    #[test]
    fn a_listing_of_the_bucket_is_read_and_has_to_be_whole() {
        let page = br#"{"Contents":[{"Key":"p/a","Size":3},{"Key":"p/l\ne"},{"Key":"x"}]}"#;
        for kind in [r#"{"attachment":0,"complete":true}"#, r#"{"attachment":0,"kind":"s3-listing"}"#] {
            assert_eq!(urls(kind, page).unwrap(), ["/a", "/l\ne"]);
        }
        let cut = br#"{"Contents":[{"Key":"p/a"}],"NextToken":"x"}"#;
        assert_eq!(urls(r#"{"attachment":0,"complete":true}"#, cut).unwrap_err()[0].code, "live-incomplete");
        assert_eq!(urls(r#"{"attachment":0}"#, cut).unwrap(), ["/a"]);
        assert!(urls(r#"{"attachment":0}"#, b"{}").unwrap().is_empty());
        assert_eq!(urls(r#"{"attachment":0,"kind":"s3-listing"}"#, b"p/a").unwrap_err()[0].code, "live-listing");
        assert_eq!(urls(r#"{"attachment":0}"#, &page[..20]).unwrap_err()[0].code, "live-listing");
        assert_eq!(urls(r#"{"attachment":0}"#, &[&page[..], page].concat()).unwrap().len(), 4);
        assert_eq!(urls(r#"{"attachment":0}"#, br#"["p/a","p/b"]"#).unwrap(), ["/a", "/b"]);
        for key in ["[id].html", "{x}/a", "{", "{\"\0"] {
            let keys = alloc::format!("{key}\np/b").replace("\0\n", "\0");
            assert_eq!(urls(r#"{"attachment":0}"#, keys.as_bytes()).unwrap(), ["/b"], "{key}");
        }
        assert_eq!(urls(r#"{"attachment":0}"#, b"{ \"Contents\": [{").unwrap_err()[0].code, "live-listing");
        assert_eq!(urls(r#"{"attachment":0}"#, b"\xef\xbb\xbfp/a\n").unwrap(), ["/a"]);
    }

    #[test]
    fn urls_are_decoded_once_and_a_broken_one_is_placed() {
        let request = r#"{"attachment":0,"kind":"urls","complete":true}"#;
        assert_eq!(urls(request, b"/a%2520b?x=1\n/%E6%97%A5\n").unwrap(), ["/a%20b", "/日"]);
        let errors = urls(request, b"/a\nb\n").unwrap_err();
        assert_eq!((errors[0].code, errors[0].span.map(|span| (span.start, span.end))), ("live-url", Some((3, 4))));
        assert!(urls(request, b"/a%2").is_err() && urls(request, b"/a%zz").is_err());
        assert_eq!(urls(r#"{"attachment":7}"#, b"").unwrap_err()[0].code, "attachment-missing");
    }
}
