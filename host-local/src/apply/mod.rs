//! `purgeplan apply`: plans from git or a diff and creates the invalidations, with the caller's own AWS credentials.
//!
//! For pipelines that have no CodePipeline: GitHub Actions, `CodeBuild`, a laptop after `aws s3 sync`. It asks before it
//! spends beyond a limit, and a try that failed half-way is repeated without paying twice: the caller references of an
//! execution are always the same.

mod cloudfront;
mod consent;

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use purgeplan_core::{count, plain};
use serde::Deserialize;
use serde_json::json;

use crate::ask;
use crate::cli::ApplyArguments;
use crate::failure::Failure;
use crate::inputs::Request;
use crate::output::print_text;
use cloudfront::Distributions;

/// What of the core's answer is carried out.
#[derive(Debug, Deserialize)]
struct Plan {
    billed_paths: usize,
    distributions: Vec<Distribution>,
}

#[derive(Debug, Deserialize)]
struct Distribution {
    id: String,
    batches: Vec<Batch>,
}

#[derive(Debug, Deserialize)]
struct Batch {
    caller_reference: String,
    paths: Vec<String>,
}

pub(crate) fn run(arguments: &ApplyArguments) -> Result<ExitCode, Failure> {
    let execution = arguments.execution.clone().unwrap_or_else(another_execution);
    let mut request = Request::of(&arguments.inputs)?;
    request.set("op", "plan".into());
    request.set("identity", json!([execution]));
    let (plan, shown) = ask::planned::<Plan>(&request)?;
    print_text(&shown)?;
    if plan.billed_paths == 0 {
        print_text("\nNothing to create.\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    refuse_nameless(&plan)?;
    if arguments.dry_run {
        print_text("\nA dry run: nothing was created.\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    consent::ask(plan.billed_paths, arguments.limit, arguments.yes)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::new(format!("the program could not start: {error}"), "check the limits of open files and processes")
    })?;
    let again = format!("{}--execution {execution}", commits(&request));
    // Before the first call: who is killed between two invalidations can still name them.
    print_text(&format!("\nIf it ends early, the same with `{}` goes on and pays nothing twice.\n", plain(&again)))?;
    runtime.block_on(carried_out(&plan, arguments.wait, &again))
}

/// The options that name the same commits later, when `HEAD` may be another.
fn commits(request: &Request) -> String {
    let diff = &request.fields["diffs"][0];
    match (diff["base"].as_str(), diff["head"].as_str()) {
        (Some(base), Some(head)) => format!("--base {base} --head {head} "),
        _ => String::new(),
    }
}

/// Another each time: who applies a plan again, after a revert for example, wants to purge again.
fn another_execution() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("apply-{}-{}", now.as_nanos(), std::process::id())
}

/// A plan for no distribution in particular has an empty id.
fn refuse_nameless(plan: &Plan) -> Result<(), Failure> {
    if plan.distributions.iter().all(|one| !one.id.is_empty()) {
        return Ok(());
    }
    let help = "name it with `--distribution-id`, or in the policy under `distributions`";
    Err(Failure::new("it is not known which distribution is to be purged; nothing was created", help))
}

async fn carried_out(plan: &Plan, wait: bool, again: &str) -> Result<ExitCode, Failure> {
    let cloudfront = Distributions::connect().await;
    let (mut made, mut failures) = (Vec::new(), Vec::new());
    print_text("\n")?;
    for distribution in &plan.distributions {
        for batch in &distribution.batches {
            match cloudfront.create(&distribution.id, &batch.caller_reference, &batch.paths).await {
                Ok(id) => {
                    let paths = count(batch.paths.len(), "path");
                    print_text(&format!("created {} on {}, {paths}\n", plain(&id), plain(&distribution.id)))?;
                    made.push((distribution.id.as_str(), id));
                }
                Err(why) => failures.push(why),
            }
        }
    }
    if !failures.is_empty() {
        return Err(unfinished(&failures, made.len(), again));
    }
    for (distribution, id) in made.iter().filter(|_| wait) {
        cloudfront.wait(distribution, id).await?;
        print_text(&format!("completed {} on {}\n", plain(id), plain(distribution)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What was created stays; the rest is created by the same command with the same commits and execution.
fn unfinished(failures: &[String], made: usize, again: &str) -> Failure {
    let all = failures.len() + made;
    let message = format!("{made} of {} created: {}", count(all, "invalidation"), failures.join("; "));
    let help = format!(
        "check AWS credentials and the permission cloudfront:CreateInvalidation, then run the same command again with \
         `{again}`: what was created is not paid for again"
    );
    Failure::new(message, help)
}
