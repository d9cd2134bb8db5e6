//! The arguments.

use std::num::ParseIntError;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

/// Which CloudFront URLs does a deploy make stale? purgeplan reads the commit diff and names them, with the reason.
#[derive(Debug, Parser)]
#[command(version, about, long_about = None, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print what a deploy would purge; calls nothing and changes nothing
    Plan(PlanArguments),
    /// Plan, then create the invalidations with your AWS credentials: for deploys without CodePipeline
    Apply(ApplyArguments),
    /// Print why a URL is purged or kept, or what becomes of a repository path
    Explain(ExplainArguments),
    /// Check a policy file and print it with every value that holds
    Check(CheckArguments),
    /// Print the JSON Schema of policy files, for editors
    Schema,
    /// Deploy on this machine in the place of AWS: run the Lambda's binary and check that no URL stays stale
    Local(LocalArguments),
    /// Send the events of a dead-letter queue to the function again; without `--yes`, show what that would do
    Redrive(RedriveArguments),
}

#[derive(Debug, Args)]
pub(crate) struct RedriveArguments {
    /// What `aws sqs receive-message` prints, or events (JSON, one or many); `-` for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The function's name or ARN
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
    /// Send
    #[arg(long, requires = "function")]
    pub(crate) yes: bool,
    /// Where what fails again is kept; must not be there yet
    #[arg(long, value_name = "FILE", default_value = "redrive-failed.jsonl")]
    pub(crate) failed: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// What to print; `json` is the core's answer as it is
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: PlanFormat,
}

#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// Only show the plan
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Wait until CloudFront has completed them
    #[arg(long)]
    pub(crate) wait: bool,
    /// Create them without asking, however many paths are billed
    #[arg(long)]
    pub(crate) yes: bool,
    /// Ask when more paths than this are billed; an account has 1,000 a month free
    #[arg(long, value_name = "PATHS", default_value_t = 100)]
    pub(crate) limit: usize,
    /// What the purge belongs to: the same one again pays nothing again, and purges nothing again. Another one for every
    /// upload, for example run and attempt
    #[arg(long, value_name = "ID")]
    pub(crate) execution: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// URL as viewers send it (it begins with `/` or `https://`), or path in the repository
    #[arg(value_name = "URL|PATH")]
    pub(crate) subject: String,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// Policy file (JSON)
    #[arg(value_name = "POLICY")]
    pub(crate) policy: PathBuf,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// What a plan is made from.
#[derive(Debug, Args)]
pub(crate) struct Inputs {
    #[command(flatten)]
    pub(crate) range: Range,
    /// Diff to read instead of a repository, `-` for standard input; several are taken oldest first
    #[arg(long, value_name = "FILE", conflicts_with_all = ["repo", "base", "head"])]
    pub(crate) diff: Vec<PathBuf>,
    /// How the diffs are written
    #[arg(long, value_enum, default_value = "auto", requires = "diff",
        conflicts_with_all = ["repo", "base", "head", "manifests"])]
    pub(crate) diff_format: DiffFormat,
    /// Take a diff that is cut off as far as it goes
    #[arg(long, requires = "diff", conflicts_with_all = ["repo", "base", "head", "manifests"])]
    pub(crate) partial: bool,
    /// Two lists of keys with hashes, or two S3 listings, instead of a diff: what was deployed before, and what is now
    #[arg(long, num_args = 2, action = ArgAction::Set, value_names = ["BEFORE", "AFTER"],
        conflicts_with_all = ["diff", "repo", "base", "head"])]
    pub(crate) manifests: Vec<PathBuf>,
    /// All that is live, one object key a line, or what `aws s3api list-objects-v2` prints: lets wildcards save paths
    #[arg(long, value_name = "FILE")]
    pub(crate) live: Option<PathBuf>,
    /// What the lines of `--live` are
    #[arg(long, value_enum, default_value = "keys", requires = "live")]
    pub(crate) live_kind: LiveKind,
    /// Configuration of a distribution, as `aws cloudfront get-distribution-config` prints it
    #[arg(long, value_name = "[ID=]FILE")]
    pub(crate) distribution: Vec<String>,
    /// Distribution to plan for, when the policy names none or several
    #[arg(long, value_name = "ID")]
    pub(crate) distribution_id: Option<String>,
    /// Policy file (JSON); without one, the preset decides
    #[arg(long, value_name = "FILE", conflicts_with = "preset")]
    pub(crate) policy: Option<PathBuf>,
    /// Set of defaults; `article` is what the Lambda does with its three variables alone
    #[arg(long, value_enum, default_value = "sound")]
    pub(crate) preset: Preset,
}

