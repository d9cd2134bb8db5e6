//! Any bytes as a diff, by the tests' own writer of diffs.

/// No panic, and what was read is read back from its rendering in every format.
pub fn check(bytes: &[u8]) {
    crate::render::check(bytes);
}
