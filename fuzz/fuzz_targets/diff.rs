//! Any bytes as a diff: no panic, and what was read is read back from its rendering in every format.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| purgeplan_fuzz::diff::check(bytes));
