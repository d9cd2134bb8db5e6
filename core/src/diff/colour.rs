//! Terminal colour codes: taken out before the diff is read, when a line begins with one.

use alloc::vec::Vec;

use super::lines::after;

/// Whether a line begins with a control sequence: no line of a diff does of itself, its content stands one byte in.
pub(super) fn begins(line: &[u8]) -> bool {
    line.starts_with(b"\x1b[")
}

/// The bytes without control sequences (ECMA-48, 5.4: `ESC [`, parameters, a final byte of `@` to `~`).
pub(super) fn strip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(found) = memchr::memchr(0x1b, &bytes[at..]) {
        plain.extend_from_slice(&bytes[at..at + found]);
        at += found;
        let length = sequence(&bytes[at..]);
        plain.extend_from_slice(&bytes[at..at + usize::from(length == 0)]);
        at += length.max(1);
    }
    plain.extend_from_slice(&bytes[at..]);
    plain
}

/// Where the byte at `offset` of the stripped bytes stands in `bytes`.
pub(super) fn original(bytes: &[u8], offset: usize) -> usize {
    let (mut at, mut left) = (0, offset);
    while let Some(found) = memchr::memchr(0x1b, &bytes[at..]) {
        let length = sequence(&bytes[at + found..]);
        let plain = found + usize::from(length == 0);
        if left < plain {
            break;
        }
        left -= plain;
        at += found + length.max(1);
    }
    (at + left).min(bytes.len())
}

/// How long the control sequence at the start is; 0 when there is none.
pub(super) fn sequence(bytes: &[u8]) -> usize {
    let Some(rest) = after(bytes, b"\x1b[") else { return 0 };
    let parameters = rest.iter().take_while(|byte| matches!(byte, b' '..=b'?')).count();
    match rest.get(parameters) {
        Some(b'@'..=b'~') => parameters + 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_go_and_offsets_come_back() {
        let coloured = b"\x1b[1mdiff\x1b[m\n\x1b[32m+\x1b[m\x1b[32mx\x1b[m \x1b \x1b[";
        assert_eq!(strip(coloured), b"diff\n+x \x1b \x1b[");
        assert_eq!(coloured[original(coloured, 0)..][..4], *b"diff");
        let plus = original(coloured, 5);
        assert_eq!(coloured[plus], b'+');
        assert_eq!(original(coloured, 99), coloured.len());
    }
}
