//! One distribution as a plan sees it: what the policy says, and what its own configuration says when that is known.

use alloc::{borrow::Cow, format, string::String, vec, vec::Vec};

use crate::{
    decide::Reason,
    diagnostic::Diagnostic,
    facts::{Behaviour, Facts, Origin},
    map::{self, Form, Forms},
    names::{ObjectKey, UrlPath},
    policy::{Distribution, Setting},
    sorted::sort,
};

#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) distribution: Distribution,
    facts: Option<Facts>,
    /// Where the bucket's objects come from.
    origins: Vec<Origin>,
    default_root_object: String,
}

/// A URL under which a distribution may serve an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EdgeUrl {
    pub(crate) url: UrlPath,
    pub(crate) form: Form,
    /// Index of the behaviour that serves it, where facts are known.
    pub(crate) behaviour: Option<usize>,
    /// Why it need not be purged.
    pub(crate) skipped: Option<Skip>,
}

impl EdgeUrl {
    /// A URL that no behaviour is known to serve.
    pub(crate) fn new(url: UrlPath, form: Form) -> Self {
        Self { url, form, behaviour: None, skipped: None }
    }

    fn is_of_other_origin(&self) -> bool {
        self.skipped.as_ref().is_some_and(|skip| skip.reason == Reason::OtherOrigin)
    }
}

/// A reason with the rule that gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skip {
    pub(crate) reason: Reason,
    pub(crate) rule: Cow<'static, str>,
}

impl Edge {
    /// The policy's word and the facts. Where both speak and differ the policy holds, and a warning says so.
    pub(crate) fn new(distribution: Distribution, facts: Option<Facts>, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let said = &distribution.urls.default_root_object;
        let Some(facts) = facts else {
            let origins = vec![Origin { prefix: distribution.origin_prefix.value.clone(), website: false, bucket: 0 }];
            let default_root_object = said.value.clone();
            return Self { distribution, facts: None, origins, default_root_object };
        };
        let mut contradiction = |field: &str, policy: &str, fact: &str| {
            diagnostics.push(Diagnostic::warning(
                "facts-contradiction",
                format!("the policy's `{field}` is `{policy}`, but distribution `{}` has `{fact}`", distribution.id()),
                "the policy holds; leave the field out to follow the distribution",
            ));
        };
        if said.said && said.value != facts.default_root_object {
            contradiction("urls.default_root_object", &said.value, &facts.default_root_object);
        }
        let default_root_object = if said.said { said.value.clone() } else { facts.default_root_object.clone() };
        let mut origins = facts.origins.clone();
        let prefix = &distribution.origin_prefix;
        if prefix.said && !origins.iter().any(|origin| origin.prefix == prefix.value) {
            let found: Vec<String> =
                origins.iter().map(|origin| format!("/{}", origin.prefix.trim_end_matches('/'))).collect();
            contradiction("origin_path", &distribution.origin_path(), &found.join("`, `"));
            for origin in &mut origins {
                origin.prefix.clone_from(&prefix.value);
            }
        }
        Self { distribution, facts: Some(facts), origins, default_root_object }
    }

    pub(crate) fn facts(&self) -> Option<&Facts> {
        self.facts.as_ref()
    }

    /// How a behaviour is named in answers.
    pub(crate) fn behaviour_name(&self, index: usize) -> &str {
        self.facts.as_ref().map_or("default", |facts| facts.behaviour(index).name())
    }

