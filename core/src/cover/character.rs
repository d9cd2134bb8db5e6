//! Where a wildcard may end: on a whole character.

/// The longest whole-character prefix of `text` that is at most `most` and more than `least` bytes long.
///
/// A prefix is whole when it does not end with bytes that more could still complete to one UTF-8 character. So it never
/// depends on which other URLs exist: `E6 97` is not whole, though a name may hold these two bytes and nothing that
/// completes them; `FF`, and a continuation byte that nothing leads, are characters of their own.
pub(super) fn longest_whole(text: &[u8], most: usize, least: usize) -> Option<usize> {
    let mut end = most;
    // Each step goes back, and the search ends at `least`: over a trie, all steps together are at most its edges.
    while end > least {
        match incomplete_character(&text[..end]) {
            0 => return Some(end),
            bytes => end -= bytes,
        }
    }
    None
}

/// How many bytes at the end begin a UTF-8 character and do not complete it.
fn incomplete_character(text: &[u8]) -> usize {
    let longest = text.len().min(3);
    let is_open = |bytes: &usize| {
        let end = &text[text.len() - bytes..];
        core::str::from_utf8(end).is_err_and(|error| error.error_len().is_none())
    };
    (1..=longest).find(is_open).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::longest_whole;
    use proptest::prelude::*;

    fn whole(text: &[u8]) -> bool {
        longest_whole(text, text.len(), 0) == Some(text.len())
    }

    #[test]
    fn a_prefix_ends_on_a_whole_character() {
        for text in ["/", "/a", "/ ", "/日", "/😀"] {
            assert!(whole(text.as_bytes()), "{text}");
        }
        for text in [b"/\xFF".as_slice(), b"/\x80", b"/\xE6a", b"/\xE6/", b"/\xE0\x80"] {
            assert!(whole(text), "{text:?}");
        }
        for text in [b"/\xE6".as_slice(), b"/\xE6\x97", b"/\xF0\x9F\x98", b"/\xC3\xC3", b"/\xFF\xE6"] {
            assert!(!whole(text), "{text:?}");
        }
        assert_eq!(longest_whole(b"/a\xE6\xE6\x97", 5, 0), Some(2));
        assert_eq!(longest_whole(b"/a\xE6\xE6\x97", 5, 2), None);
    }

    proptest! {
        /// Against the definition, read from the start.
        #[test]
        fn it_is_what_the_standard_library_calls_whole(text in proptest::collection::vec(
            proptest::sample::select(b"/a%\xE6\x97\xA5\xF0\x9F\x98\x80\xC3\xFF\xE0\xED\xF4".as_slice()), 0..8)) {
            let cut_short = |end: &usize| {
                let mut rest = &text[..*end];
                loop {
                    match core::str::from_utf8(rest) {
                        Ok(_) => break false,
                        Err(error) => match error.error_len() {
                            None => break true,
                            Some(len) => rest = &rest[error.valid_up_to() + len..],
                        },
                    }
                }
            };
            for most in 0..=text.len() {
                let wanted = (1..=most).rev().find(|end| !cut_short(end));
                prop_assert_eq!(longest_whole(&text, most, 0), wanted);
            }
        }
    }
}
