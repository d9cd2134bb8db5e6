//! The TypeScript types that are committed are those of the Rust types. `PURGEPLAN_BLESS=1` writes the file.

use std::path::Path;

#[test]
fn the_committed_types_are_the_cores() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../js/src/wire.ts");
    let declared = purgeplan_core::types::declarations();
    if std::env::var_os("PURGEPLAN_BLESS").is_some() {
        std::fs::write(&file, &declared).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == declared,
        "js/src/wire.ts is out of date: run `PURGEPLAN_BLESS=1 cargo test -p purgeplan-tests --test types`"
    );
}
