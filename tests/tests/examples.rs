//! The examples of README.md are the ones that are run, and they print what they promise.

use std::path::Path;
use std::process::Command;

use purgeplan_loopback::deploy::Mode;
use purgeplan_tests::binaries;
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

/// A shell's output in a folder, with `purgeplan` and git there.
fn sh(script: &str, folder: &Path) -> std::process::Output {
    let programs = binaries::purgeplan().parent().expect("a program is in a folder").to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&others)));
    let mut shell = Command::new("sh");
    shell.arg("-ec").arg(script).current_dir(folder).env("PATH", path.expect("no name has a colon"));
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        shell.env_remove(name);
    }
    for (name, value) in [("NAME", "n"), ("EMAIL", "e@example.com")] {
        shell.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
    let output = shell.output().expect("there is a shell");
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The lines of the README's command line that need nothing but git, as they stand there.
#[test]
fn the_command_lines_examples_work() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    sh(
        r#"git init --quiet --initial-branch=main
        mkdir docs && echo 1 > docs/a.html && git add . && git commit --quiet --message=1 && git tag v1
        echo 2 > docs/a.html && git commit --quiet --all --message=2 && git tag v2
        git clone --quiet . site && echo 3 > docs/a.html
        echo "docs/a.html	11111111111111111111111111111111" > before.txt
        echo "docs/a.html	22222222222222222222222222222222" > after.txt
        echo '{ "Contents": [{ "Key": "docs/a.html" }] }' > live.json
        echo '{ "ignore": ["notes/**"] }' > policy.json"#,
        folder.path(),
    );
    let readme = text("README.md");
    let commands = ["purgeplan plan ", "purgeplan explain ", "purgeplan check "];
    let lines =
        readme.lines().filter(|line| line.contains("  # ") && commands.iter().any(|command| line.contains(command)));
    let told: Vec<String> =
        lines.map(|line| String::from_utf8_lossy(&sh(line, folder.path()).stdout).into_owned()).collect();
    assert_eq!(told.len(), 6, "{told:?}");
    for answer in &told[..5] {
        assert!(answer.contains("/docs/a.html"), "{answer}");
    }
    assert!(told[5].contains("notes/**"), "{}", told[5]);
}

/// The output that the README shows is that of a plan like the one that it tells of.
#[test]
fn the_plan_that_is_shown_is_one() {
    let readme = text("README.md");
    let shown = readme.split("```\n").find(|block| block.starts_with("purge  modified")).expect("it is in README.md");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let output = sh(
        r#"printf 'M\tblog/a.html\nM\tblog/b.html\nR100\told.html\tnew.html\nM\tnotes/todo.md\n' > names
        printf 'blog/a.html\nblog/b.html\nnew.html\nother.html\nnotes/todo.md\n' > live
        echo '{ "ignore": ["notes/**"], "distributions": [{ "id": "E123" }] }' > policy.json
        purgeplan plan --diff names --live live --policy policy.json"#,
        folder.path(),
    );
    assert_eq!(String::from_utf8_lossy(&output.stdout), shown);
}
