//! Everything that a policy deploys: what is stale when nobody knows what was deployed before.

use alloc::{borrow::Cow, format, vec, vec::Vec};

use super::{Decider, Decision, Outcome, Reason, StaleUrl, What};
use crate::{
    edge::EdgeUrl,
    map::{self, Form},
    names::UrlPath,
};

impl Decider<'_> {
    /// One decision, with a wildcard for each folder of a distribution that a mapping deploys to.
    pub(crate) fn everything(&self) -> Decision {
        let mut urls: Vec<StaleUrl> = Vec::new();
        // Dependents may stand anywhere.
        let anywhere = !self.policy.dependents.is_empty();
        for (index, edge) in self.edges.iter().enumerate() {
            let mut folders = Vec::new();
            for mapping in &self.policy.mappings {
                folders.append(&mut edge.folders(&mapping.prefix));
            }
            // What no mapping deploys to is filled by somebody else.
            if anywhere || folders.is_empty() {
                folders = vec![""];
            }
            for folder in folders {
                let url = |rest: &str, wildcard| {
                    let url = EdgeUrl::new(UrlPath::below_root(rest.as_bytes()), Form::Everything);
                    StaleUrl::new(url, wildcard, index)
                };
                // A wildcard is not trusted with its own prefix, and reaches nothing beside it.
                url(folder, false).add_to(&mut urls);
                for beside in edge.beside(folder) {
                    let url = url(beside, false);
                    if self.may_have_query_strings(index, &url.url) {
                        url.query_strings().add_to(&mut urls);
                    }
                    url.add_to(&mut urls);
                }
                url(folder, true).add_to(&mut urls);
            }
        }
        let mut decision = Decision::new(What::Unknown);
        decision.urls = urls;
        decision.say(Outcome::Purge, Reason::BaseUnknown, Cow::Borrowed("request"));
        decision
    }

    /// Whether a URL may show an object that is cached once for each query string.
    pub(super) fn may_have_query_strings(&self, distribution: usize, url: &UrlPath) -> bool {
        if self.query_strings(distribution).is_empty() {
            return false;
        }
        let keys = self.edges[distribution].keys_of(url);
        let mut paths = keys.iter().filter_map(|key| map::path_of(key, &self.policy.mappings));
        paths.any(|path| self.has_query_strings(distribution, &path))
    }
}

/// What is said of a plan that purges everything; `why` is the host's word.
pub(crate) fn remark(why: &str) -> crate::diagnostic::Diagnostic {
    crate::diagnostic::Diagnostic::warning(
        "everything",
        format!("the whole site is purged, because what was deployed before is not known: {why}"),
        "nothing; the next deploy has this one as its base",
    )
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String};

    fn paths(urls: &str) -> String {
        let policy = format!(
            r#"{{"mappings":[{{"source":"public","prefix":"production"}}],"urls":{urls},"distributions":[{{"id":"E1"}}]}}"#
        );
        let request = format!(r#"{{"op":"plan","diffs":[],"everything":"no base","policy":{policy}}}"#);
        let answer = String::from_utf8(crate::call(request.as_bytes(), &[])).expect("JSON is text");
        let (_, paths) = answer.rsplit_once(r#""paths":"#).expect("a plan");
        String::from(&paths[..=paths.find(']').expect("a list")])
    }

    #[test]
    fn a_folders_url_without_its_slash_is_part_of_everything_where_it_is_one() {
        assert_eq!(paths(r#"{"bare_directory":true}"#), r#"["/production","/production/","/production/*"]"#);
        assert_eq!(paths(r#"{"bare_directory":false}"#), r#"["/production/","/production/*"]"#);
    }

    #[test]
    fn the_default_root_object_of_a_folder_is_shown_at_the_root() {
        for (object, root) in [("production/a.html", r#""/","#), ("productions/a.html", ""), ("a.html", ""), ("", "")] {
            let urls = format!(r#"{{"default_root_object":"{object}"}}"#);
            assert_eq!(paths(&urls), format!(r#"[{root}"/production/","/production/*"]"#), "{object}");
        }
    }
}
