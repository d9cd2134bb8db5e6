//! The Lambda function's executable: settings and clients once, then the Runtime API's events one by one.

use std::error::Error;
use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use purgeplan_lambda::aws::{self, AwsCloudFront, AwsCodeCommit, AwsCodePipeline, AwsS3};
use purgeplan_lambda::event::Payload;
use purgeplan_lambda::failure::Failure;
use purgeplan_lambda::handler::{Handler, Report, Services};
use purgeplan_lambda::retry::Invocation;
use purgeplan_lambda::settings::Settings;
use purgeplan_lambda::{init_error, log, metrics};

/// What Lambda itself sets, and the runtime cannot do without.
const LAMBDAS_OWN: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
];

fn main() -> ExitCode {
    log::init(variable);
    let settings = match settings() {
        Ok(settings) => settings,
        Err(failure) => {
            not_started(&failure);
            return ExitCode::FAILURE;
        }
    };
    // One event at a time: a second thread would only cost start time and memory.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(serve(settings))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::stopped(&*error);
            ExitCode::FAILURE
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

fn settings() -> Result<Settings, Failure> {
    let settings = Settings::from_env(variable)?;
    match LAMBDAS_OWN.iter().find(|name| variable(name).is_none()) {
        None => Ok(settings),
        Some(name) => Err(Failure::new(
            "not-in-lambda",
            format!("environment variable `{name}` is not set"),
            "AWS Lambda starts this program; on this machine, `purgeplan local` does",
        )),
    }
}

/// Says why, in the log and to Lambda.
fn not_started(failure: &Failure) {
    log::not_started(failure);
    if let Some(api) = variable("AWS_LAMBDA_RUNTIME_API")
        && let Err(error) = init_error::report(&api, failure)
    {
        log::not_reported(&error);
    }
}

async fn serve(settings: Settings) -> Result<(), Box<dyn Error + Send + Sync>> {
    let config = aws::loader(settings.attempt_timeout).load().await;
    let codecommit = AwsCodeCommit::new(&config, &settings.repository, &settings.branch);
    let cloudfront = AwsCloudFront::new(&config);
    let (pipeline, bucket) = (AwsCodePipeline::new(&config), AwsS3::new(&config));
    let site = settings.metrics.then(|| settings.site());
    let handler = Handler::new(settings, Services { codecommit, cloudfront, pipeline, bucket });
    let (handler, site) = (&handler, site.as_deref());
    Runtime::new(service_fn(move |event: LambdaEvent<Payload>| async move {
        let invocation = Invocation::until(&event.context.request_id, event.context.deadline());
        let outcome = handler.handle(&event.payload, &invocation).await;
        if let Some(site) = site {
            metrics::write(site, &outcome, &invocation);
        }
        outcome.map(Report::reply)
    }))
    .run()
    .await
}
