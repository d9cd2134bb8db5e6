//! The check of a policy document: every fault at once.

use alloc::{fmt::Arguments, format, string::String, vec::Vec};

use super::{
    Distribution, Lookback, Mapping, Policy, Preset, Setting, UrlForms,
    file::{Added, Deleted, EscalateFile, MaxPathsFile, Then},
    folder,
    report::Report,
    rules::{cover, dependents, patterns},
};
use crate::{json::Json, pattern::Pattern};

/// The policy, meant to be used only when the report holds no error afterwards.
pub(super) fn check(file: &Json<'_>, preset: Preset, report: &mut Report<'_>) -> Policy {
    let mappings = mappings(&file["mappings"], report);
    let ignore = patterns(format_args!("/ignore"), &file["ignore"], Pattern::new, report);
    let fingerprinted = patterns(format_args!("/fingerprinted"), &file["fingerprinted"], Pattern::fingerprint, report);
    let dependents = dependents(file["dependents"].items(), report);
    let query_strings = patterns(format_args!("/query_strings"), &file["query_strings"], Pattern::new, report);
    let urls = urls(format_args!("/urls"), &file["urls"], None, preset, report);
    let distributions = distributions(file["distributions"].items(), &mappings, &urls, preset, report);
    let max_paths = max_paths(&file["max_paths"], distributions.len(), report);
    let escalate = escalate(&file["escalate"], report);
    let cover = cover(&file["cover"], max_paths, report);
    let lookback = Lookback {
        minutes: file["lookback"]["minutes"].number().unwrap_or(60),
        commits: file["lookback"]["commits"].number().unwrap_or(20),
    };
    if lookback.commits == 0 {
        report.value(
            format_args!("/lookback/commits"),
            format_args!("`commits` is 0, but HEAD always counts"),
            "write 1 to look at HEAD alone",
        );
    }
    let bucket = file["bucket"].string();
    if bucket.as_deref() == Some("") {
        let help = "name the bucket, or leave `bucket` out to take every bucket's events";
        report.value(format_args!("/bucket"), format_args!("`bucket` is empty"), help);
    }
    let added = match preset {
        Preset::Article => Added::Skip,
        Preset::Sound => Added::Purge,
    };
    Policy {
        preset,
        given: true,
        bucket,
        mappings,
        ignore,
        fingerprinted,
        dependents,
        query_strings,
        added: Setting::new(file["added"].word(), added),
        deleted: Setting::new(file["deleted"].word(), Deleted::Purge),
        urls,
        lookback,
        base: file["base"].word().unwrap_or_default(),
        list_bucket: file["list_bucket"].flag().unwrap_or(true),
        escalate,
        max_paths,
        widen_to: None,
        cover,
        distributions,
        warnings: Vec::new(),
    }
}

fn mappings(files: &Json<'_>, report: &mut Report<'_>) -> Vec<Mapping> {
    if files.is_null() {
        return [Mapping { source: String::new(), prefix: String::new() }].into();
    }
    if files.items().is_empty() {
        report.value(
            format_args!("/mappings"),
            format_args!("`mappings` is empty: no file would ever be purged"),
            "leave `mappings` out to deploy the repository root",
        );
    }
    let mut mappings: Vec<Mapping> = Vec::new();
    for (index, file) in files.items().iter().enumerate() {
        let written = file["source"].text().unwrap_or_default();
        let source = folder(written);
        if !is_folder(&source) {
            report.value(
                format_args!("/mappings/{index}/source"),
                format_args!("no file of a repository is below `{written}`: nothing would ever be purged"),
                "write the folder from the repository root, without `..`, `.` and double slashes",
            );
        }
        if let Some(earlier) = mappings.iter().position(|earlier| source.starts_with(&earlier.source)) {
            report.contradiction(
                format_args!("/mappings/{index}"),
                format_args!(
                    "mapping {index} is never reached: mapping {earlier} already takes every file of `{written}`"
                ),
                "put the narrower source folder first: the first match wins",
            );
        }
        mappings.push(Mapping { source, prefix: folder(file["prefix"].text().unwrap_or_default()) });
    }
    mappings
}

/// Whether files can be below it: git has no empty, `.` or `..` folders.
pub(super) fn is_folder(source: &str) -> bool {
    source.is_empty()
        || source.strip_suffix('/').unwrap_or(source).split('/').all(|name| !matches!(name, "" | "." | ".."))
}

