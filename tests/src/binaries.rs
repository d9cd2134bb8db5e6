//! The programs under test, as they were built.

use std::path::PathBuf;

/// The Lambda's binary.
#[must_use]
pub fn bootstrap() -> PathBuf {
    find("PURGEPLAN_BOOTSTRAP", "bootstrap", "purgeplan-lambda")
}

/// The command line.
#[must_use]
pub fn purgeplan() -> PathBuf {
    find("PURGEPLAN_CLI", "purgeplan", "purgeplan")
}

/// Named by a variable, or beside the test's own executable.
fn find(variable: &str, name: &str, package: &str) -> PathBuf {
    let beside = || {
        let test = std::env::current_exe().expect("a test knows where it is");
        let target = test.parent().and_then(std::path::Path::parent).expect("tests are built into target/PROFILE/deps");
        target.join(name)
    };
    let path = std::env::var_os(variable).map_or_else(beside, PathBuf::from);
    assert!(path.is_file(), "{} is not built: run `cargo build -p {package}`, or `cargo xtask test`", path.display());
    path
}
