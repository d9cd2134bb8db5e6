//! The Lambda's own binary against a CloudFront that is not ours: moto's, which knows the API's shapes from botocore.
//! CodeCommit is the loopback's, because moto has none to speak of.

use std::path::Path;
use std::process::Stdio;
use std::time::SystemTime;

use purgeplan_loopback::deploy::ChangeKind;
use purgeplan_loopback::{Config, DistributionConfig, Loopback, Outcome, git};
use purgeplan_tests::deployment::minutes_ago;
use purgeplan_tests::lambda::{BRANCH, Lambda, REPOSITORY, event};
use purgeplan_tests::site::{History, Tree};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_bought_is_what_motos_cloudfront_has() {
    let Some(python) = std::env::var_os("PURGEPLAN_PYTHON") else {
        eprintln!("left out: PURGEPLAN_PYTHON is not set; `cargo xtask test` sets it");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("moto_cloudfront.py");
    let mut moto = Command::new(python);
    moto.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut moto = moto.spawn().expect("the Python of the tests runs");
    let mut said = BufReader::new(moto.stdout.take().expect("piped")).lines();
    let mut next = async || -> Value {
        let line = said.next_line().await.expect("text").expect("a line");
        serde_json::from_str(&line).expect("JSON")
    };
    let place = next().await;
    let (url, distribution) = (place["url"].as_str().expect("a URL"), place["distribution"].as_str().expect("an id"));

    let files = ["a b.html", "日本.html", "x&<y>.html", "q?.html"];
    let mut history = History::default();
    let mut head = None;
    for content in ["old", "new"] {
        let mut tree = Tree::default();
        for file in files {
            tree.file(file, content);
        }
        head = Some(history.commit(&tree, head.as_slice(), minutes_ago(1)));
    }
    let repository = history.build(head.expect("two commits"));
    let opened = git::Repository::open(repository.path()).expect("a repository");
    let head = opened.resolve("HEAD").expect("a commit");
    let aws =
        Loopback::start(Config::new(REPOSITORY, opened, DistributionConfig::rest("EUNUSED"))).await.expect("started");
    aws.codecommit().set_branch(BRANCH, &head);
    let mut lambda =
        Lambda::start(&aws, &[("AWS_ENDPOINT_URL_CLOUDFRONT", Some(url)), ("dest_id", Some(distribution))]);
    let keys: Vec<&[u8]> = files.iter().map(|file| file.as_bytes()).collect();
    let outcome = lambda.invoke(event(&keys, ChangeKind::Created, 1, SystemTime::now())).await;
    assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");

    moto.stdin.take().expect("piped").write_all(b"\n").await.expect("it listens");
    let paths = ["/%E6%97%A5%E6%9C%AC.html", "/a%20b.html", "/q%3F.html", "/x&%3Cy%3E.html"];
    assert_eq!(next().await, json!([paths]));
}