/// The URL forms of a policy, or those of a distribution over the policy's.
fn urls(
    pointer: Arguments<'_>,
    file: &Json<'_>,
    over: Option<&UrlForms>,
    preset: Preset,
    report: &mut Report<'_>,
) -> UrlForms {
    for field in ["default_root_object", "index_document"] {
        if file[field].text().is_some_and(|name| name.starts_with('/')) {
            report.value(
                format_args!("{pointer}/{field}"),
                format_args!("`{field}` begins with a slash"),
                "write the object's name alone, for example `index.html`",
            );
        }
    }
    let index_document = match (file["index_document"].text(), over) {
        (Some(said), _) => String::from(said),
        (None, Some(over)) => over.index_document.clone(),
        (None, None) => String::from("index.html"),
    };
    for field in ["directory", "bare_directory"] {
        if index_document.is_empty() && file[field].flag() == Some(true) {
            report.contradiction(
                format_args!("{pointer}/{field}"),
                format_args!("`{field}` is on, but `index_document` is empty: no file stands for a directory"),
                "name the index document, or turn the form off",
            );
        }
    }
    let form = |said: Option<bool>, over: Option<Setting<bool>>, default: bool| match (said, over) {
        (None, Some(over)) => over,
        _ => Setting::new(said, default),
    };
    let default_root_object = match (file["default_root_object"].string(), over) {
        (None, Some(over)) => over.default_root_object.clone(),
        (said, _) => Setting { said: said.is_some(), value: said.unwrap_or_else(|| String::from("index.html")) },
    };
    UrlForms {
        default_root_object,
        directory: form(file["directory"].flag(), over.map(|over| over.directory), preset == Preset::Sound),
        bare_directory: form(file["bare_directory"].flag(), over.map(|over| over.bare_directory), false),
        clean: file["clean"].flag().unwrap_or_else(|| over.is_some_and(|over| over.clean)),
        index_document,
    }
}

fn distributions(
    files: &[Json<'_>],
    mappings: &[Mapping],
    policy_urls: &UrlForms,
    preset: Preset,
    report: &mut Report<'_>,
) -> Vec<Distribution> {
    let mut distributions: Vec<Distribution> = Vec::with_capacity(files.len());
    for (index, file) in files.iter().enumerate() {
        let base = format_args!("/distributions/{index}");
        let id = file["id"].text().unwrap_or_default();
        if id.is_empty() {
            let help = "write the distribution's id, for example `E2EXAMPLE`";
            report.value(format_args!("{base}/id"), format_args!("`id` is empty"), help);
        }
        if distributions.iter().any(|earlier| earlier.id == id) {
            let message = format_args!("distribution `{id}` is listed twice");
            report.contradiction(format_args!("{base}/id"), message, "list each distribution once");
        }
        let origin_path = &file["origin_path"];
        let origin_prefix =
            origin_prefix(format_args!("{base}/origin_path"), origin_path.text().unwrap_or_default(), mappings, report);
        let mut list = |name: &str| {
            let list = &file[name];
            (!list.is_null()).then(|| patterns(format_args!("{base}/{name}"), list, Pattern::new, report).into())
        };
        let (ignore, query_strings) = (list("ignore"), list("query_strings"));
        distributions.push(Distribution {
            id: String::from(id),
            origin_prefix: Setting { value: origin_prefix, said: !origin_path.is_null() },
            urls: urls(format_args!("{base}/urls"), &file["urls"], Some(policy_urls), preset, report),
            ignore,
            query_strings,
        });
    }
    distributions
}

/// What the origin's keys begin with.
fn origin_prefix(pointer: Arguments<'_>, path: &str, mappings: &[Mapping], report: &mut Report<'_>) -> String {
    if !path.is_empty() && (!path.starts_with('/') || path.ends_with('/')) {
        report.value(
            pointer,
            format_args!("origin path `{path}` does not begin with a slash, or ends with one"),
            "write it as the distribution has it, for example `/production`",
        );
    }
    let prefix = folder(path);
    let reached =
        mappings.iter().any(|mapping| mapping.prefix.starts_with(&prefix) || prefix.starts_with(&mapping.prefix));
    if !reached && !mappings.is_empty() {
        report.contradiction(
            pointer,
            format_args!("no mapping deploys below the origin path `{path}`: nothing would ever be purged"),
            "make a mapping's `prefix` the origin path without its leading slash",
        );
    }
    prefix
}

fn max_paths(file: &Json<'_>, distributions: usize, report: &mut Report<'_>) -> Option<MaxPathsFile> {
    let max_paths = MaxPathsFile { limit: file["limit"].number()?, then: file["then"].word()? };
    let limit = max_paths.limit;
    let (least, why) = match max_paths.then {
        Then::Refuse => (1, "at 0 every purge would be refused"),
        // `/dir/*` may leave `/dir/` itself stale, so a widened plan can need both.
        Then::Widen => {
            (2 * distributions.max(1), "a widened plan can need a folder and its wildcard at each distribution")
        }
    };
    if limit < least {
        let message = format_args!("`limit` is {limit}: {why}");
        report.contradiction(format_args!("/max_paths/limit"), message, &format!("write at least {least}"));
    }
    Some(max_paths)
}

fn escalate(file: &Json<'_>, report: &mut Report<'_>) -> Option<EscalateFile> {
    let escalate = EscalateFile { after_minutes: file["after_minutes"].number()?, paths: file["paths"].number()? };
    // `/dir/*` may leave `/dir/` itself stale.
    if escalate.paths < 2 {
        report.contradiction(
            format_args!("/escalate/paths"),
            format_args!("`paths` is {}: a widened plan can need a folder and its wildcard", escalate.paths),
            "write at least 2",
        );
    }
    Some(escalate)
}
