//! `cargo xtask demo`: the whole job, on this machine, with one command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::{Result, process, terminal::Style, workspace::Workspace};

/// What `cargo xtask demo --help` prints.
pub(crate) const HELP: &str = "\
Builds the Lambda `bootstrap` and the command line `purgeplan`, then runs a whole deploy on this machine: a git
repository in the place of CodeCommit, loopback endpoints in the place of AWS, the unmodified `bootstrap` between them.

usage: cargo xtask demo [--repo DIR] [OPTIONS of `purgeplan local`]

  --repo DIR   deploys this git repository; without it, the built-in example site (xtask/example)

All options go on to `purgeplan local`, such as --head, --base, --policy, --trigger, --deploy and --format.
The exit code is that of `purgeplan local`: 0 when nothing is stale that the mode promises to purge.
The first build takes some minutes (the AWS SDK), later ones seconds.
";

/// Builds both binaries and runs `purgeplan local`.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<ExitCode> {
    println!("{}", Style::stdout().bold("Building `bootstrap` and `purgeplan`"));
    let packages = ["build", "--package=purgeplan-lambda", "--package=purgeplan", "--bins"];
    process::run(&mut workspace.cargo(packages))?;

    // The caller's folder stays the current one, so that a relative DIR means what it says.
    let mut purgeplan = Command::new(workspace.binary("purgeplan"));
    purgeplan.arg("local");
    if !options.iter().any(|option| option == "--repo" || option.starts_with("--repo=")) {
        println!("\n{}", Style::stdout().bold("Making the example site's repository: xtask/example, two commits"));
        let site = example_site(workspace)?;
        println!("It is in {}", site.display());
        purgeplan.arg("--repo").arg(site);
    }
    println!("\n{}", Style::stdout().bold("Deploying it on this machine"));
    let status = process::status(purgeplan.args(options))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Makes a git repository whose two commits are the folders `before` and `after`.
fn example_site(workspace: &Workspace) -> Result<PathBuf> {
    let site = workspace.target.join("demo").join("site");
    if site.exists() {
        fs::remove_dir_all(&site).map_err(|error| format!("`{}` cannot be replaced: {error}", site.display()))?;
    }
    fs::create_dir_all(&site).map_err(|error| format!("`{}` cannot be made: {error}", site.display()))?;
    process::output(git(&site).args(["init", "--quiet", "--initial-branch=main"]))?;
    let example = workspace.root.join("xtask").join("example");
    commit(&site, &example.join("before"), "The blog opens", "2026-03-02T09:00:00Z")?;
    commit(
        &site,
        &example.join("after"),
        "Spring: a new post, an old one gone, a draft published",
        "2026-04-06T09:00:00Z",
    )?;
    process::output(git(&site).args(["reset", "--quiet", "--hard"]))?;
    Ok(site)
}

/// Commits exactly what a folder holds.
fn commit(site: &Path, folder: &Path, message: &str, date: &str) -> Result {
    process::output(git(site).arg("--work-tree").arg(folder).args(["add", "--all"]).current_dir(folder))?;
    let mut commit = git(site);
    commit
        .args(["commit", "--quiet", "--message", message])
        .env("GIT_AUTHOR_DATE", date)
        .env("GIT_COMMITTER_DATE", date);
    process::output(&mut commit).map(drop)
}

/// Git in the site's repository, deaf to the settings of this machine: the commits are the same everywhere.
fn git(site: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("--git-dir").arg(site.join(".git")).current_dir(site);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
        git.env_remove(name);
    }
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{role}_NAME"), "Example").env(format!("GIT_{role}_EMAIL"), "site@example.com");
    }
    git
}
