//! The rules of a policy that speak in patterns: ignore, fingerprints, dependents, query strings; and the cover.

use alloc::{format, string::String, vec::Vec};

use super::{
    file::{CoverFile, DependentsFile, Infeasible, MaxPathsFile, ModeFile, Then},
    report::Report,
    template::Template,
};
use crate::{
    cover::CoverMode,
    error::Error,
    invalidation::MAX_WILDCARDS_IN_PROGRESS,
    pattern::{Pattern, PatternError},
};

/// When a path matches, these URLs show something of it.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    list: &str,
    texts: &[String],
    read: fn(&str) -> Result<Pattern, PatternError>,
    report: &mut Report<'_>,
) -> Vec<Pattern> {
    let checked = texts.iter().enumerate().filter_map(|(index, text)| {
        let fault = |error: &PatternError| glob_error(text, error);
        read(text).map_err(|error| report.error(&format!("{list}/{index}"), fault(&error))).ok()
    });
    checked.collect()
}

pub(super) fn dependents(files: &[DependentsFile], report: &mut Report<'_>) -> Vec<Dependents> {
    let mut checked = Vec::with_capacity(files.len());
    for (index, file) in files.iter().enumerate() {
        let base = format!("/dependents/{index}");
        if file.purge.is_empty() {
            report.value(
                &format!("{base}/purge"),
                "`purge` is empty: the rule would do nothing",
                "list the URL paths that show something of these files, for example `/feed.xml`",
            );
        }
        let when = match Pattern::new(&file.when) {
            Ok(when) => when,
            Err(error) => {
                report.error(&format!("{base}/when"), glob_error(&file.when, &error));
                continue;
            }
        };
        let mut purge = Vec::with_capacity(file.purge.len());
        for (position, text) in file.purge.iter().enumerate() {
            match Template::new(text, when.wildcards()) {
                Ok(template) => purge.push(template),
                Err(error) => {
                    let message =
                        format!("template `{text}`, character {}: {}", character(text, error.at), error.message);
                    report
                        .error(&format!("{base}/purge/{position}"), Error::new("policy-template", message, error.help));
                }
            }
        }
        checked.push(Dependents { when, purge });
    }
    checked
}

pub(super) fn cover(file: Option<CoverFile>, max_paths: Option<MaxPathsFile>, report: &mut Report<'_>) -> CoverRule {
    let file = file.unwrap_or_default();
    let mut useless = |field: &str, given: bool, modes: &str| {
        if given {
            report.contradiction(
                &format!("/cover/{field}"),
                format!("`{field}` means nothing in this mode"),
                format!("leave it out, or set `mode` to {modes}"),
            );
        }
    };
    useless("paths", file.paths.is_some() && file.mode != ModeFile::Budget, "`budget`");
    useless("infeasible", file.infeasible.is_some() && file.mode != ModeFile::Budget, "`budget`");
    useless("wildcards", file.wildcards.is_some() && file.mode == ModeFile::Exact, "`lossless` or `budget`");
    useless("other_origins", file.other_origins.is_some() && file.mode == ModeFile::Exact, "`lossless` or `budget`");
    let wildcards = file.wildcards.unwrap_or(MAX_WILDCARDS_IN_PROGRESS);
    if wildcards > MAX_WILDCARDS_IN_PROGRESS {
        report.warn(
            "/cover/wildcards",
            "policy-quota",
            format!("{wildcards} wildcards are more than the {MAX_WILDCARDS_IN_PROGRESS} that CloudFront works on at a time: later batches would wait for earlier ones"),
            format!("write at most {MAX_WILDCARDS_IN_PROGRESS}, unless AWS raised the quota"),
        );
    }
    let mode = match file.mode {
        ModeFile::Exact => CoverMode::Exact,
        ModeFile::Lossless => CoverMode::Lossless { wildcards },
        ModeFile::Budget => {
            match file.paths {
                None => report.value(
                    "/cover",
                    "the mode is `budget`, but `paths` is not given",
                    "write how many paths a plan may have",
                ),
                Some(0) => report.value("/cover/paths", "`paths` is 0: nothing could be purged", "write at least 1"),
                Some(_) => {}
            }
            if max_paths.is_some_and(|limit| limit.then == Then::Widen) {
                report.contradiction(
                    "/max_paths/then",
                    "`max_paths` widens the plan, and the mode of `cover` is `budget`: both say what a large plan becomes",
                    "leave one of them out: the budget purges less that is unchanged",
                );
            }
            CoverMode::Budget { paths: file.paths.unwrap_or_default(), wildcards }
        }
    };
    let infeasible = file.infeasible.unwrap_or(Infeasible::Error);
    CoverRule { mode, infeasible, other_origins: file.other_origins.unwrap_or(false) }
}

fn glob_error(text: &str, error: &PatternError) -> Error {
    let message = format!("pattern `{text}`, character {}: {}", character(text, error.at), error.message);
    Error::new("policy-glob", message, error.help)
}

/// Which character of a text, from 1, begins at this byte.
fn character(text: &str, at: usize) -> usize {
    text[..at].chars().count() + 1
}
