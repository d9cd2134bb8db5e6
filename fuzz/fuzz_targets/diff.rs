//! Any bytes as a diff: no panic, and what was read is read back from its rendering in every format.
//!
//! `cargo +nightly fuzz run diff -- -max_len=4096 -dict=fuzz/diff.dict`

#![no_main]

#[path = "../../tests/tests/render/mod.rs"]
mod render;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| render::check(bytes));
