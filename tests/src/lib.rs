//! What the tests share: the conformance cases, the built binaries, the Lambda as a process, and made repositories.

pub mod binaries;
pub mod cases;
pub mod deployment;
pub mod each;
pub mod engines;
pub mod lambda;
pub mod local;
pub mod release;
pub mod schema;
pub mod shell;
pub mod simulate;
pub mod site;
