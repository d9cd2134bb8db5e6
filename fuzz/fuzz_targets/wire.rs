//! Any request and attachments: no panic, and an answer whose form holds.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| purgeplan_fuzz::wire::check(bytes));
