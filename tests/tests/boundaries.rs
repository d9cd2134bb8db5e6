//! What may not depend on what: the oracle on the decision that it judges, the decision on the world.

#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Crates that do I/O, know the time or the environment, or bind to a host. A name that ends in `-` stands for all that
/// begin with it.
const WORLDLY: [&str; 22] = [
    "async-std",
    "aws-",
    "backon",
    "chrono",
    "getrandom",
    "gix-",
    "hyper",
    "hyper-",
    "js-sys",
    "lambda_runtime",
    "mio",
    "purgeplan-",
    "rand",
    "reqwest",
    "rustls",
    "socket2",
    "tempfile",
    "time",
    "tokio",
    "tracing",
    "wasm-bindgen",
    "web-sys",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The names of a package and of everything that is compiled for it.
fn tree(package: &str, options: &[&str]) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let arguments = ["tree", "--quiet", "--locked", "--edges=normal,build", "--prefix=none", "--format={p}"];
    let output = Command::new(cargo)
        .args(arguments)
        .args(["--package", package])
        .args(options)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let names: BTreeSet<String> = text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    assert!(names.contains(package), "`cargo tree` says nothing of {package}: {text}");
    names
}

fn worldly(names: &BTreeSet<String>) -> Vec<&str> {
    let is_worldly = |name: &str| {
        WORLDLY.iter().any(|known| if known.ends_with('-') { name.starts_with(known) } else { name == *known })
    };
    names.iter().map(String::as_str).filter(|name| is_worldly(name)).collect()
}

#[test]
fn the_oracle_shares_no_code_with_the_decision() {
    let names = tree("purgeplan-loopback", &[]);
    assert!(names.contains("hyper"), "the tree is a whole one: {names:?}");
    let own: Vec<_> = names.iter().filter(|name| name.starts_with("purgeplan")).collect();
    assert_eq!(own, ["purgeplan-loopback"]);
}

#[test]
fn the_decision_depends_on_nothing_that_does_io() {
    let mut names = tree("purgeplan-core", &["--target=all"]);
    for own in ["purgeplan-core", "purgeplan-lines"] {
        names.remove(own);
    }
    assert!(names.contains("serde_json"), "the tree is a whole one: {names:?}");
    assert_eq!(worldly(&names), Vec::<&str>::new());
}

#[test]
fn a_crate_of_the_world_is_seen() {
    let names = tree("purgeplan-lambda", &[]);
    for name in ["aws-config", "tokio", "hyper", "purgeplan-core"] {
        assert!(worldly(&names).contains(&name), "{name}: {names:?}");
    }
}

#[test]
fn the_decision_is_the_same_source_for_every_target() {
    let files = sources(&root().join("core/src"));
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let by_platform =
            |line: &&str| line.contains("cfg") && ["target_", "unix", "windows"].iter().any(|word| line.contains(word));
        assert_eq!(text.lines().find(by_platform), None, "{}", file.display());
        assert!(!text.contains("extern crate std"), "{}", file.display());
    }
}

#[test]
fn the_decision_has_no_standard_library() {
    let text = std::fs::read_to_string(root().join("core/src/lib.rs")).unwrap();
    let code = |line: &&str| !line.trim().is_empty() && !line.starts_with("//");
    // The feature writes TypeScript types in these tests; what hosts compile never has it.
    assert_eq!(text.lines().find(code), Some("#![cfg_attr(not(feature = \"ts\"), no_std)]"));
    for host in ["host-lambda", "host-local", "host-wasm"] {
        let manifest = std::fs::read_to_string(root().join(host).join("Cargo.toml")).unwrap();
        assert!(!manifest.contains("\"ts\""), "{host}");
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let nested = entries.map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    nested.flatten().filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}
