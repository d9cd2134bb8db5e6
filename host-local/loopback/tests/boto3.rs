//! The endpoints against an AWS SDK that shares no code with this project: boto3.

mod repo;

use std::path::Path;

use purgeplan_loopback::{Config, DistributionConfig, Loopback};
use repo::Repo;
use tokio::process::Command;

#[tokio::test]
async fn boto3_is_answered_as_by_aws() {
    let python = std::env::var("PURGEPLAN_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let probe = Command::new(&python).args(["-c", "import boto3"]).output().await;
    let has_boto3 = probe.is_ok_and(|output| output.status.success());
    assert!(
        has_boto3,
        "`{python}` cannot import boto3. Run `cargo xtask test`, which installs it into a virtual environment, or set \
         PURGEPLAN_PYTHON to a Python that has it (python3 -m venv DIR && DIR/bin/pip install boto3)"
    );

    let repo = Repo::new();
    for n in 0..150 {
        repo.write(format!("file {n:03} 日本.html"), "old");
    }
    let base = repo.commit("base\n\nbody 本文");
    repo.git(&["mv", "file 000 日本.html", "renamed ~+&<.html"]);
    for n in 1..=120 {
        repo.write(format!("file {n:03} 日本.html"), "new");
    }
    let head = repo.commit("head");

    let aws = Loopback::start(Config::new("site", repo.open(), DistributionConfig::rest("E1"))).await.unwrap();
    aws.codecommit().set_branch("main", &head);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/boto3_client.py");
    let mut client = Command::new(&python);
    client.arg(script).args([&base, &head]).envs(aws.endpoints().environment()).kill_on_drop(true);
    let output = client.output().await.unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert_eq!(out.trim(), "all as expected", "the script ran to its end");
    assert_eq!(aws.edge().purchases().invalidations, 5);
    assert_eq!(aws.faults().calls()["GetBranch"], 3);
}
