//! Text as JSON has it, and bytes as they are.

use alloc::vec::Vec;

/// Appends `text` in quotes, with the escapes that `serde_json` writes: the short ones, and `\u00` for the other control
/// characters.
#[inline(never)]
pub fn quote(text: &str, out: &mut Vec<u8>) {
    let text = text.as_bytes();
    out.reserve(text.len() + 2);
    out.push(b'"');
    if is_plain(text) {
        append(text, out);
    } else {
        escaped(text, out);
    }
    out.push(b'"');
}

/// Appends the name of a field and what stands between it and its value. Names are those of Rust's fields and words: none
/// needs an escape.
#[inline(never)]
pub fn name(name: &str, out: &mut Vec<u8>) {
    out.reserve(name.len() + 3);
    out.push(b'"');
    append(name.as_bytes(), out);
    out.extend_from_slice(b"\":");
}

/// Appends bytes, most often some tens of them. A length that the compiler knows is one store: any other copy is a call out
/// of a WebAssembly module, and takes longer than a few bytes do.
#[inline(never)]
pub fn append(bytes: &[u8], out: &mut Vec<u8>) {
    match bytes.len() {
        0..4 => {
            for byte in bytes {
                out.push(*byte);
            }
        }
        4..8 => blocks::<4>(bytes, out),
        8..16 => blocks::<8>(bytes, out),
        16..256 => blocks::<16>(bytes, out),
        _ => out.extend_from_slice(bytes),
    }
}

/// Appends whole blocks, and for what is left the last block once more over the end of the one before it.
fn blocks<const BLOCK: usize>(bytes: &[u8], out: &mut Vec<u8>) {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    for block in blocks {
        out.extend_from_slice(block);
    }
    if let (1.., Some(last)) = (rest.len(), bytes.last_chunk::<BLOCK>()) {
        out.truncate(out.len() + rest.len() - BLOCK);
        out.extend_from_slice(last);
    }
}

/// Whether no byte needs an escape.
fn is_plain(text: &[u8]) -> bool {
    let (blocks, rest) = text.as_chunks::<16>();
    // Each block without a branch, so that the compiler can use vectors.
    !blocks.iter().any(|block| has_special(block))
        && !has_special(text.last_chunk::<16>().map_or(rest, <[u8; 16]>::as_slice))
}

fn has_special(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |found, byte| found | is_special(*byte))
}

fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

fn escaped(text: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0c => b'f',
            b'\r' => b'r',
            0..b' ' => {
                let digits = b"0123456789abcdef";
                append(&[b'\\', b'u', b'0', b'0', digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]], out);
                continue;
            }
            _ => {
                out.push(byte);
                continue;
            }
        };
        append(&[b'\\', short], out);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_writes_what_serde_json_does(text in r#"([ -~é]{0,20}["\\\x00-\x1f\x7f])*[a-z/]{0,40}"#) {
            let mut out = b"before".to_vec();
            super::quote(&text, &mut out);
            prop_assert_eq!(&out[6..], serde_json::to_vec(&text).unwrap());
        }

        #[test]
        fn it_appends_all(bytes in proptest::collection::vec(0..=255_u8, 0..300)) {
            for bytes in [&bytes[..], &bytes[..bytes.len().min(40)], &bytes[..bytes.len().min(9)]] {
                let mut out = b"before".to_vec();
                super::append(bytes, &mut out);
                prop_assert_eq!(&out[..6], b"before");
                prop_assert_eq!(&out[6..], bytes);
            }
        }
    }
}
