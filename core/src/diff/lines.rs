//! Lines, and names as git prints them.

use alloc::{borrow::Cow, vec::Vec};

pub(super) use purgeplan_lines::line;

/// A name that stands alone: quoted as in C, or as it is. `None` when the quotes do not close at its end.
pub(super) fn name(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    if text.first() != Some(&b'"') {
        return Some(Cow::Borrowed(text));
    }
    let (name, length) = unquote(text)?;
    (length == text.len()).then_some(Cow::Owned(name))
}

/// Reads a name in quotes at the start of `text`; with it, how many bytes it took.
///
/// Source: git-config(1), `core.quotePath`, and `quote.c`: the escapes of C for control characters, three octal digits
/// for any other byte.
pub(super) fn unquote(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let inner = text.strip_prefix(b"\"")?;
    let mut name = Vec::new();
    let mut at = 0;
    loop {
        let plain = memchr::memchr2(b'"', b'\\', &inner[at..])?;
        name.extend_from_slice(&inner[at..at + plain]);
        at += plain;
        if inner[at] == b'"' {
            return Some((name, at + 2));
        }
        let escape = *inner.get(at + 1)?;
        at += 2;
        name.push(match escape {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            b'"' | b'\\' => escape,
            b'0'..=b'3' => {
                let digits = [escape, *inner.get(at)?, *inner.get(at + 1)?];
                at += 2;
                octal(digits)?
            }
            _ => return None,
        });
    }
}

fn octal(digits: [u8; 3]) -> Option<u8> {
    digits.iter().try_fold(0_u8, |value, digit| matches!(digit, b'0'..=b'7').then(|| value << 3 | (digit - b'0')))
}

/// How many hexadecimal digits `text` begins with.
pub(super) fn hex_digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count()
}

/// Six octal digits, as git writes a mode.
pub(super) fn mode(text: &[u8]) -> Option<u32> {
    if text.len() != 6 {
        return None;
    }
    text.iter().try_fold(0, |mode, digit| matches!(digit, b'0'..=b'7').then(|| mode << 3 | u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carriage_return_belongs_to_the_end_of_a_line() {
        assert_eq!(line(b"a\r\nb", 0), (b"a".as_slice(), 3));
        assert_eq!(line(b"a\r\nb", 3), (b"b".as_slice(), 4));
        assert_eq!(line(b"", 0), (b"".as_slice(), 0));
    }

    #[test]
    fn quoted_names_hold_any_byte() {
        assert_eq!(name(br#""a\"b\\\t\377\303\251""#).unwrap().as_ref(), b"a\"b\\\t\xff\xc3\xa9");
        assert_eq!(name(b"a b").unwrap().as_ref(), b"a b");
        for broken in [&br#""a"#[..], br#""a\"#, br#""a\9""#, br#""\400""#, br#""\38x""#, br#""a" "#] {
            assert_eq!(name(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn a_mode_has_six_octal_digits() {
        assert_eq!(mode(b"100644"), Some(0o100_644));
        assert_eq!((mode(b"10064"), mode(b"100648")), (None, None));
    }
}
