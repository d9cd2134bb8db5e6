//! Why a URL, or what a repository path shows, is purged or not.

use alloc::{borrow::Cow, format, string::String, vec::Vec};
use serde::Serialize;

use crate::{
    answer::{DecisionAnswer, Success, given},
    decide::{Decision, Outcome, Reason, StaleUrl, no_origin},
    diagnostic::Diagnostic,
    error::Error,
    escape::unescape,
    invalidation::{InvalidationPath, Substitution, encode, shown},
    json::Json,
    live::decode,
    locate,
    map::{self, Form},
    names::{ObjectKey, RepoPath, UrlPath},
    plan::{Plan, Purges},
    policy::{Policy, Preset},
    request::SubjectFields,
    sorted::Sorted,
};

/// What is asked about.
pub(crate) enum Subject {
    Url(UrlPath),
    Path(RepoPath),
}

#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct ExplainAnswer<'p> {
    #[serde(rename = "type")]
    #[cfg_attr(feature = "ts", ts(type = "\"success\""))]
    kind: Success,
    pub(crate) preset: Preset,
    /// Whether a policy was given.
    #[cfg_attr(feature = "ts", ts(type = "\"given\" | \"none\""))]
    pub(crate) policy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    pub(crate) verdicts: Vec<Verdict<'p>>,
    pub(crate) decisions: Vec<DecisionAnswer<'p>>,
    pub(crate) paths: Vec<PathAnswer<'p>>,
    pub(crate) diagnostics: &'p [Diagnostic],
    /// Only on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rendered: Option<String>,
}

/// What becomes of one URL at one distribution.
#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct Verdict<'p> {
    pub(crate) distribution: &'p str,
    /// Absent when the file has no URL there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    pub(crate) outcome: Fate,
    pub(crate) reason: Why,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<Cow<'p, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) behaviour: Option<&'p str>,
    /// The invalidation path that reaches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<&'p str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub(crate) enum Fate {
    /// It may be stale, and is purged.
    Purge,
    /// Nothing says that it is stale, but a wildcard of the plan reaches it.
    OverPurge,
    Keep,
}

/// The reason of a decision, or why there is none.
#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub(crate) enum Why {
    Decided(Reason),
    Other(Other),
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub(crate) enum Other {
    /// A wildcard that other URLs need.
    Wildcard,
    /// The diffs do not speak of a file behind it.
    Unchanged,
    /// The file changed, but this form of its URL is off.
    FormOff,
}

impl Why {
    /// For a person.
    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::Decided(reason) => reason.name(),
            Self::Other(Other::Wildcard) => "because a wildcard that other URLs need reaches it",
            Self::Other(Other::Unchanged) => "because no change of the diffs is about it",
            Self::Other(Other::FormOff) => "because this form of the URL is off, though its file changed",
        }
    }
}

/// An invalidation path that is spoken of, and what it is for.
#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct PathAnswer<'p> {
    pub(crate) distribution: &'p str,
    pub(crate) path: &'p str,
    pub(crate) wildcard: bool,
    /// How many different stale URLs it purges.
    pub(crate) stale_urls: usize,
    /// Why some URL could not have a narrower path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) forced_by: Option<&'static str>,
}

impl Subject {
    pub(crate) fn read(fields: &SubjectFields<'_>, request: &[u8]) -> Result<Self, Error> {
        let refuse = |field: &str, code, message: String, help| {
            Err(locate::pointed(Error::new(code, message, help), request, None, &format!("/{field}")))
        };
        match (fields.url, fields.path) {
            (Some(url), None) => match decode(without_host(url).as_bytes()) {
                Some(url) => Ok(Self::Url(url)),
                None => refuse(
                    "url",
                    "explain-url",
                    format!("`{url}` is no URL path"),
                    "write it as viewers send it, for example `/a%20b.html`",
                ),
            },
            (None, Some(path)) => match unescape(path).ok().and_then(|bytes| RepoPath::new(&bytes)) {
                Some(path) => Ok(Self::Path(path)),
                None => refuse(
                    "path",
                    "explain-path",
                    format!("`{path}` is no path in a repository"),
                    r"write it relative to the repository root, with `\` as `\\`",
                ),
            },
            _ => {
                let message = "the request needs one of `url` and `path`";
                let help = "ask about one URL as viewers send it, or about one repository path";
                Err(Error::new("request-contradiction", message, help).at(None, 0, request.len()))
            }
        }
    }
}

