//! Repository path to object key to the viewer's URL paths.

use alloc::{vec, vec::Vec};
use serde::Serialize;

use crate::{
    names::{ObjectKey, RepoPath, UrlPath},
    policy::{Distribution, Mapping, UrlForms},
};

/// Why a URL belongs to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Form {
    /// The key itself.
    Object,
    /// `/`, for the distribution's default root object.
    DefaultRoot,
    /// `/dir/`, for `dir/index.html` behind a website endpoint or a rewriting function.
    Directory,
    /// `/dir`, likewise.
    BareDirectory,
    /// `/page`, for `page.html` behind a rewriting function.
    Clean,
}

/// The key under which a repository file is deployed; the first mapping that has its folder counts.
pub(crate) fn key_of(path: &RepoPath, mappings: &[Mapping]) -> Option<ObjectKey> {
    mappings.iter().find_map(|mapping| {
        let rest = path.as_bytes().strip_prefix(mapping.source.as_bytes())?;
        ObjectKey::new([mapping.prefix.as_bytes(), rest].concat())
    })
}

/// The repository path that is deployed under a key, when there can be one.
pub(crate) fn path_of(key: &ObjectKey, mappings: &[Mapping]) -> Option<RepoPath> {
    mappings.iter().find_map(|mapping| {
        let rest = key.as_bytes().strip_prefix(mapping.prefix.as_bytes())?;
        let path = RepoPath::new(&[mapping.source.as_bytes(), rest].concat())?;
        (key_of(&path, mappings).as_ref() == Some(key)).then_some(path)
    })
}

/// Every URL path under which a distribution serves an object; none when its origin path leaves the key out.
///
/// The origin path is what CloudFront puts before the URL path to make the key, so it is taken off again.
pub(crate) fn urls_of(key: &ObjectKey, distribution: &Distribution, forms: &UrlForms) -> Vec<(UrlPath, Form)> {
    let Some(rest) = key.as_bytes().strip_prefix(distribution.origin_prefix().as_bytes()) else {
        return Vec::new();
    };
    let mut urls = vec![(UrlPath::below_root(rest), Form::Object)];
    let root_object = forms.default_root_object.as_bytes();
    if !root_object.is_empty() && rest == root_object {
        urls.push((UrlPath::below_root(b""), Form::DefaultRoot));
    }
    match directory_of(rest, forms.index_document.as_bytes()) {
        Some(directory) => {
            if forms.directory {
                urls.push((UrlPath::below_root(directory), Form::Directory));
            }
            if forms.bare_directory
                && let Some(bare) = directory.strip_suffix(b"/")
            {
                urls.push((UrlPath::below_root(bare), Form::BareDirectory));
            }
        }
        None => {
            if forms.clean
                && let Some(clean) = clean_of(rest)
            {
                urls.push((UrlPath::below_root(clean), Form::Clean));
            }
        }
    }
    let mut seen = Vec::with_capacity(urls.len());
    urls.retain(|(url, _)| {
        !seen.contains(url) && {
            seen.push(url.clone());
            true
        }
    });
    urls
}

/// The folder, with its slash, whose index document this is: a whole file name, so `myindex.html` is none.
fn directory_of<'a>(rest: &'a [u8], index_document: &[u8]) -> Option<&'a [u8]> {
    let directory = rest.strip_suffix(index_document)?;
    (!index_document.is_empty() && (directory.is_empty() || directory.ends_with(b"/"))).then_some(directory)
}

fn clean_of(rest: &[u8]) -> Option<&[u8]> {
    let clean = rest.strip_suffix(b".html")?;
    (!clean.is_empty() && !clean.ends_with(b"/")).then_some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use alloc::{format, string::String};

    fn urls(policy: &str, path: &str) -> Vec<String> {
        let policy = Policy::from_json(policy.as_bytes()).unwrap();
        let Some(key) = key_of(&RepoPath::new(path.as_bytes()).unwrap(), &policy.mappings) else { return vec![] };
        policy
            .planned_distributions(Some("E"))
            .iter()
            .flat_map(|distribution| urls_of(&key, distribution, &policy.urls))
            .map(|(url, form)| format!("{} {form:?}", String::from_utf8_lossy(url.as_bytes())))
            .collect()
    }

    #[test]
    fn trap_26_root_directory_and_clean_forms() {
        assert_eq!(urls("{}", "index.html"), ["/index.html Object", "/ DefaultRoot"]);
        assert_eq!(urls("{}", "docs/index.html"), ["/docs/index.html Object", "/docs/ Directory"]);
        assert_eq!(urls("{}", "about/myindex.html"), ["/about/myindex.html Object"]);
        let all = r#"{"urls":{"bare_directory":true,"clean":true}}"#;
        assert_eq!(
            urls(all, "docs/index.html"),
            ["/docs/index.html Object", "/docs/ Directory", "/docs BareDirectory"]
        );
        assert_eq!(urls(all, "about.html"), ["/about.html Object", "/about Clean"]);
        assert_eq!(urls(all, "index.html"), ["/index.html Object", "/ DefaultRoot"]);
        assert_eq!(urls(r#"{"preset":"article"}"#, "docs/index.html"), ["/docs/index.html Object"]);
        assert_eq!(
            urls(r#"{"urls":{"default_root_object":"","index_document":""}}"#, "index.html"),
            ["/index.html Object"]
        );
    }

    #[test]
    fn trap_19_prefix_added_and_origin_path_stripped() {
        let policy = r#"{"mappings":[{"source":"public","prefix":"production"}],"distributions":[{"id":"E","origin_path":"/production"}]}"#;
        assert_eq!(urls(policy, "public/a.css"), ["/a.css Object"]);
        assert!(urls(policy, "src/a.css").is_empty());
        assert!(urls(policy, "publicity/a.css").is_empty());
    }

    #[test]
    fn trap_39_each_distribution_has_its_own_urls() {
        let policy = r#"{"distributions":[{"id":"A"},{"id":"B","origin_path":"/en"}]}"#;
        assert_eq!(urls(policy, "en/a.css"), ["/en/a.css Object", "/a.css Object"]);
        assert_eq!(urls(policy, "de/a.css"), ["/de/a.css Object"]);
    }

    #[test]
    fn a_key_leads_back_to_its_path() {
        let policy =
            Policy::from_json(br#"{"mappings":[{"source":"docs","prefix":"d"},{"source":"public"}]}"#).unwrap();
        let back = |key: &str| path_of(&ObjectKey::new(key).unwrap(), &policy.mappings).map(|path| path.escaped());
        assert_eq!(back("d/a").as_deref(), Some("docs/a"));
        assert_eq!(back("b").as_deref(), Some("public/b"));
    }
}
