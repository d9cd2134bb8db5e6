//! Where a wildcard may end: on a whole character of the encoded text.

/// The longest whole-character prefix of `text` that is at most `most` and more than `least` bytes long.
///
/// Encoded text is ASCII, each `%` begins an escape of three bytes. A prefix is whole when it ends neither inside an
/// escape nor with escapes that more could still complete to one UTF-8 character. So it never depends on which other
/// URLs exist: `%E6%97` is not whole, though a name may hold these two bytes and nothing that completes them; `%FF`
/// and a continuation byte that nothing leads are units of their own.
pub(super) fn longest_whole(text: &[u8], most: usize, least: usize) -> Option<usize> {
    let mut end = outside_escape(text, most);
    // Each step goes back, and the search ends at `least`: over a trie, all steps together are at most its edges.
    while end > least {
        match incomplete_character(&text[..end]) {
            0 => return Some(end),
            escapes => end -= 3 * escapes,
        }
    }
    None
}

fn outside_escape(text: &[u8], end: usize) -> usize {
    let inside = text[..end].iter().rev().take(2).position(|byte| *byte == b'%');
    inside.map_or(end, |after| end - after - 1)
}

/// How many escapes at the end begin a UTF-8 character and do not complete it.
fn incomplete_character(text: &[u8]) -> usize {
    let mut bytes = [0; 3];
    let mut rest = text;
    for escapes in 1..=3 {
        let Some((before, &[b'%', high, low])) = rest.split_last_chunk::<3>() else { return 0 };
        let Some(byte) = byte_of(high, low).filter(|byte| !byte.is_ascii()) else { return 0 };
        bytes[3 - escapes] = byte;
        let open = core::str::from_utf8(&bytes[3 - escapes..]).is_err_and(|error| error.error_len().is_none());
        if open {
            return escapes;
        }
        rest = before;
    }
    0
}

fn byte_of(high: u8, low: u8) -> Option<u8> {
    use crate::escape::hex;
    Some(hex(high)? << 4 | hex(low)?)
}

#[cfg(test)]
mod tests {
    use super::longest_whole;
    use crate::invalidation::encode;
    use proptest::prelude::*;

    fn whole(text: &str) -> bool {
        longest_whole(text.as_bytes(), text.len(), 0) == Some(text.len())
    }

    #[test]
    fn a_prefix_ends_on_a_whole_character() {
        for text in ["/", "/a", "/%20", "/%E6%97%A5", "/%FF", "/%80", "/%E6a", "/%E6%41", "/%F0%9F%98%80", "/%E0%80"] {
            assert!(whole(text), "{text}");
        }
        for text in ["/%", "/%2", "/%E6", "/%E6%97", "/%E6%97%", "/%F0%9F%98", "/%C3%C3", "/%FF%E6"] {
            assert!(!whole(text), "{text}");
        }
        assert_eq!(longest_whole(b"/a%E6%E6%97%A", 13, 0), Some(2));
        assert_eq!(longest_whole(b"/a%E6%E6%97%A", 13, 2), None);
    }

    proptest! {
        /// Against the definition, on decoded bytes: whole escapes, and what they decode to is not cut short.
        #[test]
        fn it_is_what_the_standard_library_calls_whole(bytes in proptest::collection::vec(
            proptest::sample::select(b"/a%\xE6\x97\xA5\xF0\x9F\x98\x80\xC3\xFF\xE0\xED\xF4".as_slice()), 0..8)) {
            let text = encode(&bytes);
            let mut cuts = alloc::vec![];
            for end in 0..=bytes.len() {
                let mut rest = &bytes[..end];
                let cut_short = loop {
                    match core::str::from_utf8(rest) {
                        Ok(_) => break false,
                        Err(error) => match error.error_len() {
                            None => break true,
                            Some(len) => rest = &rest[error.valid_up_to() + len..],
                        },
                    }
                };
                if !cut_short && end > 0 {
                    cuts.push(encode(&bytes[..end]).len());
                }
            }
            for most in 0..=text.len() {
                let wanted = cuts.iter().copied().rfind(|cut| *cut <= most);
                prop_assert_eq!(longest_whole(text.as_bytes(), most, 0), wanted);
            }
        }
    }
}
