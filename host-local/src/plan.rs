//! `purgeplan plan`: the core's answer for the changes between two commits.

use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use comfy_table::{Cell, Color, ContentArrangement, LineStyle, Row, Table, TableStyle};
use purgeplan_loopback::git::Repository;
use serde::Deserialize;

use crate::cli::{Format, PlanArguments, Preset};
use crate::failure::Failure;
use crate::text::{count, dollars, plain, plain_lines};

/// The parts of an answer that the text shows.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Answer {
    Success {
        preset: String,
        policy: String,
        paths: Vec<String>,
        decisions: Vec<Decision>,
        billed_paths: usize,
        diagnostics: Vec<Diagnostic>,
    },
    Failure {
        errors: Vec<Refusal>,
    },
}

#[derive(Deserialize)]
struct Decision {
    change: String,
    path: String,
    from: Option<String>,
    outcome: String,
    reason: String,
    urls: Vec<Url>,
}

#[derive(Deserialize)]
struct Url {
    /// Absent when the URL is not purged.
    path: Option<String>,
}

#[derive(Deserialize)]
struct Diagnostic {
    severity: String,
    message: String,
    help: String,
}

#[derive(Deserialize)]
pub(crate) struct Refusal {
    code: String,
    message: String,
    help: String,
    pointer: Option<String>,
    span: Option<Span>,
}

#[derive(Deserialize)]
struct Span {
    attachment: Option<usize>,
    start: usize,
}

pub(crate) fn run(arguments: &PlanArguments) -> Result<ExitCode, Failure> {
    let repository = Repository::open(&arguments.range.repo)?;
    let head = repository.resolve(&arguments.range.head)?;
    let base = match &arguments.range.base {
        Some(base) => Some(repository.resolve(base)?),
        None => repository.commit(&head)?.parents.first().cloned(),
    };
    let diff = raw_diff(repository.directory(), base.as_deref(), &head)?;
    let policy = arguments.policy.as_deref().map(read_policy).transpose()?;
    let attachments = [policy.as_deref().unwrap_or_default(), diff.as_slice()];
    let mut request = serde_json::json!({
        "op": "plan",
        "diffs": [{ "format": "git-raw", "attachments": [1], "base": base, "head": head }],
    });
    if policy.is_some() {
        request["policy_attachment"] = 0.into();
    } else {
        request["preset"] = match arguments.preset {
            Preset::Article => "article".into(),
            Preset::Sound => "sound".into(),
        };
    }
    if let Some(id) = &arguments.distribution {
        request["distribution"] = id.as_str().into();
    }
    let answer = purgeplan_core::call(request.to_string().as_bytes(), &attachments);
    let read: Answer = serde_json::from_slice(&answer).expect("the core's answer has its documented form");
    match read {
        Answer::Failure { errors } => Err(refused(&errors, arguments.policy.as_deref().zip(policy.as_deref()))),
        _ if arguments.format == Format::Json => print(&[answer.as_slice(), b"\n"].concat(), Format::Json),
        success @ Answer::Success { .. } => print(render(&success).as_bytes(), Format::Text),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Writes what was asked for; a reader that has seen enough (`| head`) is no error.
pub(crate) fn print(bytes: &[u8], format: Format) -> Result<(), Failure> {
    let written = match format {
        Format::Text => anstream::stdout().lock().write_all(bytes),
        // As it is: what takes colour off where there is no terminal takes DEL out of names too.
        Format::Json => std::io::stdout().lock().write_all(bytes),
    };
    match written.and_then(|()| std::io::stdout().flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("the output could not be written: {error}"), "check where it goes"))
        }
        _ => Ok(()),
    }
}

/// The bytes of a policy file.
pub(crate) fn read_policy(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        Failure::new(
            format!("policy file `{}` cannot be read: {error}", path.display()),
            "name an existing JSON file with `--policy`",
        )
    })
}

