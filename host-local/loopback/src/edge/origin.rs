//! The bucket and what a distribution's origin answers from it.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::behaviour::{Behaviour, Target, pattern_matches};
use super::url;
use crate::deploy::{ChangeKind, ObjectChange};
use crate::git::ObjectId;

/// An object of the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What its bytes are.
    pub content: ObjectId,
    /// Their number.
    pub size: u64,
}

/// The bucket: object keys and what they hold.
#[derive(Clone, Debug, Default)]
pub struct Bucket {
    objects: BTreeMap<String, Object>,
}

impl Bucket {
    /// The object of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Object> {
        self.objects.get(key)
    }

    /// Puts an object; the former one, if there was one, is gone.
    pub fn put(&mut self, key: impl Into<String>, object: Object) {
        self.objects.insert(key.into(), object);
    }

    /// Deletes an object; whether there was one.
    pub fn remove(&mut self, key: &str) -> bool {
        self.objects.remove(key).is_some()
    }

    /// Does what a step of a deploy says.
    pub fn apply(&mut self, change: &ObjectChange) {
        match change.kind {
            ChangeKind::Created => self.put(change.key.clone(), change.object.clone()),
            ChangeKind::Removed => drop(self.remove(&change.key)),
        }
    }

    /// The objects from a key on, in the order of their keys (by UTF-8 bytes, as S3 lists them).
    pub(crate) fn objects_from(&self, start: Bound<&str>) -> impl Iterator<Item = (&str, &Object)> {
        let range = self.objects.range::<str, _>((start, Bound::Unbounded));
        range.map(|(key, object)| (key.as_str(), object))
    }

    /// All objects in the order of their keys.
    pub fn objects(&self) -> impl Iterator<Item = (&str, &Object)> {
        self.objects.iter().map(|(key, object)| (key.as_str(), object))
    }
}

/// How the origin answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SiteKind {
    /// The S3 REST endpoint: a key or 403 (without the permission to list, a missing key is 403).
    #[default]
    Rest,
    /// An S3 website endpoint: `/dir/` serves the index document of `dir/`, and `/dir` redirects to `/dir/` when there
    /// is one. A missing key is 404.
    Website {
        /// The index document's name, usually `index.html`.
        index_document: String,
    },
}

/// What an origin (or the edge) answers. Two answers are equal when the viewer gets the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 200 with these bytes.
    Object(ObjectId),
    /// 302 to this URL path.
    Redirect(String),
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
}

impl Answer {
    /// Whether it is 403 or 404.
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Forbidden | Self::NotFound)
    }
}

/// A distribution's view of the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistributionConfig {
    /// The distribution's id.
    pub id: String,
    /// `OriginPath`: empty, or a slash and folders without a slash at the end (`/production`).
    pub origin_path: String,
    /// `DefaultRootObject`, served at `/` only.
    pub default_root_object: Option<String>,
    /// The kind of origin.
    pub site: SiteKind,
    /// `DefaultCacheBehavior`.
    pub default_behaviour: Behaviour,
    /// `CacheBehaviors`, each with its path pattern: the first that matches serves a URL.
    pub behaviours: Vec<(String, Behaviour)>,
    /// `CustomErrorResponses`: the error code and `ErrorCachingMinTTL`. The model keeps errors for ever.
    pub error_caching: Vec<(u16, u64)>,
}

impl DistributionConfig {
    /// A distribution of the whole bucket through the REST endpoint, with `index.html` at `/`.
    #[must_use]
    pub fn rest(id: impl Into<String>) -> Self {
        let default_root_object = Some("index.html".to_owned());
        Self {
            id: id.into(),
            origin_path: String::new(),
            default_root_object,
            site: SiteKind::Rest,
            default_behaviour: Behaviour::default(),
            behaviours: Vec::new(),
            error_caching: Vec::new(),
        }
    }

    /// A distribution of the whole bucket through a website endpoint with the index document `index.html`.
    #[must_use]
    pub fn website(id: impl Into<String>) -> Self {
        let site = SiteKind::Website { index_document: "index.html".to_owned() };
        Self { site, ..Self::rest(id) }
    }

    /// Every URL path under which viewers can get an object with this key, in its canonical form and whatever the
    /// behaviours say; empty when the key lies outside the origin path. What a URL answers at present is another matter.
    #[must_use]
    pub fn urls_of_key(&self, key: &str) -> Vec<String> {
        let Some(path) = key.strip_prefix(&self.key_prefix()) else { return Vec::new() };
        let mut urls = vec![url::canonical(path)];
        if self.default_root_object.as_deref() == Some(path) {
            urls.push("/".to_owned());
        }
        if let SiteKind::Website { index_document } = &self.site
            && let Some(folder) = path.strip_suffix(index_document.as_str())
        {
            if let Some(bare) = folder.strip_suffix('/') {
                urls.extend([url::canonical(folder), url::canonical(bare)]);
            } else if folder.is_empty() && self.default_root_object.is_none() {
                urls.push("/".to_owned());
            }
        }
        urls
    }

