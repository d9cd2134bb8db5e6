//! The arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Which CloudFront URLs does a deploy make stale? purgeplan reads the commit diff and names them, with the reason.
#[derive(Debug, Parser)]
#[command(version, about, long_about = None, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the plan for the changes between two commits; calls nothing and changes nothing
    Plan(PlanArguments),
    /// Deploy on this machine in the place of AWS: run the Lambda's binary and check that no URL stays stale
    Local(LocalArguments),
}

#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) range: Range,
    /// Policy file (JSON); without one, the preset decides
    #[arg(long, value_name = "FILE", conflicts_with = "preset")]
    pub(crate) policy: Option<PathBuf>,
    /// Set of defaults; `article` is what the Lambda does with its three variables alone
    #[arg(long, value_enum, default_value = "sound")]
    pub(crate) preset: Preset,
    /// Distribution to plan for, when the policy names none
    #[arg(long, value_name = "ID")]
    pub(crate) distribution: Option<String>,
    /// What to print; `json` is the core's answer as it is
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct LocalArguments {
    #[command(flatten)]
    pub(crate) range: Range,
    /// Policy file (JSON); without one, the Lambda does what the article does
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// How events reach the Lambda: one for each object, as S3 sends them, or many in one
    #[arg(long, value_enum, default_value = "per-object")]
    pub(crate) trigger: Trigger,
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
pub(crate) enum Format {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Trigger {
    PerObject,
    Batched,
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
