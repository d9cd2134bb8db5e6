//! Text as JSON has it.

use alloc::vec::Vec;

/// Appends `text` in quotes, with the escapes that `serde_json` writes: the short ones, and `\u00` for the other control
/// characters.
#[inline(never)]
pub fn quote(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let rest = blocks::<4>(blocks::<16>(text.as_bytes(), out), out);
    bytes(rest, out);
    out.push(b'"');
}

/// Appends as many whole blocks as there are; yields what is left. A length that the compiler knows is one store: any other
/// copy is a call out of a WebAssembly module, and takes longer than a few bytes do.
fn blocks<'a, const BLOCK: usize>(text: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    for block in blocks {
        // Without a branch, so that the compiler can use vectors.
        if block.iter().fold(false, |found, byte| found | is_special(*byte)) {
            bytes(block, out);
        } else {
            out.extend_from_slice(block);
        }
    }
    rest
}

fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

fn bytes(text: &[u8], out: &mut Vec<u8>) {
    for byte in text {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', *byte]),
            0..b' ' => control(*byte, out),
            _ => out.push(*byte),
        }
    }
}

fn control(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        _ => {
            let digits = b"0123456789abcdef";
            out.extend_from_slice(b"\\u00");
            out.extend([digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
            return;
        }
    };
    out.extend([b'\\', short]);
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
    }
}
