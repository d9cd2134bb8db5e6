//! The edge: what CloudFront has cached, what an invalidation drops, and what is stale.

mod behaviour;
mod invalidation;
mod origin;
pub mod path;
mod url;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound;
use std::time::{Instant, SystemTime};

pub use behaviour::{Behaviour, CACHING_DISABLED, CACHING_OPTIMIZED, Target, pattern_matches};
pub use invalidation::{EdgeRules, Invalidation, MAX_PATHS, MAX_WILDCARDS, Purchases, Purged, Rate, Refusal};
pub use origin::{Answer, Bucket, DistributionConfig, Object, SiteKind};
pub use path::WildcardReading;
pub use url::canonical;
pub(crate) use url::hex_pair;

use crate::deploy::{self, ObjectChange, Site};
use invalidation::Limiter;

/// The edge caches of several distributions on one bucket.
#[derive(Debug)]
pub struct Edge {
    /// The bucket behind all of them.
    pub bucket: Bucket,
    distributions: BTreeMap<String, Distribution>,
    rules: EdgeRules,
    limiter: Option<Limiter>,
    issued: u64,
    clock: Option<Instant>,
}

#[derive(Debug)]
struct Distribution {
    config: DistributionConfig,
    /// How often the configuration was changed.
    version: u64,
    /// By the viewer's URL path, as the viewer sent it.
    cache: BTreeMap<String, Answer>,
    /// Oldest first.
    ledger: Vec<Invalidation>,
}

/// A viewer's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Whether it came from the cache.
    pub hit: bool,
    /// What it is.
    pub answer: Answer,
}

/// Why a URL is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The origin has other bytes (or another redirect).
    Changed,
    /// The origin has nothing there any more.
    Gone,
    /// A cached error hides what the origin has.
    HiddenByError,
}

/// A URL whose cached answer is not the origin's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The distribution.
    pub distribution: String,
    /// The viewer's URL path.
    pub url: String,
    /// The object key that it is served from now, if there is one.
    pub key: Option<String>,
    /// What viewers get.
    pub cached: Answer,
    /// What they should get.
    pub origin: Answer,
    /// What is wrong.
    pub cause: Cause,
}

/// The edge compared with the origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The number of cached URLs looked at.
    pub checked: usize,
    /// The stale ones, by distribution and URL.
    pub stale: Vec<Stale>,
}

impl Edge {
    /// An edge with empty caches and an empty bucket.
    #[must_use]
    pub fn new(rules: EdgeRules, distributions: impl IntoIterator<Item = DistributionConfig>) -> Self {
        let distributions = distributions.into_iter().map(|config| {
            let id = config.id.clone();
            (id, Distribution { config, version: 1, cache: BTreeMap::new(), ledger: Vec::new() })
        });
        let (bucket, distributions) = (Bucket::default(), distributions.collect());
        let mut edge = Self { bucket, distributions, rules, limiter: None, issued: 0, clock: None };
        edge.set_rules(rules);
        edge
    }

    /// Changes the rules from now on; a rate starts with its whole burst.
    pub fn set_rules(&mut self, rules: EdgeRules) {
        self.rules = rules;
        self.limiter = rules.rate.map(Limiter::new);
    }

    /// Sets the time that invalidations are in progress by, until the next call; without one it is this machine's.
    pub fn set_time(&mut self, now: Instant) {
        self.clock = Some(now);
    }

    fn now(&self) -> Instant {
        self.clock.unwrap_or_else(Instant::now)
    }

    /// The configuration of every distribution, by id.
    pub fn distributions(&self) -> impl Iterator<Item = &DistributionConfig> {
        self.distributions.values().map(|distribution| &distribution.config)
    }

    /// Changes the configuration of a distribution, named by its id; what is cached stays. Whether there is such a one.
    pub fn reconfigure(&mut self, config: DistributionConfig) -> bool {
        let Some(distribution) = self.distributions.get_mut(&config.id) else { return false };
        distribution.config = config;
        distribution.version += 1;
        true
    }

    /// The configuration of a distribution and its version.
    pub(crate) fn config(&self, distribution: &str) -> Option<(&DistributionConfig, u64)> {
        self.distributions.get(distribution).map(|found| (&found.config, found.version))
    }

    /// Deploys a site into the bucket at once and tells the steps, in their order.
    pub fn deploy(&mut self, mode: deploy::Mode, site: &Site) -> Vec<ObjectChange> {
        let steps = site.steps(&self.bucket, mode);
        for step in &steps {
            self.bucket.apply(step);
        }
        steps
    }

    /// A viewer asks for a URL path (with a query, if the distribution's cache key had one). `None` without such a distribution.
    pub fn fetch(&mut self, distribution: &str, url: &str) -> Option<Fetched> {
        let Distribution { config, cache, .. } = self.distributions.get_mut(distribution)?;
        if !config.keeps(url) {
            return Some(Fetched { hit: false, answer: config.origin(&self.bucket, url).1 });
        }
        Some(match cache.entry(url.to_owned()) {
            Entry::Occupied(cached) => Fetched { hit: true, answer: cached.get().clone() },
            Entry::Vacant(free) => {
                let answer = config.origin(&self.bucket, url).1;
                Fetched { hit: false, answer: free.insert(answer).clone() }
            }
        })
    }