/// `https://example.com/a` is asked about as `/a`; a fragment is the viewer's own affair.
fn without_host(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or_default();
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.map_or(url, |host| host.find('/').map_or("/", |slash| &host[slash..]))
}

impl<'p> ExplainAnswer<'p> {
    pub(crate) fn new(subject: &Subject, policy: &'p Policy, plan: &'p Plan, diffs: &'p [Json<'p>]) -> Self {
        let explainer = Explainer { policy, plan };
        let verdicts = match subject {
            Subject::Url(url) => (0..plan.distributions.len()).map(|index| explainer.url(index, url, None)).collect(),
            Subject::Path(path) => explainer.path(path),
        };
        let purges = Purges::of(plan);
        let keys = match subject {
            Subject::Url(url) => plan.distributions.iter().flat_map(|at| at.edge.keys_of(url)).collect(),
            Subject::Path(_) => Vec::new(),
        };
        let concerned = plan.decisions.iter().enumerate().filter(|(_, decision)| match subject {
            Subject::Url(url) => explainer.concerns(decision, url, &keys),
            Subject::Path(path) => speaks_of(decision, path),
        });
        Self {
            kind: Success,
            preset: policy.preset,
            policy: given(policy),
            url: if let Subject::Url(url) = subject { Some(shown(url, false)) } else { None },
            path: if let Subject::Path(path) = subject { Some(path.escaped().into_owned()) } else { None },
            decisions: concerned.map(|(index, _)| DecisionAnswer::new(index, &purges, diffs)).collect(),
            paths: explainer.paths(&verdicts),
            verdicts,
            diagnostics: &plan.diagnostics,
            rendered: None,
        }
    }
}

struct Explainer<'a> {
    policy: &'a Policy,
    plan: &'a Plan,
}

