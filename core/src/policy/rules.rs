//! The rules of a policy that speak in patterns: ignore, fingerprints, dependents, query strings; and the cover.

use alloc::{fmt::Arguments, format, vec::Vec};
use serde::Serialize;

use super::{
    file::{Infeasible, MaxPathsFile, ModeFile, Then},
    report::Report,
    template::Template,
};
use crate::{
    cover::CoverMode,
    error::Error,
    invalidation::MAX_WILDCARDS_IN_PROGRESS,
    json::Json,
    pattern::{Pattern, PatternError},
};

/// When a path matches, these URLs show something of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Dependents {
    pub(crate) when: Pattern,
    pub(crate) purge: Vec<Template>,
}

/// How stale URLs become paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CoverRule {
    pub(crate) mode: CoverMode,
    /// What is done when nothing keeps to the budget; means nothing in another mode.
    pub(crate) infeasible: Infeasible,
    /// Whether a wildcard may reach into a behaviour that gets nothing from the bucket.
    pub(crate) other_origins: bool,
}

impl CoverRule {
    /// Most wildcards of one distribution, where the mode allows any.
    pub(crate) fn wildcards(self) -> usize {
        match self.mode {
            CoverMode::Exact => 0,
            CoverMode::Lossless { wildcards } | CoverMode::Budget { wildcards, .. } => wildcards,
        }
    }
}

/// Patterns of a list; `read` is the dialect.
pub(super) fn patterns(
    pointer: Arguments<'_>,
    list: &Json<'_>,
    read: fn(&str) -> Result<Pattern, PatternError>,
    report: &mut Report<'_>,
) -> Vec<Pattern> {
    let mut patterns = Vec::with_capacity(list.items().len());
    for (index, text) in list.texts().enumerate() {
        match read(text) {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => report.error(format_args!("{pointer}/{index}"), glob_error(text, &error)),
        }
    }
    patterns
}

pub(super) fn dependents(files: &[Json<'_>], report: &mut Report<'_>) -> Vec<Dependents> {
    let mut checked = Vec::with_capacity(files.len());
    for (index, file) in files.iter().enumerate() {
        let base = format_args!("/dependents/{index}");
        let templates = &file["purge"];
        if templates.items().is_empty() {
            report.value(
                format_args!("{base}/purge"),
                format_args!("`purge` is empty: the rule would do nothing"),
                "list the URL paths that show something of these files, for example `/feed.xml`",
            );
        }
        let when = file["when"].text().unwrap_or_default();
        let when = match Pattern::new(when) {
            Ok(when) => when,
            Err(error) => {
                report.error(format_args!("{base}/when"), glob_error(when, &error));
                continue;
            }
        };
        let mut purge = Vec::with_capacity(templates.items().len());
        for (position, text) in templates.texts().enumerate() {
            match Template::new(text, when.wildcards()) {
                Ok(template) => purge.push(template),
                Err(error) => {
                    let message =
                        format!("template `{text}`, character {}: {}", character(text, error.at), error.message);
                    let error = Error::new("policy-template", message, error.help);
                    report.error(format_args!("{base}/purge/{position}"), error);
                }
            }
        }
        checked.push(Dependents { when, purge });
    }
    checked
}

pub(super) fn cover(file: &Json<'_>, max_paths: Option<MaxPathsFile>, report: &mut Report<'_>) -> CoverRule {
    let mode = file["mode"].word().unwrap_or_default();
    for (field, means_nothing, modes) in [
        ("paths", mode != ModeFile::Budget, "`budget`"),
        ("infeasible", mode != ModeFile::Budget, "`budget`"),
        ("wildcards", mode == ModeFile::Exact, "`lossless` or `budget`"),
        ("other_origins", mode == ModeFile::Exact, "`lossless` or `budget`"),
    ] {
        if means_nothing && !file[field].is_null() {
            report.contradiction(
                format_args!("/cover/{field}"),
                format_args!("`{field}` means nothing in this mode"),
                &format!("leave it out, or set `mode` to {modes}"),
            );
        }
    }
    let wildcards = file["wildcards"].number().unwrap_or(MAX_WILDCARDS_IN_PROGRESS);
    if wildcards > MAX_WILDCARDS_IN_PROGRESS {
        report.warn(
            format_args!("/cover/wildcards"),
            "policy-quota",
            format_args!("{wildcards} wildcards are more than the {MAX_WILDCARDS_IN_PROGRESS} that CloudFront works on at a time: later batches would wait for earlier ones"),
            &format!("write at most {MAX_WILDCARDS_IN_PROGRESS}, unless AWS raised the quota"),
        );
    }
    let mode = match mode {
        ModeFile::Exact => CoverMode::Exact,
        ModeFile::Lossless => CoverMode::Lossless { wildcards },
        ModeFile::Budget => CoverMode::Budget { paths: budget(&file["paths"], max_paths, report), wildcards },
    };
    let infeasible = file["infeasible"].word().unwrap_or(Infeasible::Error);
    CoverRule { mode, infeasible, other_origins: file["other_origins"].flag().unwrap_or(false) }
}

/// How many paths each distribution may have in the mode `budget`.
fn budget(paths: &Json<'_>, max_paths: Option<MaxPathsFile>, report: &mut Report<'_>) -> usize {
    let paths = paths.number();
    if paths.is_none() {
        report.value(
            format_args!("/cover"),
            format_args!("the mode is `budget`, but `paths` is not given"),
            "write how many paths each distribution may have",
        );
    }
    if paths == Some(0) {
        let message = format_args!("`paths` is 0: nothing could be purged");
        report.value(format_args!("/cover/paths"), message, "write at least 1");
    }
    if max_paths.is_some_and(|limit| limit.then == Then::Widen) {
        report.contradiction(
            format_args!("/max_paths/then"),
            format_args!(
                "`max_paths` widens the plan, and the mode of `cover` is `budget`: both say what a large plan becomes"
            ),
            "leave one of them out: the budget purges less that is unchanged",
        );
    }
    paths.unwrap_or_default()
}

fn glob_error(text: &str, error: &PatternError) -> Error {
    let message = format!("pattern `{text}`, character {}: {}", character(text, error.at), error.message);
    Error::new("policy-glob", message, error.help)
}

/// Which character of a text, from 1, begins at this byte.
fn character(text: &str, at: usize) -> usize {
    text[..at].chars().count() + 1
}
