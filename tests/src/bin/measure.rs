//! `cargo xtask measure`: how fast the Lambda starts, what it needs, and what a deploy costs in AWS calls.
//!
//! The real `bootstrap` against the loopback endpoints, beside the article's handler in Python. Figures are of this machine
//! and this run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use purgeplan_loopback::deploy::{ChangeKind, Mapping, Mode, Site};
use purgeplan_loopback::events::sqs;
use purgeplan_loopback::git::Repository;
use purgeplan_loopback::{Config, DistributionConfig, EdgeRules, Loopback, Outcome, Rate};
use purgeplan_tests::lambda::{BRANCH, DISTRIBUTION, Lambda, REPOSITORY, event};

/// An invocation's time.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Starts that are measured.
const STARTS: usize = 20;
/// Objects of the deploy whose calls are counted, and how many of them changed.
const OBJECTS: usize = 1_000;
const CHANGED: usize = 10;
/// CloudFront's account-wide rate of `CreateInvalidation`, as an SDK maintainer quotes it, and the calls that users saw
/// pass before they were throttled.
const RATE: Rate = Rate { per_second: 0.5, burst: 10 };
/// Changed objects of the deploy that meets that rate.
const RATED: usize = 40;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime can be made");
    runtime.block_on(async {
        beside_the_article().await;
        load().await;
        for (name, age) in [("HEAD older than the look-back", 86_400), ("HEAD one minute old, its parent a day", 60)] {
            println!("\nAWS calls of a deploy of {OBJECTS} objects with {CHANGED} changes, {name}:");
            println!("  one object an event  {}", calls(1, age).await);
            println!("  all in one event     {}", calls(OBJECTS, age).await);
        }
        println!(
            "\nA deploy of {RATED} changed objects, one an event, with CreateInvalidation at {} a second after a burst of {}:",
            RATE.per_second, RATE.burst
        );
        for instances in [1, 2, 10] {
            rated(instances).await;
        }
    });
}

/// A function that is measured.
struct Contender {
    name: &'static str,
    /// The program and its arguments.
    program: Vec<PathBuf>,
    /// Objects an event.
    size: usize,
}

/// The same deploy by each, an event for each object, as S3 sends them; one invocation after the other.
async fn beside_the_article() {
    let bootstrap = vec![purgeplan_tests::binaries::bootstrap()];
    let mut contenders = vec![
        Contender { name: "purgeplan, one object an event", program: bootstrap.clone(), size: 1 },
        Contender { name: "purgeplan, all in one event", program: bootstrap, size: OBJECTS },
    ];
    match std::env::var_os("PURGEPLAN_PYTHON") {
        Some(python) => {
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("article_lambda.py");
            contenders.push(Contender { name: "the article, Python", program: vec![python.into(), script], size: 1 });
        }
        None => println!("no Python with boto3 (PURGEPLAN_PYTHON), so the article's handler is left out"),
    }
    println!("A deploy of {OBJECTS} objects with {CHANGED} changes; {STARTS} starts:");
    println!(
        "| | start to first `next`, ms | resident, MiB | deploy, s | AWS calls | billed paths | stale URLs left |"
    );
    println!("|---|---|---|---|---|---|---|");
    for contender in &contenders {
        let (start, resident) = starts(contender).await;
        println!("| {} | {start} | {resident} | {} |", contender.name, one_deploy(contender).await);
    }
}

/// Median time from the start of the process to its first `next` (clients built), and median memory after one event.
async fn starts(contender: &Contender) -> (String, String) {
    let site = site(1, 1, 86_400);
    let aws = loopback(&site, EdgeRules::default()).await;
    let mut times = Vec::with_capacity(STARTS);
    let mut resident = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let started = Instant::now();
        let mut lambda = started_by(contender, &aws);
        let next = aws.runtime().first_next().await.expect("the function starts");
        times.push(next.duration_since(started));
        let outcome = aws.runtime().invoke(one(&site, 0), TIMEOUT).await;
        assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
        resident.extend(lambda.id().and_then(resident_kib));
        lambda.kill().await;
    }
    times.sort();
    resident.sort_unstable();
    let memory = resident.get(resident.len() / 2).map_or_else(|| "?".to_owned(), |kib| mib(*kib));
    (format!("{:.1}", times[STARTS / 2].as_secs_f64() * 1000.0), memory)
}

