//! What the tests share: the conformance cases and the built binaries.

pub mod binaries;
pub mod cases;
