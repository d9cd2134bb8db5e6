//! What may be among the dependencies, read from `cargo tree` in seconds.
//!
//! `cargo xtask verify` lets cargo-deny check the same two files and more; installing it takes minutes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::{Result, process, spdx, workspace::Workspace};

/// Checks that every crate's licence can be met with the licences that `deny.toml` allows.
pub(crate) fn licences(workspace: &Workspace) -> Result {
    let allowed = allowed(&workspace.root.join("deny.toml"))?;
    let crates = tree(workspace, &["--workspace"], "{p}|{l}")?;
    let unmet = crates.iter().filter(|line| !line.split_once('|').is_some_and(|(_, it)| spdx::is_met(it, &allowed)));
    refuse("licences that `deny.toml` does not allow", unmet.map(String::as_str))?;
    println!("{} crates, every licence is one that `deny.toml` allows", crates.len());
    Ok(())
}

/// Checks that nothing is below the core but the crates that `deny-core.toml` lists.
pub(crate) fn purity(workspace: &Workspace) -> Result {
    let allowed = allowed(&workspace.root.join("deny-core.toml"))?;
    let crates = tree(workspace, &["--package=purgeplan-core", "--target=all", "--edges=normal,build"], "{p}")?;
    let names: BTreeSet<&str> = crates.iter().filter_map(|line| line.split(' ').next()).collect();
    let strange = names.iter().copied().filter(|name| !allowed.iter().any(|allowed| allowed == name));
    refuse("crates below the core that `deny-core.toml` does not list", strange)?;
    println!("{} crates below and with the core, each listed in `deny-core.toml`", names.len());
    Ok(())
}

/// The distinct lines of `cargo tree` in a format.
fn tree(workspace: &Workspace, of: &[&str], format: &str) -> Result<BTreeSet<String>> {
    let fixed = ["tree", "--quiet", "--prefix=none", "--format", format];
    let printed = process::output(&mut workspace.cargo(fixed.into_iter().chain(of.iter().copied())))?;
    let lines = printed.lines().map(|line| line.trim_end_matches(" (*)").to_owned());
    Ok(lines.filter(|line| !line.is_empty()).collect())
}

/// The strings of the one list `allow = [ … ]` in a file of cargo-deny.
fn allowed(file: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(file).map_err(|error| format!("`{}` cannot be read: {error}", file.display()))?;
    let list = text.split_once("\nallow = [").and_then(|(_, rest)| rest.split_once(']'));
    let (list, _) = list.ok_or_else(|| format!("`{}` has no list `allow = [ … ]`", file.display()))?;
    Ok(list.split('"').skip(1).step_by(2).map(str::to_owned).collect())
}

fn refuse<'a>(what: &str, lines: impl Iterator<Item = &'a str>) -> Result {
    let lines: Vec<&str> = lines.collect();
    if lines.is_empty() { Ok(()) } else { Err(format!("{what}:\n  {}", lines.join("\n  "))) }
}