fn started_by<'a>(contender: &Contender, aws: &'a Loopback) -> Lambda<'a> {
    Lambda::start_program(aws, contender.program.clone(), &[("AWS_LAMBDA_LOG_LEVEL", Some("info"))])
}

fn mib(kib: u32) -> String {
    format!("{:.1}", f64::from(kib) / 1024.0)
}

/// Time, AWS calls, billed paths and stale URLs of one deploy, as columns.
async fn one_deploy(contender: &Contender) -> String {
    let generated = site(OBJECTS, CHANGED, 86_400);
    let aws = loopback(&generated, EdgeRules::default()).await;
    let keys = deploy(&aws, &generated);
    let _lambda = started_by(contender, &aws);
    let started = Instant::now();
    for (index, chunk) in keys.chunks(contender.size).enumerate() {
        let chunk: Vec<&[u8]> = chunk.iter().map(String::as_bytes).collect();
        let first = u64::try_from(index * contender.size).expect("few objects");
        // Not through the test's own client, which waits for what only our function logs.
        let outcome = aws.runtime().invoke(event(&chunk, ChangeKind::Created, first, SystemTime::now()), TIMEOUT).await;
        assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
    }
    let took = started.elapsed().as_secs_f64();
    let calls: u64 = aws.faults().calls().values().sum();
    let (billed, stale) = bill(&aws);
    format!("{took:.2} | {calls} | {billed} | {stale}")
}

/// Billed paths, and URLs that are stale.
fn bill(aws: &Loopback) -> (usize, usize) {
    // One guard: a second one would wait for the first.
    let edge = aws.edge();
    (edge.purchases().billed_paths, edge.compare().stale.len())
}

/// What a busy function needs: whole batches of a queue, and thousands of events in a row.
async fn load() {
    const BATCH: usize = 10_000;
    const ROW: usize = 5_000;
    for (objects, changed) in [(BATCH, CHANGED), (10 * BATCH, 1_000)] {
        let generated = site(objects, changed, 86_400);
        let aws = loopback(&generated, EdgeRules::default()).await;
        let keys = deploy(&aws, &generated);
        let mut lambda = Lambda::start(&aws, &[("AWS_LAMBDA_LOG_LEVEL", Some("info"))]);
        let started = Instant::now();
        for (index, chunk) in keys.chunks(BATCH).enumerate() {
            let bodies: Vec<Vec<u8>> = chunk
                .iter()
                .zip(index * BATCH..)
                .map(|(key, at)| {
                    let first = u64::try_from(at).expect("few objects");
                    event(&[key.as_bytes()], ChangeKind::Created, first, SystemTime::now())
                })
                .collect();
            let outcome = lambda.invoke(sqs::batch(&bodies, SystemTime::now())).await;
            assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
        }
        let (took, (billed, stale)) = (started.elapsed().as_secs_f64(), bill(&aws));
        println!(
            "\n{objects} objects, {changed} changed, as SQS batches of {BATCH}: {took:.2} s, {} MiB resident, {} AWS calls, {billed} billed paths, {stale} stale",
            lambda.id().and_then(resident_kib).map_or_else(|| "?".to_owned(), mib),
            aws.faults().calls().values().sum::<u64>()
        );
    }
    let generated = site(ROW, CHANGED, 86_400);
    let aws = loopback(&generated, EdgeRules::default()).await;
    let keys = deploy(&aws, &generated);
    let mut lambda = Lambda::start(&aws, &[("AWS_LAMBDA_LOG_LEVEL", Some("info"))]);
    let (mut times, mut resident) = (Vec::with_capacity(ROW), Vec::new());
    for (index, key) in keys.iter().enumerate() {
        let first = u64::try_from(index).expect("few objects");
        let started = Instant::now();
        let outcome = lambda.invoke(event(&[key.as_bytes()], ChangeKind::Created, first, SystemTime::now())).await;
        assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
        times.push(started.elapsed());
        if index == ROW / 10 || index + 1 == ROW {
            resident.extend(lambda.id().and_then(resident_kib).map(mib));
        }
    }
    times.sort();
    println!(
        "{ROW} events of one object in a row on one instance: median {:.1} ms each, {} MiB resident after a tenth and at the end, {} AWS calls",
        times[ROW / 2].as_secs_f64() * 1000.0,
        resident.join(" and "),
        aws.faults().calls().values().sum::<u64>()
    );
}