/// `git diff-tree --raw -z` between two commits, or of the whole tree of one.
fn raw_diff(directory: &Path, base: Option<&str>, head: &str) -> Result<Vec<u8>, Failure> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(directory).args(arguments).stdin(Stdio::null()).output();
        let output = output.map_err(|error| {
            Failure::new(format!("could not run `git`: {error}"), "install git and put it on the PATH")
        })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::new(
            format!("`git {}` failed: {}", arguments.join(" "), said.trim()),
            "check the repository with `git fsck`",
        ))
    };
    let empty_tree;
    let base = if let Some(base) = base {
        base
    } else {
        empty_tree = String::from_utf8_lossy(&git(&["hash-object", "-t", "tree", "--stdin"])?).trim().to_owned();
        &empty_tree
    };
    git(&["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", base, head])
}

/// The core's errors, with the line of the policy file (attachment 0) at which each lies.
pub(crate) fn refused(errors: &[Refusal], policy: Option<(&Path, &[u8])>) -> Failure {
    let told = errors.iter().map(|error| {
        let at = error.span.as_ref().filter(|span| span.attachment == Some(0)).map(|span| span.start);
        let place = policy.zip(at).map(|((file, bytes), at)| {
            let line = bytes[..at.min(bytes.len())].split(|byte| *byte == b'\n').count();
            format!("{}:{line}: ", file.display())
        });
        let pointer = error.pointer.as_ref().map(|pointer| format!(" (at {pointer})"));
        format!("{}{}{} [{}]", place.unwrap_or_default(), error.message, pointer.unwrap_or_default(), error.code)
    });
    let told: Vec<String> = told.collect();
    Failure::new(told.join("; "), errors.first().map(|error| error.help.as_str()).unwrap_or_default())
}

impl From<&purgeplan_core::Error> for Refusal {
    fn from(error: &purgeplan_core::Error) -> Self {
        let json = serde_json::to_value(error).expect("an error is plain data");
        serde_json::from_value(json).expect("the core writes errors in their documented form")
    }
}

fn render(answer: &Answer) -> String {
    let Answer::Success { preset, policy, paths, decisions, billed_paths, diagnostics } = answer else {
        unreachable!("a failure is told before");
    };
    let mut table = new_table(&["change", "path", "decision", "reason", "invalidation path"]);
    for decision in decisions {
        let name = match &decision.from {
            Some(from) => format!("{from} -> {}", decision.path),
            None => decision.path.clone(),
        };
        let mut covering: Vec<&str> = decision.urls.iter().filter_map(|url| url.path.as_deref()).collect();
        covering.sort_unstable();
        covering.dedup();
        table.add_row(row(&decision.change, &name, &decision.outcome, &decision.reason, &covering));
    }
    let mut text = String::new();
    if decisions.is_empty() {
        text += "No file changed.\n";
    } else {
        text += &format!("{table}\n");
    }
    for diagnostic in diagnostics {
        text += &format!(
            "\n{}: {}\n  {}\n",
            diagnostic.severity,
            plain(&diagnostic.message),
            plain_lines(&diagnostic.help)
        );
    }
    let source =
        if policy == "given" { format!("the given policy (preset {preset})") } else { format!("preset {preset}") };
    text += &format!(
        "\n{} to invalidate, {}: at most {} beyond the free 1,000 a month. Decided by {source}.\n",
        count(paths.len(), "path"),
        format_args!("{billed_paths} billed"),
        dollars(*billed_paths),
    );
    text
}

/// A row of a table of decisions; what is purged stands out where there is colour.
pub(crate) fn row(change: &str, name: &str, outcome: &str, reason: &str, paths: &[&str]) -> Row {
    let colour = if outcome == "purge" { Color::Green } else { Color::DarkGrey };
    let cells = [Cell::new(plain(change)), Cell::new(plain(name)), Cell::new(outcome).fg(colour), Cell::new(reason)];
    cells.into_iter().chain([Cell::new(paths.join("\n"))]).collect::<Vec<_>>().into()
}

/// A table that fits the terminal, or 100 columns where there is none.
pub(crate) fn new_table(header: &[&str]) -> Table {
    let rule = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
    let mut table = Table::new();
    table.load_style(rule).set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
    if table.width().is_none() {
        table.set_width(100);
    }
    table
}