impl<'p> Explainer<'p> {
    /// Every URL of the file, and every URL that is purged because of it.
    fn path(&self, path: &RepoPath) -> Vec<Verdict<'p>> {
        let key = map::key_of(path, &self.policy.mappings);
        let mut verdicts = Vec::new();
        for (index, at) in self.plan.distributions.iter().enumerate() {
            let own = key.iter().flat_map(|key| at.edge.urls(key, false)).map(|url| (url.url, false));
            let decisions = self.plan.decisions.iter().filter(|decision| speaks_of(decision, path));
            let decided = decisions.flat_map(|decision| &decision.urls).filter(|url| url.distribution == index);
            let decided = decided.map(|url| (url.url.clone(), url.wildcard));
            let mut seen: Vec<(UrlPath, bool)> = Vec::new();
            for one in own.chain(decided) {
                if !seen.contains(&one) {
                    seen.push(one);
                }
            }
            for (url, wildcard) in &seen {
                verdicts.push(if *wildcard { self.wildcard(index, url) } else { self.url(index, url, key.as_ref()) });
            }
            if seen.is_empty() {
                verdicts.push(self.without_url(index, path, key.as_ref()));
            }
        }
        verdicts
    }

    /// A file that has no URL at a distribution.
    fn without_url(&self, index: usize, path: &RepoPath, key: Option<&ObjectKey>) -> Verdict<'p> {
        let decision = self.plan.decisions.iter().find(|decision| speaks_of(decision, path));
        let (reason, rule) = match (decision, key) {
            (Some(decision), _) => (Why::Decided(decision.reason), decision.rule.clone()),
            (None, None) => (Why::Decided(Reason::OutsideSource), Cow::Borrowed("/mappings")),
            (None, Some(_)) => (Why::Decided(Reason::OutsideOriginPath), Cow::Borrowed(no_origin(self.policy))),
        };
        Verdict { rule: Some(rule), ..self.verdict(index, None, Fate::Keep, reason) }
    }

    /// Everything that begins so is purged, because a rule says so.
    fn wildcard(&self, index: usize, url: &UrlPath) -> Verdict<'p> {
        let listed = self.listed(index).find(|(_, stale)| stale.wildcard && stale.url == *url);
        let (decision, stale) = listed.expect("the URL is one of a decision");
        let mut verdict = self.decided(index, decision, stale);
        verdict.url = Some(shown(url, true));
        verdict
    }

    /// One URL; `of` limits the objects behind it to one key.
    fn url(&self, index: usize, url: &UrlPath, of: Option<&ObjectKey>) -> Verdict<'p> {
        let is_it = |stale: &StaleUrl| !stale.wildcard && stale.url == *url;
        let mut found: Vec<_> = self.listed(index).filter(|(_, stale)| is_it(stale) || reaches(stale, url)).collect();
        // What purges it speaks before what does not, and its own entry before a wildcard.
        found.sort_by_key(|(_, stale)| (stale.skipped.is_some(), !is_it(stale)));
        let purged = found.first().filter(|(_, stale)| stale.skipped.is_none());
        if let Some((decision, stale)) = purged {
            return Verdict { url: Some(shown(url, false)), ..self.decided(index, decision, stale) };
        }
        let kept = match found.first() {
            Some((decision, stale)) => self.decided(index, decision, stale),
            None => self.unlisted(index, url, of),
        };
        let kept = Verdict { url: Some(shown(url, false)), ..kept };
        match self.wildcard_over(index, url) {
            Some(path) => Verdict {
                outcome: Fate::OverPurge,
                reason: Why::Other(Other::Wildcard),
                rule: None,
                path: Some(path),
                ..kept
            },
            None => kept,
        }
    }

    /// A URL that no decision lists: the file behind it is unchanged, or skipped, or this form of its URL is off.
    fn unlisted(&self, index: usize, url: &UrlPath, of: Option<&ObjectKey>) -> Verdict<'p> {
        let edge = &self.plan.distributions[index].edge;
        let keys = of.map_or_else(|| edge.keys_of(url), |key| [key.clone()].into());
        let decision =
            keys.iter().find_map(|key| self.plan.decisions.iter().find(|decision| self.has_key(decision, key)));
        let (reason, rule) = match decision {
            None => (Why::Other(Other::Unchanged), None),
            Some(decision) if decision.outcome == Outcome::Skip => {
                (Why::Decided(decision.reason), Some(decision.rule.clone()))
            }
            Some(_) if self.policy.given => (Why::Other(Other::FormOff), Some(Cow::Borrowed("/urls"))),
            Some(_) => (Why::Other(Other::FormOff), Some(format!("preset:{}", self.policy.preset.name()).into())),
        };
        let behaviour = edge.url(url.clone(), Form::Object, false).behaviour;
        let behaviour = behaviour.map(|behaviour| edge.behaviour_name(behaviour));
        Verdict { rule, behaviour, ..self.verdict(index, Some(url), Fate::Keep, reason) }
    }

    fn decided(&self, index: usize, decision: &'p Decision, stale: &'p StaleUrl) -> Verdict<'p> {
        let edge = &self.plan.distributions[index].edge;
        let behaviour = stale.behaviour.map(|behaviour| edge.behaviour_name(behaviour));
        let (outcome, reason, rule, path) = if let Some(skip) = &stale.skipped {
            (Fate::Keep, skip.reason, skip.rule.clone(), None)
        } else {
            (Fate::Purge, decision.reason, decision.rule.clone(), Some(self.covering(stale).as_str()))
        };
        let verdict = self.verdict(index, Some(&stale.url), outcome, Why::Decided(reason));
        Verdict { rule: Some(rule), behaviour, path, ..verdict }
    }

    fn verdict(&self, index: usize, url: Option<&UrlPath>, outcome: Fate, reason: Why) -> Verdict<'p> {
        let distribution = self.plan.distributions[index].edge.distribution.id();
        let url = url.map(|url| shown(url, false));
        Verdict { distribution, url, outcome, reason, rule: None, behaviour: None, path: None }
    }

    /// The URLs of all decisions at one distribution.
    fn listed(&self, index: usize) -> impl Iterator<Item = (&'p Decision, &'p StaleUrl)> {
        let all = self.plan.decisions.iter().flat_map(|decision| decision.urls.iter().map(move |url| (decision, url)));
        all.filter(move |(_, url)| url.distribution == index)
    }

    /// A wildcard of the plan that surely or possibly reaches a URL.
    fn wildcard_over(&self, index: usize, url: &UrlPath) -> Option<&'p str> {
        let text = encode(url.as_bytes());
        let mut paths = self.plan.distributions[index].cover.paths().iter();
        let over = paths.find(|path| path.wildcard_prefix().is_some_and(|prefix| text.starts_with(prefix)))?;
        Some(over.as_str())
    }

    /// The path that purges a stale URL.
    fn covering(&self, stale: &'p StaleUrl) -> &'p InvalidationPath {
        self.plan.distributions[stale.distribution].cover.covering(&stale.path)
    }

    /// Whether a decision is about the object, under its new name or its old one.
    fn has_key(&self, decision: &Decision, key: &ObjectKey) -> bool {
        let old = || decision.from.as_ref().and_then(|from| map::key_of(from, &self.policy.mappings));
        decision.key.as_ref() == Some(key) || old().as_ref() == Some(key)
    }

    /// Whether a decision lists the URL, names a wildcard over it, or is about one of the objects that may be behind it.
    fn concerns(&self, decision: &Decision, url: &UrlPath, keys: &[ObjectKey]) -> bool {
        decision.urls.iter().any(|stale| stale.url == *url || reaches(stale, url))
            || keys.iter().any(|key| self.has_key(decision, key))
    }

    /// The paths that the verdicts name.
    fn paths(&self, verdicts: &[Verdict<'_>]) -> Vec<PathAnswer<'p>> {
        let mut answers = Vec::new();
        for (index, at) in self.plan.distributions.iter().enumerate() {
            let id = at.edge.distribution.id();
            let of_edge = verdicts.iter().filter(|verdict| verdict.distribution == id);
            let named: Sorted<&str> = of_edge.filter_map(|verdict| verdict.path).collect();
            let stale =
                self.plan.decisions.iter().flat_map(Decision::stale).filter(|stale| stale.distribution == index);
            let purged = stale.map(|stale| (self.covering(stale), stale));
            let mut purged: Vec<_> = purged.filter(|(path, _)| named.contains(&path.as_str())).collect();
            // Stable: what is said first of a path is said of it.
            purged.sort_by_key(|(path, _)| *path);
            answers.extend(purged.chunk_by(|(one, _), (other, _)| one == other).map(|stale| PathAnswer {
                distribution: id,
                path: stale[0].0.as_str(),
                wildcard: stale[0].0.wildcard_prefix().is_some(),
                stale_urls: stale.iter().map(|(_, stale)| &stale.url).collect::<Sorted<_>>().len(),
                forced_by: stale.iter().find_map(|(_, stale)| stale.substitution).map(Substitution::code),
            }));
        }
        answers
    }
}

fn speaks_of(decision: &Decision, path: &RepoPath) -> bool {
    decision.path.as_ref() == Some(path) || decision.from.as_ref() == Some(path)
}

/// Whether a dependents rule purges everything that begins like this URL. The wildcard of a query string is meant for
/// its own URL only.
fn reaches(stale: &StaleUrl, url: &UrlPath) -> bool {
    let below = stale.wildcard && stale.form == Form::Dependent;
    below && stale.skipped.is_none() && url.as_bytes().starts_with(stale.url.as_bytes())
}
