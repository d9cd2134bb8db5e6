//! `purgeplan apply` against CloudFront's own operations: what it shows is what it creates, it asks before it spends, and
//! what failed half-way is repeated without paying twice.

#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::process::{Output, Stdio};

use purgeplan_loopback::deploy::Mode;
use purgeplan_loopback::{Fault, When};
use purgeplan_tests::binaries;
use purgeplan_tests::deployment::{Deployment, Target, minutes_ago};
use purgeplan_tests::lambda::DISTRIBUTION;
use purgeplan_tests::site::{History, Mark, Repository, Tree};
use tokio::process::Command;

/// Two pages change.
fn site() -> (Repository, Mark, Mark) {
    let (mut history, mut tree) = (History::default(), Tree::default());
    tree.file("a b.html", "old").file("docs/b.html", "old").file("same.html", "old");
    let old = history.commit(&tree, &[], minutes_ago(600));
    tree.file("a b.html", "new").file("docs/b.html", "new");
    let new = history.commit(&tree, &[old], minutes_ago(10));
    (history.build(new), old, new)
}

/// The new commit is uploaded, by whatever pipeline, and nothing is purged yet.
async fn uploaded(repository: &Repository, (old, new): (Mark, Mark)) -> Deployment<'_> {
    let deployment = Deployment::of(repository, old, Target::default()).await;
    deployment.push(new);
    deployment.upload(new, Mode::Extract);
    assert_eq!(deployment.stale().len(), 2);
    deployment
}

/// Runs the command with the endpoints in its environment, and no terminal.
async fn apply(deployment: &Deployment<'_>, repository: &Repository, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(binaries::purgeplan());
    command.args(["apply", "--repo"]).arg(repository.path()).args(arguments).stdin(Stdio::null());
    let output = with_endpoints(deployment, &mut command).await;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Runs a command whose environment is the endpoints alone.
async fn with_endpoints(deployment: &Deployment<'_>, command: &mut Command) -> Output {
    let command = command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.envs(deployment.aws.endpoints().environment()).output().await.unwrap()
}

const NAMED: [&str; 2] = ["--distribution-id", DISTRIBUTION];

#[tokio::test]
async fn what_is_shown_is_created_and_waited_for() {
    let (repository, old, new) = site();
    let deployment = uploaded(&repository, (old, new)).await;
    let (code, shown, _) = apply(&deployment, &repository, &[&NAMED[..], &["--dry-run"]].concat()).await;
    assert!(code == 0 && shown.contains("/docs/b.html") && shown.contains("nothing was created"), "{shown}");
    assert_eq!(deployment.calls("CreateInvalidation"), 0);

    let (code, made, error) = apply(&deployment, &repository, &[&NAMED[..], &["--wait"]].concat()).await;
    assert_eq!((code, error.as_str(), deployment.stale().len()), (0, "", 0), "{made}");
    assert!(made.contains(&format!("on {DISTRIBUTION}, 2 paths\ncompleted I")), "{made}");
    // What repeats a run that was killed is said before the first call.
    let (before, _) = made.split_once("created I").unwrap();
    assert!(before.contains(" --execution apply-"), "{made}");
    assert_eq!(deployment.paths(), ["/a%20b.html", "/docs/b.html"]);
}

#[tokio::test]
async fn without_a_distribution_or_beyond_the_limit_nothing_is_created() {
    let (repository, old, new) = site();
    let deployment = uploaded(&repository, (old, new)).await;
    let (code, _, error) = apply(&deployment, &repository, &[]).await;
    assert!(code == 2 && error.contains("--distribution-id"), "{error}");
    let limited = [&NAMED[..], &["--limit", "1"]].concat();
    let (code, _, error) = apply(&deployment, &repository, &limited).await;
    assert!(code == 2 && error.contains("2 paths") && error.contains("--yes"), "{error}");
    assert_eq!(deployment.calls("CreateInvalidation"), 0);
    let (code, _, error) = apply(&deployment, &repository, &[&limited[..], &["--yes"]].concat()).await;
    assert_eq!((code, error.as_str(), deployment.stale().len()), (0, "", 0));
    // From a commit to itself nothing is stale.
    let (code, said, _) = apply(&deployment, &repository, &[&NAMED[..], &["--base", "HEAD"]].concat()).await;
    assert!(code == 0 && said.contains("Nothing to create"), "{said}");
}

#[tokio::test]
async fn what_failed_half_way_is_not_paid_for_twice() {
    let (repository, old, new) = site();
    let deployment = uploaded(&repository, (old, new)).await;
    // The answer is lost after the effect, then AWS refuses.
    deployment.aws.faults().add("CreateInvalidation", When::First(1), Fault::LostAnswer);
    deployment.aws.faults().add("CreateInvalidation", When::Nth(2), Fault::Forbidden);
    let (code, _, error) = apply(&deployment, &repository, &NAMED).await;
    assert!(code == 2 && error.contains("AccessDenied") && error.contains("--execution apply-"), "{error}");
    let execution = error.split("--execution ").nth(1).unwrap().split('`').next().unwrap();
    let again = [&NAMED[..], &["--execution", execution]].concat();
    let (code, made, _) = apply(&deployment, &repository, &again).await;
    assert_eq!((code, deployment.stale().len(), deployment.bought().len()), (0, 0, 1), "{made}");

    // Another run is another purge: the page may have been taken back and deployed once more.
    let (code, ..) = apply(&deployment, &repository, &NAMED).await;
    assert_eq!((code, deployment.bought().len()), (0, 2));
}

/// Runs a command at a terminal of its own, types the first argument at the question, prints all, ends as it ended.
const TERMINAL: &str = r"
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
seen, typed = b'', False
while True:
    try:
        more = os.read(terminal, 4096)
    except OSError:
        break
    if not more:
        break
    seen += more
    if not typed and seen.endswith(b'[y/N] '):
        os.write(terminal, sys.argv[1].encode() + b'\n')
        typed = True
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
";

/// Runs the command with a limit of one path at a terminal, and answers its question.
async fn answered(deployment: &Deployment<'_>, repository: &Repository, python: &str, answer: &str) -> (i32, String) {
    let mut command = Command::new(python);
    command.args(["-c", TERMINAL, answer]).arg(binaries::purgeplan());
    command.args(["apply", "--limit", "1", "--repo"]).arg(repository.path()).args(NAMED);
    let output = with_endpoints(deployment, &mut command).await;
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test]
async fn a_person_at_a_terminal_is_asked() {
    let Ok(python) = std::env::var("PURGEPLAN_PYTHON") else {
        eprintln!("left out: PURGEPLAN_PYTHON is not set; `cargo xtask test` sets it");
        return;
    };
    let (repository, old, new) = site();
    let deployment = uploaded(&repository, (old, new)).await;
    for answer in ["", "n", "yep"] {
        let (code, shown) = answered(&deployment, &repository, &python, answer).await;
        assert!(code == 2 && shown.contains("2 paths, more than the limit of 1"), "{answer}: {shown}");
        assert!(shown.contains("nothing was created"), "{answer}: {shown}");
    }
    assert_eq!(deployment.calls("CreateInvalidation"), 0);
    let (code, shown) = answered(&deployment, &repository, &python, "y").await;
    assert_eq!((code, deployment.stale().len(), deployment.bought().len()), (0, 0, 1), "{shown}");
}
