//! Any bytes as a URL: its path is one that the API accepts, and decodes back to the URL or to a prefix of it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| purgeplan_fuzz::encode::check(bytes));
