//! The live set: what the site has now, so that a wildcard can be known to purge nothing that did not change.

use alloc::{format, vec::Vec};
use serde::Deserialize;

use crate::{
    diff::attachment,
    edge::Edge,
    error::Error,
    escape::hex,
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
}

/// Checked entries, separated by NUL, or by newline where no NUL is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Live<'a> {
    bytes: &'a [u8],
    kind: Kind,
    /// Whether it is everything that is live: only then is what it does not name free to be purged.
    pub(crate) complete: bool,
}

impl<'a> Live<'a> {
    pub(crate) fn read(request: &LiveRequest, attachments: &[&'a [u8]]) -> Result<Self, Vec<Error>> {
        let index = request.attachment;
        let bytes = attachment(index, attachments).map_err(vec_of)?;
        let live = Self { bytes, kind: request.kind, complete: request.complete };
        if request.kind == Kind::Urls {
            let broken = live.entries().find(|entry| decode(entry).is_none());
            if let Some(entry) = broken {
                let start = entry.as_ptr().addr() - bytes.as_ptr().addr();
                let message = format!("`{}` is no URL path", crate::escape::escape(entry));
                let help =
                    "write one path a line as viewers send it, `/a%20b.html`; for object keys set `kind` to `keys`";
                return Err(vec_of(Error::new("live-url", message, help).at(Some(index), start, start + entry.len())));
            }
        }
        Ok(live)
    }

    /// Calls `each` with every URL of the set at one distribution, by the same forms as for changed objects. A URL
    /// that is not cached there can be purged without a loss, so it is not live.
    pub(crate) fn for_each_url(&self, edge: &Edge, each: &mut dyn FnMut(UrlPath)) {
        for entry in self.entries() {
            match self.kind {
                Kind::Urls => {
                    if let Some(url) = decode(entry) {
                        each(url);
                    }
                }
                Kind::Keys => {
                    if let Some(key) = ObjectKey::new(entry) {
                        let cached = edge.urls(&key, false).into_iter().filter(|url| url.skipped.is_none());
                        cached.for_each(|url| each(url.url));
                    }
                }
            }
        }
    }

    fn entries(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let separator = if self.bytes.contains(&0) { 0 } else { b'\n' };
        let entries = self.bytes.split(move |byte| *byte == separator);
        let entries = entries.map(move |entry| match separator {
            b'\n' => entry.strip_suffix(b"\r").unwrap_or(entry),
            _ => entry,
        });
        entries.filter(|entry| !entry.is_empty())
    }
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
        live.for_each_url(&edge, &mut |url| urls.push(url.escaped()));
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
    fn urls_are_decoded_once_and_a_broken_one_is_placed() {
        let request = r#"{"attachment":0,"kind":"urls","complete":true}"#;
        assert_eq!(urls(request, b"/a%2520b?x=1\n/%E6%97%A5\n").unwrap(), ["/a%20b", "/日"]);
        let errors = urls(request, b"/a\nb\n").unwrap_err();
        assert_eq!((errors[0].code, errors[0].span.map(|span| (span.start, span.end))), ("live-url", Some((3, 4))));
        assert!(urls(request, b"/a%2").is_err() && urls(request, b"/a%zz").is_err());
        assert_eq!(urls(r#"{"attachment":7}"#, b"").unwrap_err()[0].code, "attachment-missing");
    }
}
