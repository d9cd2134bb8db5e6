//! Repository path to object key to the viewer's URL paths.

use alloc::{vec, vec::Vec};

use crate::{
    change::Change,
    json::words,
    names::{ObjectKey, RepoPath},
    policy::Mapping,
};

/// Why a URL belongs to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "kebab-case"))]
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
    /// Every query string of a URL: `/search.html*`.
    QueryString,
    /// What a dependents rule names.
    Dependent,
    /// Whatever the site has.
    Everything,
}

words!(pub(crate) enum Form {
    Object: "object",
    DefaultRoot: "default-root",
    Directory: "directory",
    BareDirectory: "bare-directory",
    Clean: "clean",
    QueryString: "query-string",
    Dependent: "dependent",
    Everything: "everything",
});

/// The key under which a repository file is deployed; the first mapping that has its folder counts.
pub(crate) fn key_of(path: &RepoPath, mappings: &[Mapping]) -> Option<ObjectKey> {
    mappings.iter().find_map(|mapping| {
        if mapping.source.is_empty() && mapping.prefix.is_empty() {
            return Some(ObjectKey::of_path(path));
        }
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

/// Changes of object keys as changes of the paths that are deployed under them; and the keys that no mapping deploys.
pub(crate) fn of_paths(mut changes: Vec<Change>, mappings: &[Mapping]) -> (Vec<Change>, Vec<RepoPath>) {
    let mut outside = Vec::new();
    changes.retain_mut(|change| {
        let path = ObjectKey::new(change.path.as_bytes()).and_then(|key| path_of(&key, mappings));
        let is_deployed = path.is_some();
        match path {
            Some(path) => change.path = path,
            None => outside.push(change.path.clone()),
        }
        is_deployed
    });
    (changes, outside)
}

/// Which URLs besides its own an object may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Forms<'a> {
    pub(crate) default_root_object: &'a str,
    pub(crate) index_document: &'a str,
    pub(crate) directory: bool,
    pub(crate) bare_directory: bool,
    pub(crate) clean: bool,
}

/// Every URL path under which an object may be served, without its slash at the beginning; `rest` is the object's key
/// below the origin path.
///
/// The origin path is what CloudFront puts before the URL path to make the key, so the caller has taken it off again.
pub(crate) fn urls_below<'k>(rest: &'k [u8], forms: &Forms<'_>) -> Vec<(&'k [u8], Form)> {
    let mut urls = vec![(rest, Form::Object)];
    let mut add = |url: &'k [u8], form: Form| {
        if urls.iter().all(|(earlier, _)| *earlier != url) {
            urls.push((url, form));
        }
    };
    let root_object = forms.default_root_object.as_bytes();
    if !root_object.is_empty() && rest == root_object {
        add(b"", Form::DefaultRoot);
    }
    if let Some(directory) = directory_of(rest, forms.index_document.as_bytes()) {
        if forms.directory {
            add(directory, Form::Directory);
        }
        if forms.bare_directory
            && let Some(bare) = directory.strip_suffix(b"/")
        {
            add(bare, Form::BareDirectory);
        }
    } else if forms.clean
        && let Some(clean) = clean_of(rest)
    {
        add(clean, Form::Clean);
    }
    urls
}

/// Whether an object's own URL is the only one of [`urls_below`], whatever the directory forms are.
pub(crate) fn has_one_form(rest: &[u8], forms: &Forms<'_>) -> bool {
    let root_object = forms.default_root_object.as_bytes();
    (root_object.is_empty() || rest != root_object)
        && directory_of(rest, forms.index_document.as_bytes()).is_none()
        && !(forms.clean && clean_of(rest).is_some())
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
    use crate::{change::Status, edge::Edge, policy::Policy};
    use alloc::{format, string::String};

    fn urls(policy: &str, path: &str) -> Vec<String> {
        let policy = Policy::from_json(policy.as_bytes()).unwrap();
        let Some(key) = key_of(&RepoPath::new(path.as_bytes()).unwrap(), &policy.mappings) else { return vec![] };
        policy
            .planned_distributions(&["E"])
            .into_iter()
            .flat_map(|distribution| Edge::new(distribution, None, &mut Vec::new()).urls(&key, false))
            .map(|url| format!("{} {:?}", String::from_utf8_lossy(url.url.as_bytes()), url.form))
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
    fn keys_that_changed_are_changes_of_their_paths() {
        let policy = Policy::from_json(br#"{"mappings":[{"source":"public","prefix":"site"}]}"#).unwrap();
        let changed =
            |key: &str| Change::new(Status::Modified, RepoPath::new(key.as_bytes()).unwrap(), None, None, None);
        let (mapped, outside) = of_paths(vec![changed("site/a"), changed("other/b")], &policy.mappings);
        assert_eq!(mapped.iter().map(|change| change.path.escaped()).collect::<Vec<_>>(), ["public/a"]);
        assert_eq!(outside.iter().map(RepoPath::escaped).collect::<Vec<_>>(), ["other/b"]);
    }

    #[test]
    fn a_key_leads_back_to_its_path() {
        let policy =
            Policy::from_json(br#"{"mappings":[{"source":"docs","prefix":"d"},{"source":"public"}]}"#).unwrap();
        let back = |key: &str| {
            path_of(&ObjectKey::new(key).unwrap(), &policy.mappings).map(|path| path.escaped().into_owned())
        };
        assert_eq!(back("d/a").as_deref(), Some("docs/a"));
        assert_eq!(back("b").as_deref(), Some("public/b"));
    }
}
