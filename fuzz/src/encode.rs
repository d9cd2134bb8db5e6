//! From any bytes to a path that is accepted, and back.

use purgeplan_core::{InvalidationPath, UrlPath};

use crate::text::{decode, is_accepted, is_encoded};

/// Holds the rules for a URL of these bytes. The first two say how often the last of them is repeated, so that long URLs
/// are as likely as short ones.
///
/// # Panics
/// When a rule is broken.
pub fn check(bytes: &[u8]) {
    let [high, low, name @ ..] = bytes else { return };
    let times = usize::from(u16::from_be_bytes([*high, *low])) % 4100;
    let tail = &name[name.len() - name.len().min(4)..];
    let times = if tail.is_empty() { 0 } else { times / tail.len() };
    check_url(&[name, &tail.repeat(times)].concat());
}

fn check_url(rest: &[u8]) {
    let url = UrlPath::below_root(rest);
    let (path, code) = InvalidationPath::covering(&url);
    let text = path.as_str();
    assert!(is_accepted(text), "{text} is not accepted");
    let stands_for = decode(text.strip_suffix('*').unwrap_or(text)).expect("an accepted path has whole escapes");
    assert_eq!(path.wildcard_prefix(), text.strip_suffix('*'));
    let url = url.as_bytes();
    let too_long = encoded_len(url) > 4000;
    let wanted = match url {
        _ if url.contains(&b'~') => Some("tilde"),
        _ if too_long => Some("too-long"),
        [.., b'*'] => Some("trailing-asterisk"),
        _ => None,
    };
    assert_eq!(code, wanted, "the reason of {text}");
    assert_eq!(code.is_some(), text.ends_with('*'));
    match code {
        None => assert_eq!(stands_for, url),
        Some("trailing-asterisk") => assert_eq!(stands_for, &url[..url.len() - 1]),
        _ => check_narrowest(url, &stands_for),
    }
}

/// The wildcard is after the longest prefix of whole characters that fits and has no tilde.
fn check_narrowest(url: &[u8], prefix: &[u8]) {
    let end = url.iter().position(|byte| *byte == b'~').unwrap_or(url.len());
    let characters = url[..end].utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().chars().map(char::len_utf8);
        valid.chain(chunk.invalid().iter().map(|_| 1))
    });
    let (mut len, mut sent) = (0, 0);
    for character in characters {
        let next = sent + encoded_len(&url[len..len + character]);
        if next >= 4000 {
            break;
        }
        (len, sent) = (len + character, next);
    }
    assert_eq!(prefix, &url[..len], "not the narrowest wildcard");
}

fn encoded_len(bytes: &[u8]) -> usize {
    bytes.iter().map(|byte| if is_encoded(*byte) { 3 } else { 1 }).sum()
}
