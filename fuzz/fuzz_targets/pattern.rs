//! A pattern, a newline, a path: they match exactly when the obvious matcher says so.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| purgeplan_fuzz::pattern::check(bytes));
