//! The URLs of a key, and whether the paths of a row are fit to purge them.

use std::collections::BTreeSet;

/// The URL paths of what a distribution has at `rest` (the key without the origin path).
pub(super) fn urls_of(rest: &str, directories: bool) -> Vec<String> {
    let mut urls = vec![encode(rest)];
    if rest == "index.html" {
        urls.push("/".to_owned());
    }
    if directories && let Some(folder) = rest.strip_suffix("/index.html") {
        urls.push(encode(&format!("{folder}/")));
    }
    urls
}

/// The URL path of the folder whose index document this is, without its slash.
pub(super) fn bare_folder(rest: &str) -> Option<String> {
    rest.strip_suffix("/index.html").map(encode)
}

/// What is wrong with the paths for these URLs.
pub(super) fn paths_fault(urls: &BTreeSet<String>, paths: &BTreeSet<String>) -> Option<String> {
    let covers = |path: &str, url: &str| match path.strip_suffix('*') {
        Some(prefix) => url.len() > prefix.len() && url.starts_with(prefix),
        None => path == url,
    };
    let uncovered = urls.iter().find(|url| !paths.iter().any(|path| covers(path, url)));
    let useless = paths.iter().find(|path| !urls.iter().any(|url| covers(path, url)));
    let refused = |path: &str| path.contains('~') || path.len() > 4_000 || !path.bytes().all(|b| b.is_ascii_graphic());
    let bad = paths.iter().find(|path| refused(path));
    uncovered
        .map(|url| format!("no path covers {url:?}"))
        .or(useless.map(|path| format!("path {path:?} covers nothing of it")))
        .or(bad.map(|path| format!("path {path:?} is one that CloudFront refuses")))
}

/// A slash, then the text with RFC 1738's unsafe characters, `?`, controls and all beyond ASCII encoded, but not `~`.
fn encode(rest: &str) -> String {
    let encoded = rest.bytes().map(|byte| match byte {
        0..=0x20
        | 0x7F..=0xFF
        | b'<'
        | b'>'
        | b'"'
        | b'#'
        | b'%'
        | b'{'
        | b'}'
        | b'|'
        | b'\\'
        | b'^'
        | b'['
        | b']'
        | b'`'
        | b'?' => format!("%{byte:02X}"),
        _ => char::from(byte).to_string(),
    });
    format!("/{}", encoded.collect::<String>())
}
