//! The check of a policy document: every fault at once.

use alloc::{format, string::String, vec, vec::Vec};

use super::{
    Distribution, Lookback, Mapping, MappingFile, Policy, Preset, Setting, UrlForms,
    file::{Added, Deleted, DistributionFile, EscalateFile, MaxPathsFile, PolicyFile, Then, UrlsFile},
    folder,
    report::Report,
    rules::{cover, dependents, patterns},
};
use crate::pattern::Pattern;

/// The policy, meant to be used only when the report holds no error afterwards.
pub(super) fn check(file: PolicyFile, report: &mut Report<'_>) -> Policy {
    let preset = file.preset.unwrap_or(Preset::Sound);
    let root = || vec![MappingFile { source: String::new(), prefix: String::new() }];
    let mappings = mappings(&file.mappings.unwrap_or_else(root), report);
    let ignore = patterns("/ignore", &file.ignore, Pattern::new, report);
    let fingerprinted = patterns("/fingerprinted", &file.fingerprinted, Pattern::fingerprint, report);
    let dependents = dependents(&file.dependents, report);
    let query_strings = patterns("/query_strings", &file.query_strings, Pattern::new, report);
    let urls = urls("/urls", file.urls, None, preset, report);
    let distributions = distributions(file.distributions, &mappings, &urls, preset, report);
    max_paths(file.max_paths, report);
    escalate(file.escalate, report);
    let cover = cover(file.cover, file.max_paths, report);
    if file.lookback.commits == Some(0) {
        report.value("/lookback/commits", "`commits` is 0, but HEAD always counts", "write 1 to look at HEAD alone");
    }
    if file.bucket.as_deref() == Some("") {
        let help = "name the bucket, or leave `bucket` out to take every bucket's events";
        report.value("/bucket", "`bucket` is empty", help);
    }
    let lookback =
        Lookback { minutes: file.lookback.minutes.unwrap_or(60), commits: file.lookback.commits.unwrap_or(20) };
    let added = match preset {
        Preset::Article => Added::Skip,
        Preset::Sound => Added::Purge,
    };
    Policy {
        preset,
        given: true,
        bucket: file.bucket,
        mappings,
        ignore,
        fingerprinted,
        dependents,
        query_strings,
        added: Setting::new(file.added, added),
        deleted: Setting::new(file.deleted, Deleted::Purge),
        urls,
        lookback,
        base: file.base.unwrap_or_default(),
        list_bucket: file.list_bucket.unwrap_or(true),
        escalate: file.escalate,
        max_paths: file.max_paths,
        cover,
        distributions,
        warnings: Vec::new(),
    }
}

fn mappings(files: &[MappingFile], report: &mut Report<'_>) -> Vec<Mapping> {
    if files.is_empty() {
        report.value(
            "/mappings",
            "`mappings` is empty: no file would ever be purged",
            "leave `mappings` out to deploy the repository root",
        );
    }
    let mappings: Vec<Mapping> =
        files.iter().map(|file| Mapping { source: folder(&file.source), prefix: folder(&file.prefix) }).collect();
    for (index, mapping) in mappings.iter().enumerate() {
        if !is_folder(&mapping.source) {
            report.value(
                &format!("/mappings/{index}/source"),
                format!("no file of a repository is below `{}`: nothing would ever be purged", files[index].source),
                "write the folder from the repository root, without `..`, `.` and double slashes",
            );
        }
        let shadow = mappings[..index].iter().position(|earlier| mapping.source.starts_with(&earlier.source));
        if let Some(earlier) = shadow {
            let message = format!(
                "mapping {index} is never reached: mapping {earlier} already takes every file of `{}`",
                files[index].source
            );
            let help = "put the narrower source folder first: the first match wins";
            report.contradiction(&format!("/mappings/{index}"), message, help);
        }
    }
    mappings
}

/// Whether files can be below it: git has no empty, `.` or `..` folders.
pub(super) fn is_folder(source: &str) -> bool {
    source.is_empty() || source.trim_end_matches('/').split('/').all(|name| !matches!(name, "" | "." | ".."))
}

