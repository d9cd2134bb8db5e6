//! The examples of README.md are the ones that are run, and they print what they promise.

use std::path::Path;
use std::process::Command;

use purgeplan_loopback::deploy::Mode;
use purgeplan_tests::deployment::{Deployment, Target, minutes_ago};
use purgeplan_tests::lambda::Lambda;
use purgeplan_tests::shell;
use purgeplan_tests::site::{History, Tree};

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

/// The Lambda's example, in the very words of the README, with the real AWS CLI and the real `bootstrap`.
#[tokio::test(flavor = "multi_thread")]
async fn the_lambdas_example_purges_what_is_stale() {
    let (mut history, mut tree) = (History::default(), Tree::default());
    tree.file("docs/a b.html", "old").file("same.html", "old");
    let old = history.commit(&tree, &[], minutes_ago(600));
    tree.file("docs/a b.html", "new");
    let new = history.commit(&tree, &[old], minutes_ago(10));
    let repository = history.build(new);
    let deployment = Deployment::of(&repository, old, Target::default()).await;
    deployment.push(new);
    deployment.upload(new, Mode::Extract);
    let _lambda = Lambda::start(&deployment.aws, &[]);
    let readme = text("README.md");
    let script = readme.split("```sh\n").find(|block| block.contains("aws lambda invoke")).expect("it is in README.md");
    let script = script.split("```").next().unwrap_or_default();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let Some(output) = shell::run(script, folder.path(), &deployment.aws).await else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer = std::fs::read(folder.path().join("answer.json")).expect("the example writes it");
    let answer: serde_json::Value = serde_json::from_slice(&answer).expect("the function answers in JSON");
    assert_eq!(answer["billed_paths"], 1, "{answer}");
    assert_eq!((deployment.stale().as_slice(), deployment.paths()), (&[][..], vec!["/docs/a%20b.html".to_owned()]));
}
