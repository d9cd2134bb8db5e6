//! What is asked about: a URL, or a path of the repository.

use alloc::format;

use crate::{
    diff::cut,
    error::Error,
    escape::unescape,
    live::decode,
    locate,
    names::{RepoPath, UrlPath},
    request::SubjectFields,
};

/// What is asked about.
pub(crate) enum Subject {
    Url(UrlPath),
    Path(RepoPath),
}

impl Subject {
    pub(crate) fn read(fields: &SubjectFields<'_>, request: &[u8]) -> Result<Self, Error> {
        let (found, asked, what, pointer, code, help) = match (fields.url, fields.path) {
            (Some(url), None) => (
                decode(without_host(url.as_bytes())).map(Self::Url),
                url,
                "URL path",
                "/url",
                "explain-url",
                "write it as viewers send it, for example `/a%20b.html`",
            ),
            (None, Some(path)) => (
                unescape(path).ok().and_then(|bytes| RepoPath::new(&bytes)).map(Self::Path),
                path,
                "path in a repository",
                "/path",
                "explain-path",
                r"write it relative to the repository root, with `\` as `\\`",
            ),
            _ => {
                let message = "the request needs one of `url` and `path`";
                let help = "ask about one URL as viewers send it, or about one repository path";
                return Err(Error::new("request-contradiction", message, help).at(None, 0, request.len()));
            }
        };
        found.ok_or_else(|| {
            let message = format!("`{asked}` is no {what}");
            locate::pointed(Error::new(code, message, help), request, None, pointer)
        })
    }
}

/// `https://example.com/a` is asked about as `/a`; a fragment is the viewer's own affair.
fn without_host(url: &[u8]) -> &[u8] {
    let (url, _) = cut(url, b'#');
    match url.strip_prefix(b"https://").or_else(|| url.strip_prefix(b"http://")) {
        Some(host) => memchr::memchr(b'/', host).map_or(b"/", |slash| &host[slash..]),
        None => url,
    }
}