/// `VmRSS` of a process, where there is a `/proc`.
fn resident_kib(id: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// The calls of one deploy, with `size` objects an event.
async fn calls(size: usize, age: u64) -> String {
    let generated = site(OBJECTS, CHANGED, age);
    let aws = loopback(&generated, EdgeRules::default()).await;
    let keys = deploy(&aws, &generated);
    let mut lambda = Lambda::start(&aws, &[("AWS_LAMBDA_LOG_LEVEL", Some("info"))]);
    let started = Instant::now();
    for (index, chunk) in keys.chunks(size).enumerate() {
        let chunk: Vec<&[u8]> = chunk.iter().map(String::as_bytes).collect();
        let first = u64::try_from(index * size).expect("few objects");
        let outcome = lambda.invoke(event(&chunk, ChangeKind::Created, first, SystemTime::now())).await;
        assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
    }
    let took = started.elapsed();
    let stale = aws.edge().compare().stale.len();
    assert_eq!(stale, 0, "nothing stays stale");
    let purchases = aws.edge().purchases();
    let calls: BTreeMap<String, u64> = aws.faults().calls();
    let calls: Vec<String> = calls.iter().map(|(operation, count)| format!("{operation} {count}")).collect();
    format!("{}; {} billed paths, {:.2} s", calls.join(", "), purchases.billed_paths, took.as_secs_f64())
}

/// How a per-object deploy fares against the rate, with so many instances of the function (its reserved concurrency).
async fn rated(instances: usize) {
    let site = site(RATED, RATED, 86_400);
    let rules = EdgeRules { rate: Some(RATE), ..EdgeRules::default() };
    // Each instance has a Runtime API of its own; the rate is the account's, so all of them share one edge: the events
    // are dealt out to processes that talk to the same CloudFront.
    let aws = loopback(&site, rules).await;
    let keys = deploy(&aws, &site);
    let started = Instant::now();
    let events: Vec<Vec<u8>> = keys
        .iter()
        .enumerate()
        .map(|(index, key)| event(&[key.as_bytes()], ChangeKind::Created, index as u64, SystemTime::now()))
        .collect();
    let (longest, failed) = fleet(&aws, instances, events).await;
    println!(
        "  {instances:>2} instances: {:.0} s in all, the longest event {:.1} s, {failed} events failed within 60 s, {} stale",
        started.elapsed().as_secs_f64(),
        longest.as_secs_f64(),
        aws.edge().compare().stale.len()
    );
}

/// Handles the events with so many processes at once; the longest one's time, and how many failed.
async fn fleet(aws: &Loopback, instances: usize, events: Vec<Vec<u8>>) -> (Duration, usize) {
    let queue = std::sync::Mutex::new(events.into_iter());
    let next = || queue.lock().expect("no holder panics").next();
    let worker = async || {
        let runtime = purgeplan_loopback::RuntimeApi::start(0).expect("a port is free");
        let mut environment = aws.endpoints().environment();
        environment.extend([
            ("repository_name", REPOSITORY.to_owned()),
            ("branch_name", BRANCH.to_owned()),
            ("dest_id", DISTRIBUTION.to_owned()),
            ("AWS_LAMBDA_LOG_LEVEL", "error".to_owned()),
        ]);
        environment.retain(|(name, _)| *name != "AWS_LAMBDA_RUNTIME_API");
        let mut process = tokio::process::Command::new(purgeplan_tests::binaries::bootstrap());
        process.env_clear().envs(environment).env("AWS_LAMBDA_RUNTIME_API", runtime.address().to_string());
        let process = process.stdout(std::process::Stdio::null()).kill_on_drop(true).spawn().expect("the binary runs");
        let (mut longest, mut failed) = (Duration::ZERO, 0);
        while let Some(event) = next() {
            let started = Instant::now();
            let outcome = runtime.invoke(event, Duration::from_mins(1)).await;
            longest = longest.max(started.elapsed());
            failed += usize::from(!matches!(outcome, Outcome::Response(_)));
        }
        drop(process);
        (longest, failed)
    };
    let ends = futures_util::future::join_all((0..instances).map(|_| worker())).await;
    ends.into_iter().fold((Duration::ZERO, 0), |(most, sum), (longest, failed)| (most.max(longest), sum + failed))
}

/// A repository of two commits: the first of a day before, the second `age` seconds old and with the changes.
struct Generated {
    _folder: tempfile::TempDir,
    repository: Repository,
    base: String,
    head: String,
}

fn site(objects: usize, changed: usize, age: u64) -> Generated {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is right").as_secs();
    let mut stream = String::new();
    for (commit, date) in [(0, now - 90_000), (1, now - age)] {
        stream += &format!("commit refs/heads/{BRANCH}\ncommitter a <a@example.org> {date} +0000\ndata 1\n.\n");
        for object in 0..if commit == 0 { objects } else { changed } {
            stream += &format!("M 100644 inline {}/page{object:05}.html\ndata 1\n{commit}\n", object % 50);
        }
    }
    git(folder.path(), &["init", "--quiet", "--initial-branch", BRANCH], "");
    git(folder.path(), &["fast-import", "--quiet"], &stream);
    let repository = Repository::open(folder.path()).expect("the repository was just made");
    let (base, head) = (repository.resolve(&format!("{BRANCH}~1")), repository.resolve(BRANCH));
    Generated {
        _folder: folder,
        repository,
        base: base.expect("there are two commits"),
        head: head.expect("there are two commits"),
    }
}

fn git(folder: &Path, arguments: &[&str], input: &str) {
    use std::io::Write;
    let mut child = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("git can be run");
    child.stdin.take().expect("its input is piped").write_all(input.as_bytes()).expect("git reads its input");
    assert!(child.wait().expect("git ends").success(), "git {arguments:?}");
}

async fn loopback(site: &Generated, rules: EdgeRules) -> Loopback {
    let config =
        Config { rules, ..Config::new(REPOSITORY, site.repository.clone(), DistributionConfig::rest(DISTRIBUTION)) };
    let aws = Loopback::start(config).await.expect("ports are free");
    let base = Site::new(&site.repository.tree(&site.base).expect("the base has a tree"), &[Mapping::default()]);
    aws.edge().deploy(Mode::Extract, &base);
    aws.edge().warm();
    aws.codecommit().set_branch(BRANCH, &site.head);
    aws
}

/// Uploads the new commit; its keys.
fn deploy(aws: &Loopback, site: &Generated) -> Vec<String> {
    let head = Site::new(&site.repository.tree(&site.head).expect("the head has a tree"), &[Mapping::default()]);
    aws.edge().deploy(Mode::Extract, &head).into_iter().map(|change| change.key).collect()
}

/// The event of one object.
fn one(site: &Generated, sequence: u64) -> Vec<u8> {
    let tree = site.repository.tree(&site.head).expect("the head has a tree");
    event(&[&tree[0].path], ChangeKind::Created, sequence, SystemTime::now())
}
