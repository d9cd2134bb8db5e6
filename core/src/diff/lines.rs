//! Lines, and names as git prints them.

use alloc::{borrow::Cow, vec::Vec};

pub(super) use purgeplan_lines::line;

/// What stands behind `start`, when the text begins so.
// One function for every length: the library's is compiled anew for each.
pub(crate) fn after<'a>(text: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
    text.strip_prefix(start)
}

/// The text before the first of these bytes, and behind it, when there is one.
pub(crate) fn cut(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(separator, text) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// The pieces of a text between these bytes.
pub(crate) fn split(text: &[u8], separator: u8) -> Split<'_> {
    Split { rest: Some(text), separator }
}

pub(crate) struct Split<'a> {
    rest: Option<&'a [u8]>,
    separator: u8,
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (piece, rest) = cut(self.rest?, self.separator);
        self.rest = rest;
        Some(piece)
    }
}

/// Where `wanted` stands first.
pub(super) fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr(wanted[0], &text[at..])?;
        if text[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
}

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
    let inner = after(text, b"\"")?;
    let mut name = Vec::new();
    let mut at = 0;
    loop {
        let byte = *inner.get(at)?;
        at += 1;
        name.push(match byte {
            b'"' => return Some((name, at + 1)),
            b'\\' => {
                let escape = *inner.get(at)?;
                at += 1;
                match escape {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    b'"' | b'\\' => escape,
                    b'0'..=b'3' => {
                        at += 2;
                        u8::try_from(octal(inner.get(at - 3..at)?)?).ok()?
                    }
                    _ => return None,
                }
            }
            plain => plain,
        });
    }
}

fn octal(digits: &[u8]) -> Option<u32> {
    let mut value = 0;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 7 {
            return None;
        }
        value = value << 3 | u32::from(digit);
    }
    Some(value)
}

/// How many hexadecimal digits `text` begins with.
pub(super) fn hex_digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count()
}

/// `commit <id>`, which no name that git log lists can be told from but by its 40 digits.
pub(super) fn is_commit(text: &[u8]) -> bool {
    after(text, b"commit ").is_some_and(|rest| hex_digits(rest) >= 40)
}

/// `From <id>`, as a mail of `git format-patch` begins.
pub(super) fn is_mail(text: &[u8]) -> bool {
    after(text, b"From ").is_some_and(|rest| hex_digits(rest) >= 40)
}

/// Six octal digits, as git writes a mode.
pub(super) fn mode(text: &[u8]) -> Option<u32> {
    if text.len() == 6 { octal(text) } else { None }
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
    fn texts_are_taken_apart_at_a_byte_or_a_word() {
        assert_eq!(split(b"a  b ", b' ').collect::<Vec<_>>(), [b"a".as_slice(), b"", b"b", b""]);
        assert_eq!(split(b"", b' ').collect::<Vec<_>>(), [b""]);
        assert_eq!(
            (cut(b"a b c", b' '), cut(b"a", b' ')),
            ((b"a".as_slice(), Some(b"b c".as_slice())), (b"a".as_slice(), None))
        );
        assert_eq!((find(b"a.b..c..", b".."), find(b"a.", b".."), find(b"", b"x")), (Some(3), None, None));
    }

    #[test]
    fn a_mode_has_six_octal_digits() {
        assert_eq!(mode(b"100644"), Some(0o100_644));
        assert_eq!((mode(b"10064"), mode(b"100648")), (None, None));
    }
}
