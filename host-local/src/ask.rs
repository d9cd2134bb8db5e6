//! `plan`, `explain`, `check` and `schema`: the core is asked, and its own text is shown, the same as in every host.

use std::process::ExitCode;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::cli::{CheckArguments, ExplainArguments, Format, PlanArguments, PlanFormat};
use crate::failure::Failure;
use crate::inputs::Request;
use crate::output::{print_bytes, print_text};

pub(crate) fn plan(arguments: &PlanArguments) -> Result<ExitCode, Failure> {
    let mut request = Request::of(&arguments.inputs)?;
    request.set("op", "plan".into());
    match arguments.format {
        PlanFormat::Json => json(&request),
        PlanFormat::Text => text(&request, "text"),
        PlanFormat::Markdown => text(&request, "markdown"),
        PlanFormat::AwsCli => text(&request, "aws-cli"),
    }
}

pub(crate) fn explain(arguments: &ExplainArguments) -> Result<ExitCode, Failure> {
    let subject = &arguments.subject;
    let is_url = ["/", "https://", "http://"].iter().any(|beginning| subject.starts_with(beginning));
    let mut request = Request::of(&arguments.inputs)?;
    request.set("op", "explain".into());
    request.set(if is_url { "url" } else { "path" }, subject.as_str().into());
    shown(&request, arguments.format)
}

pub(crate) fn check(arguments: &CheckArguments) -> Result<ExitCode, Failure> {
    let mut request = Request::default();
    request.set("op", "check".into());
    request.policy(&arguments.policy)?;
    shown(&request, arguments.format)
}

pub(crate) fn schema() -> Result<ExitCode, Failure> {
    let mut request = Request::default();
    request.set("op", "schema".into());
    let mut answer: Value = read(&request.call(None));
    let schema = serde_json::to_string_pretty(&answer["schema"].take()).expect("a schema is plain data");
    print_bytes((schema + "\n").as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn shown(request: &Request, format: Format) -> Result<ExitCode, Failure> {
    match format {
        Format::Json => json(request),
        Format::Text => text(request, "text"),
    }
}

/// The core's answer as it is; a failure goes where errors go, as text.
fn json(request: &Request) -> Result<ExitCode, Failure> {
    let answer = request.call(None);
    if !answer.starts_with(br#"{"type":"success""#) {
        return text(request, "text");
    }
    print_bytes(&[answer.as_slice(), b"\n"].concat())?;
    Ok(ExitCode::SUCCESS)
}

fn text(request: &Request, format: &str) -> Result<ExitCode, Failure> {
    let (_, rendered) = rendered(request, format)?;
    print_text(&rendered)?;
    Ok(ExitCode::SUCCESS)
}

/// A plan that is to be carried out, and its text.
pub(crate) fn planned<T: DeserializeOwned>(request: &Request) -> Result<(T, String), Failure> {
    let (answer, rendered) = rendered(request, "text")?;
    Ok((serde_json::from_value(answer).expect("a plan has the fields of a plan"), rendered))
}

/// A successful answer and its text.
fn rendered(request: &Request, format: &str) -> Result<(Value, String), Failure> {
    let answer = read(&request.call(Some(format)));
    let rendered = answer["rendered"].as_str().expect("what is asked to be rendered is").to_owned();
    if answer["type"] == "success" { Ok((answer, rendered)) } else { Err(Failure::Rendered(rendered)) }
}

fn read(answer: &[u8]) -> Value {
    serde_json::from_slice(answer).expect("the core answers in JSON")
}
