//! The examples of README.md are the ones that are run, and they print what they promise.

use std::path::Path;
use std::process::Command;

fn text(file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The first block of a language.
fn block(text: &str, language: &str) -> String {
    let (_, rest) = text.split_once(&format!("```{language}\n")).unwrap_or_else(|| panic!("no block of {language}"));
    rest.split("```").next().unwrap_or_default().to_owned()
}

#[test]
fn the_javascript_examples_are_those_of_the_package() {
    // `js/test/packaging.test.js` runs the package's.
    for language in ["js", "html"] {
        assert_eq!(block(&text("README.md"), language), block(&text("js/README.md"), language));
    }
}

#[test]
fn the_example_for_other_engines_is_a_program_that_works() {
    let program = text("tests/examples/wasmtime.rs");
    let (_, shown) = program.split_once("\n\n").expect("the documentation of the file comes first");
    assert_eq!(block(&text("README.md"), "rust"), shown);
    let test = std::env::current_exe().expect("a test knows where it is");
    let target = test.parent().and_then(Path::parent).expect("tests are built into target/PROFILE/deps");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = Command::new(target.join("examples/wasmtime")).current_dir(root).output().expect("it is built");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it prints the answer");
    assert_eq!(answer["paths"], serde_json::json!(["/docs/a%20b.html"]));
}
