//! The lines of a text, the bodies of hunks and the strings of JSON: where reading and answering spends its time.
//!
//! A crate of its own, because in the WebAssembly module it is compiled for speed and the rest of the core for size.
#![no_std]

extern crate alloc;

pub mod hunk;
mod quote;

pub use quote::quote;

/// The line at `at` without its end, and where the next one begins. A carriage return before the line feed belongs to
/// the end: git quotes a name that has one.
#[must_use]
pub fn line(bytes: &[u8], at: usize) -> (&[u8], usize) {
    let rest = &bytes[at..];
    let (line, next) = match memchr::memchr(b'\n', rest) {
        Some(length) => (&rest[..length], at + length + 1),
        None => (rest, bytes.len()),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), next)
}

/// Whether two texts are the same, compared in words: what the compiler puts for `==` takes WebAssembly byte by byte.
#[must_use]
#[inline(never)]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    let ((words, rest), (others, end)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    one.len() == other.len()
        && words.iter().zip(others).all(|(one, other)| u64::from_ne_bytes(*one) == u64::from_ne_bytes(*other))
        && rest.iter().zip(end).all(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_same_is_what_equals(one in "[ab]{0,40}", at in 0..40_usize, byte in "[abc]?") {
            let mut other = one.clone();
            if let Some((place, _)) = other.char_indices().nth(at) {
                other.replace_range(place..=place, &byte);
            }
            prop_assert_eq!(super::same(one.as_bytes(), other.as_bytes()), one == other);
        }
    }
}