#[derive(Debug, Args)]
pub(crate) struct LocalArguments {
    #[command(flatten)]
    pub(crate) range: Range,
    /// Policy file (JSON); without one, the Lambda does what the article does, and for a whole deploy what `sound` does
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// What calls the Lambda
    #[arg(long, value_enum, default_value = "per-object")]
    pub(crate) trigger: Trigger,
    /// Let AWS calls fail by chance (throttled, refused, cut off, answers lost): nothing may stay stale all the same.
    /// The same seed makes the same faults again
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true, default_missing_value = "any")]
    pub(crate) faults: Option<Seed>,
    /// How the deploy writes: `extract` uploads every file and deletes nothing, as CodePipeline does; `sync` deletes too
    #[arg(long, value_enum, default_value = "extract")]
    pub(crate) deploy: Deploy,
    /// Deploy every commit from base to head (first parents) one after the other, not only head
    #[arg(long)]
    pub(crate) walk: bool,
    /// What stands behind CloudFront: the S3 REST endpoint or an S3 website endpoint
    #[arg(long, value_enum, default_value = "rest")]
    pub(crate) origin: Origin,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    /// Print every row of the table, also when there are many
    #[arg(long)]
    pub(crate) all: bool,
    /// The Lambda's binary; without it, `bootstrap` beside this program
    #[arg(long, value_name = "FILE", env = "PURGEPLAN_BOOTSTRAP")]
    pub(crate) bootstrap: Option<PathBuf>,
    /// Port of the Lambda Runtime API on 127.0.0.1; 0 is any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) runtime_port: u16,
    /// Port of CodeCommit on 127.0.0.1
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) codecommit_port: u16,
    /// Port of CloudFront on 127.0.0.1
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) cloudfront_port: u16,
}

#[derive(Debug, Args)]
pub(crate) struct Range {
    /// The site's git repository
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) repo: PathBuf,
    /// The commit that was deployed before; without it, the first parent of head
    #[arg(long, value_name = "REV")]
    pub(crate) base: Option<String>,
    /// The commit that is deployed
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub(crate) head: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Preset {
    Article,
    Sound,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// Told from the bytes
    Auto,
    /// `git diff`, `git show`, `git log -p`, `git format-patch`
    Unified,
    /// `git diff --name-status`
    NameStatus,
    /// `git diff --raw`
    Raw,
    /// `git diff --name-only`
    NameOnly,
    /// CodeCommit's `get-differences`; several files are its pages
    Codecommit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LiveKind {
    Keys,
    Urls,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    Text,
    Json,
    /// For a comment on a pull request
    Markdown,
    /// `create-invalidation` commands for a shell
    AwsCli,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Trigger {
    /// S3, one event an object
    PerObject,
    /// S3 events with many objects
    Batched,
    /// S3 through SNS
    Sns,
    /// S3 into an SQS queue, many messages a call
    Sqs,
    /// S3 through SNS into an SQS queue
    SnsSqs,
    /// S3's events of EventBridge
    Eventbridge,
    /// An action of the pipeline, after the deploy (recommended)
    PipelineJob,
    /// EventBridge: the pipeline has succeeded
    PipelineEvent,
}

impl Trigger {
    /// Whether one call is about a whole deploy, and not about some objects.
    pub(crate) fn is_of_a_deploy(self) -> bool {
        matches!(self, Self::PipelineJob | Self::PipelineEvent)
    }
}

/// Which faults a run has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seed {
    /// Others each time.
    Any,
    /// The same each time.
    These(u64),
}

impl FromStr for Seed {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "any" { Ok(Self::Any) } else { text.parse().map(Self::These) }
    }
}

/// A choice as it is written on the command line.
pub(crate) fn written<T: ValueEnum>(choice: &T) -> String {
    choice.to_possible_value().expect("no choice is hidden").get_name().to_owned()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deploy {
    Extract,
    Sync,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Origin {
    Rest,
    Website,
}