    /// Viewers ask every distribution for every URL that its origin serves, in all forms; what is cached stays.
    pub fn warm(&mut self) {
        for Distribution { config, cache, .. } in self.distributions.values_mut() {
            for url in self.bucket.objects().flat_map(|(key, _)| config.urls_of_key(key)) {
                if !config.keeps(&url) {
                    continue;
                }
                if let Entry::Vacant(free) = cache.entry(url) {
                    let answer = config.origin(&self.bucket, free.key()).1;
                    free.insert(answer);
                }
            }
        }
    }

    /// Empties all caches; the invalidations stay.
    pub fn forget_caches(&mut self) {
        self.distributions.values_mut().for_each(|distribution| distribution.cache.clear());
    }

    /// Compares every cached URL with the origin.
    #[must_use]
    pub fn compare(&self) -> Comparison {
        let mut comparison = Comparison::default();
        for (id, Distribution { config, cache, .. }) in &self.distributions {
            comparison.checked += cache.len();
            for (url, cached) in cache {
                let (key, origin) = config.origin(&self.bucket, url);
                if *cached == origin {
                    continue;
                }
                let cause = match (cached.is_error(), origin.is_error()) {
                    (true, false) => Cause::HiddenByError,
                    (false, true) => Cause::Gone,
                    _ => Cause::Changed,
                };
                let (distribution, url, cached) = (id.clone(), url.clone(), cached.clone());
                comparison.stale.push(Stale { distribution, url, key, cached, origin, cause });
            }
        }
        comparison
    }

    /// `CreateInvalidation`: the invalidation that the batch stands for, new or (same caller reference, same paths) old.
    ///
    /// # Errors
    /// The [`Refusal`]; nothing is purged then.
    pub fn invalidate(
        &mut self,
        distribution: &str,
        caller_reference: &str,
        paths: &[String],
    ) -> Result<&Invalidation, Refusal> {
        let now = self.now();
        if self.limiter.as_mut().is_some_and(|limiter| !limiter.admit(now)) {
            return Err(Refusal::Throttling);
        }
        let target = self.distributions.get_mut(distribution).ok_or(Refusal::NoSuchDistribution)?;
        invalidation::check_batch(caller_reference, paths)?;
        if let Some(same) = invalidation::find_same(&target.ledger, caller_reference, paths)? {
            return Ok(&target.ledger[same]);
        }
        invalidation::check_quotas(&target.ledger, paths, now)?;
        self.issued += 1;
        let purged = target.purge(&self.bucket, paths, self.rules.wildcard);
        target.ledger.push(Invalidation {
            id: format!("I{:013}", self.issued),
            caller_reference: caller_reference.to_owned(),
            paths: paths.to_vec(),
            created: SystemTime::now(),
            purged,
            completes: now + self.rules.completion,
        });
        Ok(target.ledger.last().expect("it was just pushed"))
    }

    /// The invalidations of a distribution, oldest first; `None` without such a distribution.
    #[must_use]
    pub fn invalidations(&self, distribution: &str) -> Option<&[Invalidation]> {
        Some(&self.distributions.get(distribution)?.ledger)
    }

    /// Everything that was purged without need: distribution, invalidation id, and the URL, in order.
    pub fn needless(&self) -> impl Iterator<Item = (&str, &str, &Purged)> {
        self.distributions.iter().flat_map(|(id, distribution)| {
            distribution.ledger.iter().flat_map(move |bought| {
                let needless = bought.purged.iter().filter(|purged| purged.needless);
                needless.map(move |purged| (id.as_str(), bought.id.as_str(), purged))
            })
        })
    }

    /// What was bought, over all distributions.
    #[must_use]
    pub fn purchases(&self) -> Purchases {
        let mut purchases = Purchases::default();
        self.distributions.values().flat_map(|distribution| &distribution.ledger).for_each(|one| purchases.add(one));
        purchases
    }
}

impl Distribution {
    fn purge(&mut self, bucket: &Bucket, paths: &[String], reading: WildcardReading) -> Vec<Purged> {
        let mut purged = Vec::new();
        for path in paths {
            for url in self.matched(path, reading) {
                let cached = self.cache.remove(&url);
                let needless = cached == Some(self.config.origin(bucket, &url).1);
                purged.push(Purged { url, path: path.clone(), needless });
            }
        }
        purged
    }

    /// The cached URLs that a path matches, in order.
    fn matched(&self, path: &str, reading: WildcardReading) -> Vec<String> {
        // All that a path matches starts with it (without the wildcard), so it stands together in the cache.
        let prefix = path.strip_suffix('*').unwrap_or(path);
        let candidates = self.cache.range::<str, _>((Bound::Included(prefix), Bound::Unbounded)).map(|(url, _)| url);
        let most = if path::is_wildcard(path) { usize::MAX } else { 1 };
        let candidates = candidates.take_while(|url| url.starts_with(prefix)).take(most);
        candidates.filter(|url| path::matches(path, url, reading)).cloned().collect()
    }
}