    /// The behaviour that serves a URL path.
    #[must_use]
    pub fn behaviour(&self, url_path: &str) -> &Behaviour {
        let first = self.behaviours.iter().find(|(pattern, _)| pattern_matches(pattern, url_path));
        first.map_or(&self.default_behaviour, |(_, behaviour)| behaviour)
    }

    /// Whether the edge keeps the answer of a URL path.
    pub(super) fn keeps(&self, url_path: &str) -> bool {
        self.behaviour(url_path).keeps()
    }

    /// The object key that a URL path is served from, as long as it has bytes, and the answer.
    pub(super) fn origin(&self, bucket: &Bucket, url_path: &str) -> (Option<String>, Answer) {
        if self.behaviour(url_path).target != Target::Site {
            return (None, Answer::NotFound);
        }
        let missing = match self.site {
            SiteKind::Rest => Answer::Forbidden,
            SiteKind::Website { .. } => Answer::NotFound,
        };
        let Some(mut path) = url::site_path(url_path) else { return (None, missing) };
        if path.is_empty()
            && let Some(root) = &self.default_root_object
        {
            path.clone_from(root);
        }
        let mut key = self.key_prefix() + &path;
        let object = |key: &str| bucket.get(key).map(|object| Answer::Object(object.content.clone()));
        if let SiteKind::Website { index_document } = &self.site {
            if path.is_empty() || path.ends_with('/') {
                key.push_str(index_document);
            } else if object(&key).is_none() {
                let index = format!("{key}/{index_document}");
                if bucket.get(&index).is_some() {
                    return (Some(index), Answer::Redirect(url::canonical(&key) + "/"));
                }
            }
        }
        match object(&key) {
            Some(answer) => (Some(key), answer),
            None => (None, missing),
        }
    }

    fn key_prefix(&self) -> String {
        match self.origin_path.trim_matches('/') {
            "" => String::new(),
            folders => format!("{folders}/"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(keys: &[&str]) -> Bucket {
        let mut bucket = Bucket::default();
        for key in keys {
            bucket.put(*key, Object { content: ObjectId::new(key), size: 1 });
        }
        bucket
    }

    fn content(key: &str) -> Answer {
        Answer::Object(ObjectId::new(key))
    }

    #[test]
    fn rest_serves_exact_keys_and_the_root_object_at_the_root_only() {
        let bucket = bucket(&["index.html", "a/index.html", "a b?.html"]);
        let site = DistributionConfig::rest("E");
        let get = |url| site.origin(&bucket, url).1;
        assert_eq!(get("/"), content("index.html"));
        assert_eq!(get("/a/index.html"), content("a/index.html"));
        assert_eq!(get("/a%20b%3F.html?v=1"), content("a b?.html"));
        for url in ["/a/", "/a", "/b", "/%FF"] {
            assert_eq!(get(url), Answer::Forbidden, "{url}");
        }
    }

    #[test]
    fn website_serves_folders_and_redirects_to_them() {
        let bucket = bucket(&["p/index.html", "p/a/index.html", "p/b", "p/b/index.html"]);
        let mut site = DistributionConfig::website("E");
        site.origin_path = "/p".to_owned();
        let get = |url| site.origin(&bucket, url).1;
        assert_eq!(get("/a/"), content("p/a/index.html"));
        assert_eq!(get("/a"), Answer::Redirect("/p/a/".to_owned()));
        assert_eq!(get("/b"), content("p/b"), "an object comes before a folder");
        assert_eq!(get("/c/"), Answer::NotFound);
        site.default_root_object = None;
        assert_eq!(site.origin(&bucket, "/").1, content("p/index.html"));
    }

    #[test]
    fn every_url_of_a_key_is_served_from_it() {
        let key = "p/x y/index.html";
        let bucket = bucket(&[key, "p/index.html"]);
        let mut site = DistributionConfig::website("E");
        site.origin_path = "/p".to_owned();
        assert_eq!(site.urls_of_key(key), ["/x%20y/index.html", "/x%20y/", "/x%20y"]);
        for url in site.urls_of_key(key) {
            assert_eq!(site.origin(&bucket, &url).0.as_deref(), Some(key), "{url}");
        }
        assert_eq!(site.urls_of_key("p/index.html"), ["/index.html", "/"]);
        assert_eq!(site.urls_of_key("p/myindex.html"), ["/myindex.html"]);
        assert!(site.urls_of_key("other/index.html").is_empty());
    }
}