    /// Every URL under which this distribution serves an object; `appeared`: the object may have been missing before.
    ///
    /// Empty when no origin holds the key. With facts a URL counts when the behaviour that serves it gets its objects
    /// from an origin that holds the key; one that is served from elsewhere is named only when there is no other.
    pub(crate) fn urls(&self, key: &ObjectKey, appeared: bool) -> Vec<EdgeUrl> {
        if let Some(rest) = self.only_url(key.as_bytes()) {
            return vec![EdgeUrl::new(UrlPath::below_root(rest), Form::Object)];
        }
        let mut urls: Vec<EdgeUrl> = Vec::new();
        for (origin, Origin { prefix, .. }) in self.origins.iter().enumerate() {
            let Some(rest) = key.as_bytes().strip_prefix(prefix.as_bytes()) else { continue };
            let mut own = Vec::new();
            for (url, form) in map::urls_below(rest, &self.forms()) {
                own.extend(self.served(UrlPath::below_root(url), form, origin, appeared));
            }
            self.keep_rewritten(&mut own);
            for url in own {
                match urls.iter_mut().find(|earlier| earlier.url == url.url) {
                    Some(earlier) if earlier.skipped.is_some() => *earlier = url,
                    Some(_) => {}
                    None => urls.push(url),
                }
            }
        }
        if !urls.iter().all(EdgeUrl::is_of_other_origin) {
            urls.retain(|url| !url.is_of_other_origin());
        }
        urls
    }

    /// What stands below the root in an object's only URL, where nothing is known of the distribution and the key has
    /// no other form; `None`: [`Self::urls`] tells.
    pub(crate) fn only_url<'k>(&self, key: &'k [u8]) -> Option<&'k [u8]> {
        let ([origin], None) = (self.origins.as_slice(), &self.facts) else { return None };
        let rest = key.strip_prefix(origin.prefix.as_bytes())?;
        map::has_one_form(rest, &self.forms()).then_some(rest)
    }

    /// The keys that may be behind a URL, whatever forms are on; the likeliest first.
    pub(crate) fn keys_of(&self, url: &UrlPath) -> Vec<ObjectKey> {
        let rest = url.as_bytes().strip_prefix(b"/").unwrap_or_default();
        let index = self.distribution.urls.index_document.as_bytes();
        let mut rests: Vec<[&[u8]; 3]> = vec![[rest, b"", b""]];
        if rest.is_empty() {
            rests.push([self.default_root_object.as_bytes(), b"", b""]);
        }
        if rest.is_empty() || rest.ends_with(b"/") {
            rests.push([rest, index, b""]);
        } else {
            rests.push([rest, b"/", index]);
            rests.push([rest, b".html", b""]);
        }
        let mut keys = Vec::new();
        for origin in &self.origins {
            for [first, then, last] in &rests {
                keys.extend(ObjectKey::new([origin.prefix.as_bytes(), first, then, last].concat()));
            }
        }
        keys
    }

    /// The folders, below the root, whose URLs show what is deployed under a key prefix.
    pub(crate) fn folders<'p>(&self, prefix: &'p str) -> Vec<&'p str> {
        let mut folders = Vec::new();
        for origin in &self.origins {
            match prefix.strip_prefix(origin.prefix.as_str()) {
                Some(rest) => folders.push(rest),
                // The origin shows a part of it.
                None if origin.prefix.starts_with(prefix) => folders.push(""),
                None => {}
            }
        }
        sort(&mut folders);
        folders
    }

    /// A URL that no object stands behind for certain: only its behaviour can speak against it. A wildcard reaches
    /// into several behaviours, so none speaks.
    pub(crate) fn url(&self, url: UrlPath, form: Form, wildcard: bool) -> EdgeUrl {
        let Some(facts) = self.facts.as_ref().filter(|_| !wildcard) else { return EdgeUrl::new(url, form) };
        // `/` may also be looked for under the default root object's name.
        let root_object =
            Some(self.default_root_object.as_str()).filter(|name| url.as_bytes() == b"/" && !name.is_empty());
        let serving = facts.behaviours_of(&url, root_object);
        cached(url, form, &serving, facts, false)
    }

    /// The forms that may be on; with facts the behaviours have the last word on those that the policy leaves open.
    fn forms(&self) -> Forms<'_> {
        let urls = &self.distribution.urls;
        let may_be_on = |form: Setting<bool>| form.value || (self.facts.is_some() && !form.said);
        Forms {
            default_root_object: &self.default_root_object,
            index_document: &urls.index_document,
            directory: may_be_on(urls.directory),
            bare_directory: may_be_on(urls.bare_directory),
            clean: urls.clean,
        }
    }

    /// What shows a folder's objects and does not begin as the folder does, below the root: `/`, for the default root
    /// object, and the folder without its slash at the end, where that may be cached.
    pub(crate) fn beside<'f>(&self, folder: &'f str) -> impl Iterator<Item = &'f str> {
        let root = !folder.is_empty() && self.default_root_object.starts_with(folder);
        let bare = folder.strip_suffix('/').filter(|_| self.forms().bare_directory);
        root.then_some("").into_iter().chain(bare)
    }

    fn served(&self, url: UrlPath, form: Form, origin: usize, appeared: bool) -> Option<EdgeUrl> {
        let Some(facts) = &self.facts else { return Some(EdgeUrl::new(url, form)) };
        let root_object = (form == Form::DefaultRoot).then_some(self.default_root_object.as_str());
        let candidates = facts.behaviours_of(&url, root_object);
        let (mut serving, mut rewritten) = (Vec::new(), false);
        for index in &candidates {
            let behaviour = facts.behaviour(*index);
            rewritten |= behaviour.rewrites;
            if behaviour.origins.contains(&origin) {
                serving.push(*index);
            }
        }
        if self.left_open(form) && !self.origins[origin].website && !rewritten {
            return None;
        }
        if serving.is_empty() {
            let first = candidates[0];
            let skipped = Some(skip(Reason::OtherOrigin, facts.behaviour(first)));
            return Some(EdgeUrl { url, form, behaviour: Some(first), skipped });
        }
        // An error that stood in for the missing object can be cached where objects are not.
        Some(cached(url, form, &serving, facts, appeared && facts.caches_missing()))
    }

    /// Whether the facts say if a form is on.
    fn left_open(&self, form: Form) -> bool {
        match form {
            Form::Directory => !self.distribution.urls.directory.said,
            Form::BareDirectory => !self.distribution.urls.bare_directory.said,
            _ => false,
        }
    }

    /// A viewer-request function that sends `/dir/` on as `/dir/index.html` makes the cache know it under that name, in
    /// the behaviour of `/dir/`: then the object's own URL is purged too, whatever its own behaviour would say. `urls` are
    /// those of an object at one origin.
    ///
    /// Source: Amazon CloudFront Developer Guide, "Invalidate files": purge the viewer's URI and the rewritten one.
    fn keep_rewritten(&self, urls: &mut [EdgeUrl]) {
        let Some(facts) = &self.facts else { return };
        let rewritten = urls.iter().any(|url| {
            url.form != Form::Object
                && url.skipped.is_none()
                && url.behaviour.is_some_and(|index| facts.behaviour(index).rewrites)
        });
        if rewritten {
            urls.iter_mut().filter(|url| url.form == Form::Object).for_each(|url| url.skipped = None);
        }
    }
}

