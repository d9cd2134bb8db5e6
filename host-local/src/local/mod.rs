//! `purgeplan local`: this machine in the place of AWS.
//!
//! The Lambda's own binary runs behind a loopback Runtime API, reads the commits from a loopback CodeCommit that
//! answers from the git repository, and purges a model of the edge. Then every cached URL is compared with the origin.

mod delivery;
mod deploy;
mod events;
mod function;
mod pipeline;
mod progress;
mod promise;
mod report;
mod site;
mod table;
mod trouble;

use std::process::ExitCode;
use std::time::Instant;

use purgeplan_loopback::{Config, Loopback, Ports, deploy::Mode};

use crate::cli::{Format, LocalArguments};
use crate::failure::Failure;
use crate::output::{print_bytes, print_text};
use deploy::Deployment;
use function::Function;
use report::{Report, Run};
use site::Setup;
use trouble::Trouble;

pub(crate) fn run(arguments: &LocalArguments) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::new(format!("the program could not start: {error}"), "check the limits of open files and processes")
    })?;
    let report = runtime.block_on(simulate(arguments))?;
    let shown = match arguments.format {
        Format::Text => table::render(&report, arguments.all),
        Format::Json => serde_json::to_string_pretty(&report).expect("a report is plain data") + "\n",
    };
    match arguments.format {
        Format::Text => print_text(&shown)?,
        Format::Json => print_bytes(shown.as_bytes())?,
    }
    Ok(if report.kept_its_promise() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn simulate(arguments: &LocalArguments) -> Result<Report, Failure> {
    let started = Instant::now();
    let setup = Setup::new(arguments)?;
    let binary = function::find(arguments.bootstrap.as_deref())?;
    let config = Config {
        distributions: setup.distributions.clone(),
        pipeline: pipeline::config(arguments.trigger),
        ports: Ports {
            runtime_api: arguments.runtime_port,
            codecommit: arguments.codecommit_port,
            cloudfront: arguments.cloudfront_port,
            ..Ports::default()
        },
        ..Config::new(site::REPOSITORY, setup.repository.clone(), setup.distributions[0].clone())
    };
    let aws = Loopback::start(config).await?;
    if let Some(base) = &setup.base {
        aws.edge().deploy(Mode::Extract, &setup.site(base)?);
    }
    aws.edge().warm();
    let trouble = Trouble::new(arguments.faults);
    let mut function = Function::start(binary, &aws, &setup, trouble.environment())?;
    let mut deployment = Deployment::new(&setup, arguments, trouble, &aws);
    if let Some(base) = setup.base.as_deref().filter(|_| arguments.trigger.is_of_a_deploy()) {
        deployment.run_base(base, &mut function).await?;
    }
    let bought_before = aws.edge().purchases();
    let mut deploys = Vec::with_capacity(setup.commits.len());
    for commit in &setup.commits {
        deploys.push(deployment.run(commit, &mut function).await?);
    }
    let run = Run { deploys, trouble, bought_before };
    Ok(Report::new(&setup, arguments, &aws, run, started.elapsed()))
}