/// The URL forms of a policy, or those of a distribution over the policy's.
fn urls(pointer: &str, file: UrlsFile, over: Option<&UrlForms>, preset: Preset, report: &mut Report<'_>) -> UrlForms {
    for (field, name) in [("default_root_object", &file.default_root_object), ("index_document", &file.index_document)]
    {
        if name.as_deref().is_some_and(|name| name.starts_with('/')) {
            let message = format!("`{field}` begins with a slash");
            let help = "write the object's name alone, for example `index.html`";
            report.value(&format!("{pointer}/{field}"), message, help);
        }
    }
    let inherited = over.map(|over| over.index_document.clone());
    let index_document = file.index_document.or(inherited).unwrap_or_else(|| String::from("index.html"));
    let no_index = index_document.is_empty();
    for (field, wanted) in [("directory", file.directory), ("bare_directory", file.bare_directory)] {
        if no_index && wanted == Some(true) {
            let message = format!("`{field}` is on, but `index_document` is empty: no file stands for a directory");
            let help = "name the index document, or turn the form off";
            report.contradiction(&format!("{pointer}/{field}"), message, help);
        }
    }
    let form = |said: Option<bool>, over: Option<Setting<bool>>, default: bool| match (said, over) {
        (None, Some(over)) => over,
        _ => Setting::new(said, default),
    };
    let default_root_object = match (file.default_root_object, over) {
        (None, Some(over)) => over.default_root_object.clone(),
        (said, _) => Setting::new(said, String::from("index.html")),
    };
    UrlForms {
        default_root_object,
        directory: form(file.directory, over.map(|over| over.directory), preset == Preset::Sound),
        bare_directory: form(file.bare_directory, over.map(|over| over.bare_directory), false),
        clean: file.clean.or(over.map(|over| over.clean)).unwrap_or(false),
        index_document,
    }
}

fn distributions(
    files: Vec<DistributionFile>,
    mappings: &[Mapping],
    policy_urls: &UrlForms,
    preset: Preset,
    report: &mut Report<'_>,
) -> Vec<Distribution> {
    let mut distributions: Vec<Distribution> = Vec::with_capacity(files.len());
    for (index, file) in files.into_iter().enumerate() {
        let base = format!("/distributions/{index}");
        if file.id.is_empty() {
            let help = "write the distribution's id, for example `E2EXAMPLE`";
            report.value(&format!("{base}/id"), "`id` is empty", help);
        }
        if distributions.iter().any(|earlier| earlier.id == file.id) {
            let message = format!("distribution `{}` is listed twice", file.id);
            report.contradiction(&format!("{base}/id"), message, "list each distribution once");
        }
        let origin_path = file.origin_path.as_deref().unwrap_or_default();
        check_origin_path(&format!("{base}/origin_path"), origin_path, mappings, report);
        let mut list = |name: &str, texts: &Option<Vec<String>>| {
            let texts = texts.as_ref()?;
            Some(patterns(&format!("{base}/{name}"), texts, Pattern::new, report))
        };
        let ignore = list("ignore", &file.ignore);
        let query_strings = list("query_strings", &file.query_strings);
        distributions.push(Distribution {
            id: file.id,
            origin_prefix: Setting { value: folder(origin_path), said: file.origin_path.is_some() },
            urls: urls(&format!("{base}/urls"), file.urls, Some(policy_urls), preset, report),
            ignore,
            query_strings,
        });
    }
    distributions
}

fn check_origin_path(pointer: &str, path: &str, mappings: &[Mapping], report: &mut Report<'_>) {
    if !path.is_empty() && (!path.starts_with('/') || path.ends_with('/')) {
        let message = format!("origin path `{path}` does not begin with a slash, or ends with one");
        report.value(pointer, message, "write it as the distribution has it, for example `/production`");
    }
    let prefix = folder(path);
    let reached =
        mappings.iter().any(|mapping| mapping.prefix.starts_with(&prefix) || prefix.starts_with(&mapping.prefix));
    if !reached && !mappings.is_empty() {
        let message = format!("no mapping deploys below the origin path `{path}`: nothing would ever be purged");
        report.contradiction(pointer, message, "make a mapping's `prefix` the origin path without its leading slash");
    }
}

fn max_paths(limit: Option<MaxPathsFile>, report: &mut Report<'_>) {
    let Some(MaxPathsFile { limit, then }) = limit else { return };
    let (least, why) = match then {
        Then::Refuse => (1, "at 0 every purge would be refused"),
        // `/dir/*` may leave `/dir/` itself stale, so a widened plan can need both.
        Then::Widen => (2, "a widened plan can need a folder and its wildcard"),
    };
    if limit < least {
        let message = format!("`limit` is {limit}: {why}");
        report.contradiction("/max_paths/limit", message, format!("write at least {least}"));
    }
}

fn escalate(escalate: Option<EscalateFile>, report: &mut Report<'_>) {
    // `/dir/*` may leave `/dir/` itself stale.
    if let Some(EscalateFile { paths: paths @ 0..2, .. }) = escalate {
        let message = format!("`paths` is {paths}: a widened plan can need a folder and its wildcard");
        report.contradiction("/escalate/paths", message, "write at least 2");
    }
}
