//! Text as JSON has it.

use alloc::vec::Vec;

/// Appends `text` in quotes, with the escapes that `serde_json` writes: the short ones, and `\u00` for the other control
/// characters.
#[inline(never)]
pub fn quote(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let (blocks, rest) = text.as_bytes().as_chunks::<BLOCK>();
    for block in blocks {
        // Without a branch, so that the compiler can use vectors.
        if block.iter().fold(false, |found, byte| found | is_special(*byte)) {
            bytes(block, out);
        } else {
            out.extend_from_slice(block);
        }
    }
    bytes(rest, out);
    out.push(b'"');
}

const BLOCK: usize = 16;

fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// One by one: copying a few bytes at once is a call out of a WebAssembly module, and takes longer than they do.
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
