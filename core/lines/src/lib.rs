//! The lines of a text, the bodies of hunks, names side by side and the strings of JSON: where deciding spends its time.
//!
//! A crate of its own, because in the WebAssembly module it is compiled for speed and the rest of the core for size.
#![no_std]

extern crate alloc;

pub mod hunk;
mod names;
mod quote;

pub use names::{common_prefix, count_marked, order, same, to_hex, unhex};
pub use quote::{append, name, quote};

/// The line at `at` without its end, and where the next one begins. A carriage return before the line feed belongs to
/// the end: git quotes a name that has one.
#[must_use]
pub fn line(bytes: &[u8], at: usize) -> (&[u8], usize) {
    let next = next_line(bytes, at);
    let line = &bytes[at..next];
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    (line.strip_suffix(b"\r").unwrap_or(line), next)
}

/// Where the line behind the one at `at` begins.
fn next_line(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |newline| at + newline + 1)
}
