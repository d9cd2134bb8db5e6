//! The live set: what the site has now, so that a wildcard can be known to purge nothing that did not change.

use alloc::{borrow::Cow, collections::BTreeSet, format, vec::Vec};
use serde::{Deserialize, de::IgnoredAny};

use crate::{
    diff::attachment,
    edge::Edge,
    error::Error,
    escape::hex,
    locate,
    map::Form,
    names::{ObjectKey, UrlPath},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LiveRequest {
    attachment: usize,
    #[serde(default)]
    complete: bool,
    #[serde(default)]
    kind: Kind,
}

/// What each entry is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// Object keys, as they are.
    #[default]
    Keys,
    /// URL paths as viewers send them, percent-encoded; a query is passed over.
    Urls,
    /// The JSON of `aws s3api list-objects-v2`.
    S3Listing,
}

/// Source: Amazon S3 API Reference, `ListObjectsV2`; the AWS CLI joins the pages and leaves `NextToken` where it stopped.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listing<'a> {
    #[serde(borrow, default)]
    contents: Vec<Listed<'a>>,
    next_token: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
}

/// Checked entries, separated by NUL, or by newline where no NUL is.
#[derive(Debug, Clone)]
pub(crate) struct Live<'a> {
    bytes: Cow<'a, [u8]>,
    kind: Kind,
    /// Whether it is everything that is live: only then is what it does not name free to be purged.
    pub(crate) complete: bool,
}

impl<'a> Live<'a> {
    pub(crate) fn read(request: &LiveRequest, attachments: &[&'a [u8]]) -> Result<Self, Vec<Error>> {
        let index = request.attachment;
        let bytes = attachment(index, attachments).map_err(vec_of)?;
        let is_json = || bytes.trim_ascii_start().first() == Some(&b'{');
        let listed = match request.kind {
            Kind::S3Listing => Some(listing(bytes, index, request.complete)?),
            // A list of keys could begin so, but is no JSON then.
            Kind::Keys if is_json() && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() => {
                Some(listing(bytes, index, request.complete)?)
            }
            Kind::Keys | Kind::Urls => None,
        };
        let bytes = listed.map_or(Cow::Borrowed(bytes), Cow::Owned);
        let live = Self { bytes, kind: request.kind, complete: request.complete };
        if request.kind == Kind::Urls {
            let broken = live.entries().find(|entry| decode(entry).is_none());
            if let Some(entry) = broken {
                let start = entry.as_ptr().addr() - live.bytes.as_ptr().addr();
                let message = format!("`{}` is no URL path", crate::escape::escape(entry));
                let help =
                    "write one path a line as viewers send it, `/a%20b.html`; for object keys set `kind` to `keys`";
                return Err(vec_of(Error::new("live-url", message, help).at(Some(index), start, start + entry.len())));
            }
        }
        Ok(live)
    }

    /// Calls `each` with every URL of the set at one distribution, by the same forms as for changed objects. A URL
    /// that is not cached there can be purged without a loss, so it is not live; neither is what only a `fresh` object has.
    pub(crate) fn for_each_url(&self, edge: &Edge, fresh: &BTreeSet<ObjectKey>, each: &mut dyn FnMut(UrlPath)) {
        let own = |key: &ObjectKey| edge.urls(key, true).into_iter().find(|url| url.form == Form::Object);
        // Of a list of URLs nobody knows what stands behind the other forms.
        let fresh_urls: BTreeSet<UrlPath> = match self.kind {
            Kind::Urls => fresh.iter().filter_map(own).map(|url| url.url).collect(),
            Kind::Keys | Kind::S3Listing => BTreeSet::new(),
        };
        for entry in self.entries() {
            match self.kind {
                Kind::Urls => {
                    if let Some(url) = decode(entry).filter(|url| !fresh_urls.contains(url)) {
                        each(url);
                    }
                }
                Kind::Keys | Kind::S3Listing => {
                    if let Some(key) = ObjectKey::new(entry).filter(|key| !fresh.contains(key)) {
                        let cached = edge.urls(&key, false).into_iter().filter(|url| url.skipped.is_none());
                        cached.for_each(|url| each(url.url));
                    }
                }
            }
        }
    }

    fn entries(&self) -> impl Iterator<Item = &[u8]> {
        let separator = if self.bytes.contains(&0) { 0 } else { b'\n' };
        let entries = self.bytes.split(move |byte| *byte == separator);
        let entries = entries.map(move |entry| match separator {
            b'\n' => entry.strip_suffix(b"\r").unwrap_or(entry),
            _ => entry,
        });
        entries.filter(|entry| !entry.is_empty())
    }
}

/// The keys of a listing, with a NUL behind each.
fn listing(bytes: &[u8], index: usize, complete: bool) -> Result<Vec<u8>, Vec<Error>> {
    let help = "give what `aws s3api list-objects-v2 --bucket …` prints, or one object key a line";
    let listing: Listing<'_> = serde_json::from_slice(bytes)
        .map_err(|error| vec_of(locate::json_error("live-listing", &error, bytes, Some(index), help)))?;
    if complete && listing.next_token.is_some() {
        let message = "the listing says that more objects follow (`NextToken`), so it is not complete";
        let error = Error::new("live-incomplete", message, "list the bucket without `--max-items`");
        return Err(vec_of(locate::pointed(error, bytes, Some(index), "/NextToken")));
    }
    let mut keys = Vec::with_capacity(bytes.len() / 4);
    for listed in &listing.contents {
        keys.extend_from_slice(listed.key.as_bytes());
        keys.push(0);
    }
    // Without any NUL the list would be taken for lines.
    keys.push(0);
    Ok(keys)
}

fn vec_of(error: Error) -> Vec<Error> {
    [error].into()
}

/// A URL path decoded once, without its query; `None` when it does not begin with a slash or an escape is broken.
pub(crate) fn decode(encoded: &[u8]) -> Option<UrlPath> {
    let path = encoded.split(|byte| *byte == b'?').next().unwrap_or_default();
    let mut rest = path.strip_prefix(b"/")?;
    let mut decoded = Vec::with_capacity(rest.len());
    while let Some((&first, tail)) = rest.split_first() {
        rest = match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                decoded.push(hex(*high)? << 4 | hex(*low)?);
                tail
            }
            (b'%', _) => return None,
            _ => {
                decoded.push(first);
                tail
            }
        };
    }
    Some(UrlPath::below_root(&decoded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use alloc::{string::String, vec};

    fn urls(request: &str, bytes: &[u8]) -> Result<Vec<String>, Vec<Error>> {
        let request: LiveRequest = serde_json::from_str(request).unwrap();
        let live = Live::read(&request, &[bytes])?;
        let policy = Policy::from_json(br#"{"distributions":[{"id":"E","origin_path":"/p"}]}"#).unwrap();
        let edge = Edge::new(policy.distributions()[0].clone(), None, &mut vec![]);
        let mut urls = Vec::new();
        live.for_each_url(&edge, &BTreeSet::new(), &mut |url| urls.push(url.escaped()));
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