/// A URL with the behaviour that keeps it, of those that serve it: there is one at least.
fn cached(url: UrlPath, form: Form, serving: &[usize], facts: &Facts, in_any_case: bool) -> EdgeUrl {
    for index in serving {
        if in_any_case || facts.behaviour(*index).caches {
            return EdgeUrl { url, form, behaviour: Some(*index), skipped: None };
        }
    }
    let skipped = Some(skip(Reason::CachingDisabled, facts.behaviour(serving[0])));
    EdgeUrl { url, form, behaviour: Some(serving[0]), skipped }
}

fn skip(reason: Reason, behaviour: &Behaviour) -> Skip {
    Skip { reason, rule: format!("behaviour:{}", behaviour.name()).into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{facts::Document, policy::Policy};

    const DISABLED: &str = r#""TargetOriginId":"b","CachePolicyId":"4135ea2d-6df8-44a3-9df3-4b5a84be39ad""#;

    /// A distribution whose named behaviours keep nothing; everything else is cached.
    fn edge(disabled: &[&str], policy: &str) -> Edge {
        let behaviours: Vec<String> =
            disabled.iter().map(|pattern| format!(r#"{{"PathPattern":"{pattern}",{DISABLED}}}"#)).collect();
        let document = format!(
            r#"{{"DistributionConfig":{{"DefaultRootObject":"index.html","Origins":{{"Items":[{{"Id":"b","DomainName":"b.s3.amazonaws.com"}}]}},
            "DefaultCacheBehavior":{{"TargetOriginId":"b"}},"CacheBehaviors":{{"Items":[{}]}}}}}}"#,
            behaviours.join(",")
        );
        let facts = Facts::read("E", &Document::read(document.as_bytes(), 0).unwrap(), None, &mut Vec::new()).unwrap();
        let policy = Policy::from_json(policy.as_bytes()).unwrap();
        Edge::new(policy.planned_distributions(&["E"]).remove(0), Some(facts), &mut Vec::new())
    }

    fn purged(edge: &Edge, key: &str) -> Vec<String> {
        let urls = edge.urls(&ObjectKey::new(key).unwrap(), false);
        urls.into_iter().filter(|url| url.skipped.is_none()).map(|url| url.url.escaped().into_owned()).collect()
    }

    #[test]
    fn trap_38_what_is_not_cached_is_not_paid_for() {
        assert!(purged(&edge(&["*.json"], "{}"), "a.json").is_empty());
        assert_eq!(purged(&edge(&["*.json"], "{}"), "a.html"), ["/a.html"]);
    }

    #[test]
    fn a_url_is_skipped_only_when_both_readings_of_a_pattern_agree() {
        // One character when decoded, nine when encoded.
        assert_eq!(purged(&edge(&["?.html"], "{}"), "日.html"), ["/日.html"]);
        assert_eq!(purged(&edge(&["?????????.html"], "{}"), "日.html"), ["/日.html"]);
        assert!(purged(&edge(&["?.html", "?????????.html"], "{}"), "日.html").is_empty());
        // The root, under its own name or under that of the default root object.
        assert_eq!(purged(&edge(&["index.html"], "{}"), "index.html"), ["/"]);
        assert_eq!(purged(&edge(&["/"], "{}"), "index.html"), ["/index.html", "/"]);
        assert!(purged(&edge(&["/", "index.html"], "{}"), "index.html").is_empty());
    }

    #[test]
    fn trap_26_directory_forms_follow_the_policy_then_the_facts() {
        let off = edge(&[], "{}");
        assert_eq!(purged(&off, "d/index.html"), ["/d/index.html"]);
        let on = edge(&[], r#"{"urls":{"directory":true,"bare_directory":true}}"#);
        assert_eq!(purged(&on, "d/index.html"), ["/d/index.html", "/d/", "/d"]);
    }

    #[test]
    fn an_only_url_is_the_only_one() {
        for policy in [
            "{}",
            r#"{"urls":{"clean":true,"default_root_object":"a"}}"#,
            r#"{"distributions":[{"id":"E","origin_path":"/p"}]}"#,
        ] {
            let policy = Policy::from_json(policy.as_bytes()).unwrap();
            let edge = Edge::new(policy.planned_distributions(&["E"]).remove(0), None, &mut Vec::new());
            for key in ["a", "a.html", "index.html", "d/index.html", "d/myindex.html", "p/a", "p/d/index.html", ".html"]
            {
                let urls = edge.urls(&ObjectKey::new(key).unwrap(), false);
                match edge.only_url(key.as_bytes()) {
                    Some(rest) => assert!(urls.len() == 1 && urls[0].url == UrlPath::below_root(rest), "{key}"),
                    None => assert!(urls.len() != 1 || key.ends_with("index.html"), "{key}"),
                }
            }
        }
    }

    #[test]
    fn a_url_leads_back_to_the_keys_that_may_be_behind_it() {
        let keys = |url: &[u8]| -> Vec<String> {
            let keys = edge(&[], "{}").keys_of(&UrlPath::below_root(url));
            keys.iter().map(|key| key.escaped().into_owned()).collect()
        };
        assert_eq!(keys(b"d/"), ["d/", "d/index.html"]);
        assert_eq!(keys(b"page"), ["page", "page/index.html", "page.html"]);
        assert_eq!(keys(b""), ["index.html", "index.html"]);
    }
}
