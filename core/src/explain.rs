//! Why a URL, or what a repository path shows, is purged or not.

mod subject;

use alloc::{borrow::Cow, format, string::String, vec::Vec};
use core::slice;

use serde::Serialize;

use crate::{
    answer::{DecisionAnswer, Success, given},
    decide::{Decision, Outcome, Reason, StaleUrl, What, no_origin},
    diagnostic::Diagnostic,
    invalidation::{Substitution, encode, shown},
    json::Json,
    map::{self, Form},
    names::{ObjectKey, RepoPath, UrlPath},
    plan::{Plan, Purges},
    policy::{Policy, Preset},
    sorted::sort,
};

pub(crate) use subject::Subject;

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

impl<'p> ExplainAnswer<'p> {
    pub(crate) fn new(subject: &Subject, policy: &'p Policy, plan: &'p Plan, diffs: &'p [Json<'p>]) -> Self {
        let explainer = Explainer { policy, plan };
        let (mut verdicts, mut keys) = (Vec::new(), Vec::new());
        let (url, path) = match subject {
            Subject::Url(url) => {
                for (index, edge) in plan.edges.iter().enumerate() {
                    verdicts.push(explainer.url(index, url, None));
                    keys.append(&mut edge.keys_of(url));
                }
                (Some(shown(url, false)), None)
            }
            Subject::Path(path) => {
                explainer.path(path, &mut verdicts);
                (None, Some(path.escaped().into_owned()))
            }
        };
        let purges = Purges::of(plan);
        let mut decisions = Vec::new();
        for (index, decision) in plan.decisions.iter().enumerate() {
            let concerned = match subject {
                Subject::Url(url) => explainer.concerns(decision, url, &keys),
                Subject::Path(path) => speaks_of(decision, path),
            };
            if concerned {
                decisions.push(DecisionAnswer::new(index, &purges, diffs));
            }
        }
        Self {
            kind: Success,
            preset: policy.preset,
            policy: given(policy),
            url,
            path,
            paths: explainer.paths(&verdicts),
            verdicts,
            decisions,
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
    fn path(&self, path: &RepoPath, verdicts: &mut Vec<Verdict<'p>>) {
        let key = map::key_of(path, &self.policy.mappings);
        for (index, edge) in self.plan.edges.iter().enumerate() {
            let own = key.as_ref().map(|key| edge.urls(key, false)).unwrap_or_default();
            let mut seen: Vec<(&UrlPath, bool)> = Vec::new();
            let mut see = |url, wildcard| {
                if !seen.contains(&(url, wildcard)) {
                    seen.push((url, wildcard));
                }
            };
            for url in &own {
                see(&url.url, false);
            }
            for decision in self.plan.decisions.iter().filter(|decision| speaks_of(decision, path)) {
                for stale in decision.urls.iter().filter(|stale| stale.distribution == index) {
                    see(&stale.url, stale.wildcard);
                }
            }
            for (url, wildcard) in &seen {
                verdicts.push(if *wildcard { self.wildcard(index, url) } else { self.url(index, url, key.as_ref()) });
            }
            if seen.is_empty() {
                verdicts.push(self.without_url(index, path, key.as_ref()));
            }
        }
    }

    /// A file that has no URL at a distribution.
    fn without_url(&self, index: usize, path: &RepoPath, key: Option<&ObjectKey>) -> Verdict<'p> {
        let decision = self.plan.decisions.iter().find(|decision| speaks_of(decision, path));
        let (reason, rule) = match (decision, key) {
            (Some(decision), _) => (decision.reason, decision.rule.clone()),
            (None, None) => (Reason::OutsideSource, Cow::Borrowed("/mappings")),
            (None, Some(_)) => (Reason::OutsideOriginPath, Cow::Borrowed(no_origin(self.policy))),
        };
        let mut verdict = self.verdict(index, Fate::Keep, Why::Decided(reason));
        verdict.rule = Some(rule);
        verdict
    }

    /// Everything that begins so is purged, because a rule says so.
    fn wildcard(&self, index: usize, url: &UrlPath) -> Verdict<'p> {
        let found = self.first(index, &|stale| (stale.wildcard && stale.url == *url).then_some(0));
        let (decision, stale) = found.expect("the URL is one of a decision");
        let mut verdict = self.decided(decision, stale);
        verdict.url = Some(shown(url, true));
        verdict
    }

    /// One URL; `of` limits the objects behind it to one key.
    fn url(&self, index: usize, url: &UrlPath, of: Option<&ObjectKey>) -> Verdict<'p> {
        // What purges it speaks before what does not, and its own entry before a wildcard.
        let found = self.first(index, &|stale| {
            let is_it = !stale.wildcard && stale.url == *url;
            let rank = 2 * usize::from(stale.skipped.is_some()) + usize::from(!is_it);
            (is_it || reaches(stale, url)).then_some(rank)
        });
        let mut verdict = match found {
            Some((decision, stale)) => self.decided(decision, stale),
            None => self.unlisted(index, url, of),
        };
        verdict.url = Some(shown(url, false));
        if found.is_none_or(|(_, stale)| stale.skipped.is_some())
            && let Some(path) = self.wildcard_over(index, url)
        {
            verdict.outcome = Fate::OverPurge;
            verdict.reason = Why::Other(Other::Wildcard);
            verdict.rule = None;
            verdict.path = Some(path);
        }
        verdict
    }

    /// A URL that no decision lists: the file behind it is unchanged, or skipped, or this form of its URL is off.
    fn unlisted(&self, index: usize, url: &UrlPath, of: Option<&ObjectKey>) -> Verdict<'p> {
        let edge = &self.plan.edges[index];
        let of_url;
        let keys = if let Some(key) = of {
            slice::from_ref(key)
        } else {
            of_url = edge.keys_of(url);
            &of_url
        };
        let found = keys.iter().find_map(|key| {
            let decision = self.plan.decisions.iter().find(|decision| self.has_key(decision, key))?;
            Some((decision, decision.left.as_deref().filter(|left| left.key == *key)))
        });
        let (reason, rule) = match found {
            None => (Why::Other(Other::Unchanged), None),
            Some((_, Some(left))) => (Why::Decided(left.reason), Some(left.rule.clone())),
            Some((decision, None)) if decision.outcome == Outcome::Skip => {
                (Why::Decided(decision.reason), Some(decision.rule.clone()))
            }
            Some(_) if self.policy.given => (Why::Other(Other::FormOff), Some(Cow::Borrowed("/urls"))),
            Some(_) => (Why::Other(Other::FormOff), Some(format!("preset:{}", self.policy.preset.name()).into())),
        };
        let mut verdict = self.verdict(index, Fate::Keep, reason);
        verdict.rule = rule;
        verdict.behaviour = self.behaviour(index, edge.url(url.clone(), Form::Object, false).behaviour);
        verdict
    }

    fn decided(&self, decision: &'p Decision, stale: &'p StaleUrl) -> Verdict<'p> {
        let index = stale.distribution;
        let (fate, reason, rule, path) = match &stale.skipped {
            Some(skip) => (Fate::Keep, skip.reason, &skip.rule, None),
            None => (Fate::Purge, decision.reason, &decision.rule, Some(self.covering(stale))),
        };
        let mut verdict = self.verdict(index, fate, Why::Decided(reason));
        verdict.rule = Some(rule.clone());
        verdict.path = path;
        verdict.behaviour = self.behaviour(index, stale.behaviour);
        verdict
    }

    /// A verdict with the rest left out.
    fn verdict(&self, index: usize, outcome: Fate, reason: Why) -> Verdict<'p> {
        let distribution = self.plan.edges[index].distribution.id();
        Verdict { distribution, url: None, outcome, reason, rule: None, behaviour: None, path: None }
    }

    fn behaviour(&self, index: usize, behaviour: Option<usize>) -> Option<&'p str> {
        behaviour.map(|behaviour| self.plan.edges[index].behaviour_name(behaviour))
    }

    /// Of the URLs of all decisions at one distribution, the first of those with the least rank.
    fn first(&self, index: usize, rank: &dyn Fn(&StaleUrl) -> Option<usize>) -> Option<(&'p Decision, &'p StaleUrl)> {
        let (mut first, mut least) = (None, usize::MAX);
        for decision in &self.plan.decisions {
            for stale in decision.urls.iter().filter(|stale| stale.distribution == index) {
                if let Some(rank) = rank(stale).filter(|rank| *rank < least) {
                    (first, least) = (Some((decision, stale)), rank);
                }
            }
        }
        first
    }

    /// A wildcard of the plan that surely or possibly reaches a URL.
    fn wildcard_over(&self, index: usize, url: &UrlPath) -> Option<&'p str> {
        let text = encode(url.as_bytes());
        let mut paths = self.plan.covers[index].paths().iter();
        let over = paths.find(|path| path.wildcard_prefix().is_some_and(|prefix| text.starts_with(prefix)))?;
        Some(over.as_str())
    }

    /// The path that purges a stale URL.
    fn covering(&self, stale: &'p StaleUrl) -> &'p str {
        self.plan.covers[stale.distribution].covering(&stale.path).as_str()
    }

    /// Whether a decision is about the object, under its new name or its old one.
    fn has_key(&self, decision: &Decision, key: &ObjectKey) -> bool {
        let old = || old_name(decision).and_then(|from| map::key_of(from, &self.policy.mappings));
        decision.key.as_ref() == Some(key) || old().as_ref() == Some(key)
    }

    /// Whether a decision lists the URL, names a wildcard over it, or is about one of the objects that may be behind it.
    fn concerns(&self, decision: &Decision, url: &UrlPath, keys: &[ObjectKey]) -> bool {
        decision.urls.iter().any(|stale| stale.url == *url || reaches(stale, url))
            || keys.iter().any(|key| self.has_key(decision, key))
    }

    /// The paths that the verdicts name.
    fn paths(&self, verdicts: &[Verdict<'p>]) -> Vec<PathAnswer<'p>> {
        let mut answers = Vec::new();
        for (index, edge) in self.plan.edges.iter().enumerate() {
            let distribution = edge.distribution.id();
            let mut named: Vec<&'p str> = Vec::new();
            for verdict in verdicts {
                if verdict.distribution == distribution {
                    named.extend(verdict.path);
                }
            }
            sort(&mut named);
            // What each of them purges, and why it could not be narrower.
            let mut purged = Vec::new();
            purged.resize_with(named.len(), || (Vec::new(), None));
            for decision in &self.plan.decisions {
                for stale in decision.stale().filter(|stale| stale.distribution == index) {
                    if let Ok(at) = named.binary_search(&self.covering(stale)) {
                        let (urls, forced_by) = &mut purged[at];
                        urls.push(stale.url.as_bytes());
                        *forced_by = forced_by.or(stale.substitution);
                    }
                }
            }
            for (path, (urls, forced_by)) in named.iter().zip(&mut purged) {
                if !urls.is_empty() {
                    sort(urls);
                    answers.push(PathAnswer {
                        distribution,
                        path,
                        wildcard: path.ends_with('*'),
                        stale_urls: urls.len(),
                        forced_by: forced_by.map(Substitution::code),
                    });
                }
            }
        }
        answers
    }
}

fn speaks_of(decision: &Decision, path: &RepoPath) -> bool {
    decision.path.as_ref() == Some(path) || old_name(decision) == Some(path)
}

/// What a rename leaves; the source of a copy stays as it was.
fn old_name(decision: &Decision) -> Option<&RepoPath> {
    decision.from.as_ref().filter(|_| decision.what == What::Renamed)
}

/// Whether everything that begins like this URL is stale. The wildcard of a query string is meant for its own URL only.
fn reaches(stale: &StaleUrl, url: &UrlPath) -> bool {
    let below = stale.wildcard && matches!(stale.form, Form::Dependent | Form::Everything);
    below && stale.skipped.is_none() && url.as_bytes().starts_with(stale.url.as_bytes())
}
