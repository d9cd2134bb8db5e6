//! A small site: the cover is the best that an exhaustive search finds, in every mode.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| purgeplan_fuzz::cover::check(bytes));
