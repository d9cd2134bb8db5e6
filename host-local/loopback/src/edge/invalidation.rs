//! `CreateInvalidation`: the rules of a batch, the quotas, the caller reference, and what was purged.

use std::collections::BTreeSet;
use std::time::{Duration, Instant, SystemTime};

use super::path;

/// The most paths in one request, and in progress at a time, of a distribution.
pub const MAX_PATHS: usize = 3_000;
/// The most wildcard paths in progress at a time of a distribution.
pub const MAX_WILDCARDS: usize = 15;

/// Why CloudFront refuses a call. The text is the message of the answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No such distribution.
    #[error("The specified distribution does not exist.")]
    NoSuchDistribution,
    /// A path, an empty batch or an empty caller reference. One bad path refuses the whole batch.
    #[error("Your request contains one or more invalid invalidation paths. {0}")]
    InvalidArgument(String),
    /// More than [`MAX_PATHS`] in one request.
    #[error("Your request contains {0} paths, more than the {MAX_PATHS} of one invalidation.")]
    BatchTooLarge(usize),
    /// [`MAX_PATHS`] or [`MAX_WILDCARDS`] would be exceeded.
    #[error("Processing your request will cause you to exceed the maximum number of in-progress {0}.")]
    TooManyInvalidationsInProgress(&'static str),
    /// The caller reference was used for other paths.
    #[error(
        "The caller reference that you are using to create an invalidation batch is associated with another batch."
    )]
    InvalidationBatchAlreadyExists,
    /// Too many calls a second.
    #[error("Rate exceeded")]
    Throttling,
}

impl Refusal {
    /// The error code of the API.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchDistribution => "NoSuchDistribution",
            Self::InvalidArgument(_) => "InvalidArgument",
            Self::BatchTooLarge(_) => "BatchTooLarge",
            Self::TooManyInvalidationsInProgress(_) => "TooManyInvalidationsInProgress",
            Self::InvalidationBatchAlreadyExists => "InvalidationBatchAlreadyExists",
            Self::Throttling => "Throttling",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::NoSuchDistribution => 404,
            Self::BatchTooLarge(_) => 413,
            _ => 400,
        }
    }
}

/// A cached URL that an invalidation dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purged {
    /// The URL path.
    pub url: String,
    /// The first path of the batch that matched it.
    pub path: String,
    /// Whether the edge had what the origin had at that moment, so the purge served nothing.
    pub needless: bool,
}

/// An invalidation that was created, and so bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalidation {
    /// Its id.
    pub id: String,
    /// The caller reference.
    pub caller_reference: String,
    /// The paths in the order of the request. Each one is billed.
    pub paths: Vec<String>,
    /// When it was created.
    pub created: SystemTime,
    /// What it dropped, in the order of the paths and then of the URLs.
    pub purged: Vec<Purged>,
    pub(super) completes: Instant,
}

impl Invalidation {
    /// Whether it still counts against the quotas.
    #[must_use]
    pub fn in_progress(&self) -> bool {
        self.in_progress_at(Instant::now())
    }

    /// Whether it still counts, or will count, against the quotas at this time.
    #[must_use]
    pub fn in_progress_at(&self, now: Instant) -> bool {
        now < self.completes
    }

    fn wildcards(&self) -> usize {
        self.paths.iter().filter(|path| path::is_wildcard(path)).count()
    }
}

/// A limit on the calls of `CreateInvalidation` in the whole account.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Calls a second that are always served.
    pub per_second: f64,
    /// Calls that are served at once after a rest.
    pub burst: u32,
}

/// A token bucket.
#[derive(Debug)]
pub(super) struct Limiter {
    rate: Rate,
    tokens: f64,
    filled: Instant,
}

impl Limiter {
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, tokens: f64::from(rate.burst), filled: Instant::now() }
    }

    pub(super) fn admit(&mut self, now: Instant) -> bool {
        let earned = now.saturating_duration_since(self.filled).as_secs_f64() * self.rate.per_second;
        self.tokens = (self.tokens + earned).min(f64::from(self.rate.burst));
        self.filled = now;
        let admitted = self.tokens >= 1.0;
        if admitted {
            self.tokens -= 1.0;
        }
        admitted
    }
}

/// Whether the batch itself is well-formed.
pub(super) fn check_batch(caller_reference: &str, paths: &[String]) -> Result<(), Refusal> {
    if paths.len() > MAX_PATHS {
        return Err(Refusal::BatchTooLarge(paths.len()));
    }
    if paths.is_empty() {
        return Err(Refusal::InvalidArgument("The batch has no path.".to_owned()));
    }
    if caller_reference.is_empty() {
        return Err(Refusal::InvalidArgument("The caller reference is empty.".to_owned()));
    }
    for path in paths {
        if let Some(fault) = path::fault(path) {
            return Err(Refusal::InvalidArgument(format!("`{path}`: {fault}.")));
        }
    }
    Ok(())
}

/// Where in the ledger the invalidation is that the caller reference already stands for.
pub(super) fn find_same(
    ledger: &[Invalidation],
    caller_reference: &str,
    paths: &[String],
) -> Result<Option<usize>, Refusal> {
    let Some(at) = ledger.iter().position(|earlier| earlier.caller_reference == caller_reference) else {
        return Ok(None);
    };
    let set = |paths: &[String]| paths.iter().cloned().collect::<BTreeSet<_>>();
    if set(&ledger[at].paths) == set(paths) { Ok(Some(at)) } else { Err(Refusal::InvalidationBatchAlreadyExists) }
}

/// Whether the quotas leave room for these paths.
pub(super) fn check_quotas(ledger: &[Invalidation], paths: &[String], now: Instant) -> Result<(), Refusal> {
    let active = ledger.iter().filter(|earlier| now < earlier.completes);
    let (in_paths, in_wildcards) =
        active.fold((0, 0), |(all, wild), earlier| (all + earlier.paths.len(), wild + earlier.wildcards()));
    let wildcards = paths.iter().filter(|path| path::is_wildcard(path)).count();
    if in_wildcards + wildcards > MAX_WILDCARDS {
        return Err(Refusal::TooManyInvalidationsInProgress("wildcard invalidations"));
    }
    if in_paths + paths.len() > MAX_PATHS {
        return Err(Refusal::TooManyInvalidationsInProgress("invalidations"));
    }
    Ok(())
}

/// The rules of the edge that AWS leaves open, or that differ by account.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EdgeRules {
    /// What a trailing `*` matches.
    pub wildcard: path::WildcardReading,
    /// How long an invalidation stays in progress. It takes effect at once.
    pub completion: Duration,
    /// The account's rate of `CreateInvalidation`; none is no limit.
    pub rate: Option<Rate>,
}

/// What all invalidations together cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purchases {
    /// Distinct invalidations.
    pub invalidations: usize,
    /// Their paths; a wildcard counts as one.
    pub billed_paths: usize,
    /// The wildcards among them.
    pub wildcards: usize,
}

impl Purchases {
    pub(super) fn add(&mut self, bought: &Invalidation) {
        self.invalidations += 1;
        self.billed_paths += bought.paths.len();
        self.wildcards += bought.wildcards();
    }
}
