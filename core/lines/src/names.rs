//! Names and ids, compared in words: what the compiler puts for `==` and `<` takes WebAssembly byte by byte.

use alloc::string::String;
use core::cmp::Ordering;

/// Whether two texts are the same.
#[must_use]
#[inline(never)]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && common_prefix(one, other) == one.len()
}

/// Which of two texts comes first, as git and S3 sort: by the first byte that differs, the shorter before the longer.
#[must_use]
#[inline(never)]
pub fn order(one: &[u8], other: &[u8]) -> Ordering {
    let at = common_prefix(one, other);
    one.get(at).cmp(&other.get(at))
}

/// How many bytes two texts begin alike.
#[must_use]
#[inline]
pub fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    let mut at = 0;
    for (word, against) in one.as_chunks::<8>().0.iter().zip(other.as_chunks::<8>().0) {
        let differs = u64::from_le_bytes(*word) ^ u64::from_le_bytes(*against);
        if differs != 0 {
            return at + (differs.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    at + one[at..].iter().zip(&other[at..]).take_while(|(byte, against)| byte == against).count()
}

/// How many bytes of a text a table marks.
#[must_use]
#[inline(never)]
pub fn count_marked(text: &[u8], table: &[bool; 256]) -> usize {
    text.iter().map(|byte| usize::from(table[usize::from(*byte)])).sum()
}

/// Reads two hexadecimal digits for each byte of `out`; `None` when there are other ones, more or fewer.
#[must_use]
#[inline(never)]
pub fn unhex(digits: &[u8], out: &mut [u8]) -> Option<()> {
    let (pairs, rest) = digits.as_chunks::<2>();
    if pairs.len() != out.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in out.iter_mut().zip(pairs) {
        let (high, low) = (HEX[usize::from(*high)], HEX[usize::from(*low)]);
        // Without this way out the compiler gathers the digits into vectors: twice the code, and no faster.
        if high | low >= 16 {
            return None;
        }
        *byte = high << 4 | low;
    }
    Some(())
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
#[inline(never)]
pub fn to_hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])).collect()
}

/// What each byte is worth as a digit; more than 15 for those that are none.
const HEX: [u8; 256] = {
    let mut worth = [16; 256];
    let mut digit = 0;
    while digit < 16 {
        worth[b"0123456789abcdef"[digit as usize] as usize] = digit;
        worth[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        digit += 1;
    }
    worth
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn names_compare_as_the_library_compares_them(
            one in "[ab]{0,40}", end in "[ab]{0,20}", at in 0..40_usize, byte in "[abc\u{0}\u{ff}]?",
        ) {
            let mut other = one.clone() + &end;
            if let Some((place, _)) = other.char_indices().nth(at) {
                other.replace_range(place..=place, &byte);
            }
            for (one, other) in [(one.as_bytes(), other.as_bytes()), (other.as_bytes(), one.as_bytes())] {
                prop_assert_eq!(order(one, other), one.cmp(other));
                prop_assert_eq!(same(one, other), one == other);
                prop_assert_eq!(common_prefix(one, other), one.iter().zip(other).take_while(|(one, other)| one == other).count());
            }
        }

        #[test]
        fn digits_are_read_as_the_library_reads_them(digits in "[0-9a-fA-F]{0,9}[0-9a-fA-Fg/:@`]?") {
            let mut out = [0; 4];
            let read = unhex(digits.as_bytes(), &mut out).map(|()| u32::from_be_bytes(out));
            let by_library = u32::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 8);
            prop_assert_eq!(read, by_library, "{}", digits);
        }

        #[test]
        fn digits_are_written_as_they_are_read(bytes in proptest::collection::vec(0..=255_u8, 0..40)) {
            let digits = to_hex(&bytes);
            let mut back = alloc::vec![0; bytes.len()];
            prop_assert_eq!(unhex(digits.as_bytes(), &mut back), Some(()));
            prop_assert_eq!((digits.to_lowercase(), &back), (digits, &bytes));
        }
    }
}
