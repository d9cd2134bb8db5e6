//! What a plan is made with besides the diffs: the policy, the distributions' configurations, the live keys.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Handler, before_end};
use crate::failure::Failure;
use crate::log;
use crate::policy::{Loaded, Source};
use crate::ports::{Bucket, CloudFront, CodeCommit, Pipeline, PortError};
use crate::retry::{self, Invocation};

/// How long a configuration counts as read.
const CONFIG_AGE: Duration = Duration::from_mins(10);
/// Most keys that are listed: a thousand calls, some 50 s and half a cent.
const MOST_KEYS: usize = 1_000_000;
/// What is kept of an invocation's time for the purge, when the bucket is listed.
const PURGE_RESERVE: Duration = Duration::from_secs(30);

/// What one instance remembers.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    /// The commit of which it is, and the repository's policy.
    policy: Option<(String, Arc<Loaded>)>,
    configs: BTreeMap<String, (Instant, Arc<Vec<u8>>)>,
}

impl Known {
    /// Held for a look-up only, never while a call waits.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: CodeCommit, F: CloudFront, P: Pipeline, B: Bucket> Handler<C, F, P, B> {
    /// The policy that holds at a commit. One that cannot be read or is wrong fails the purge: what it would have said
    /// is not known, and the base stays as it was.
    pub(super) async fn policy(&self, commit: &str, invocation: &Invocation) -> Result<Arc<Loaded>, Failure> {
        let path = match &self.settings.policy {
            Source::Fixed(loaded) => return Ok(Arc::clone(loaded)),
            Source::Repository { path } => path,
        };
        if let Some((of, loaded)) = &self.known.memory().policy
            && of == commit
        {
            return Ok(Arc::clone(loaded));
        }
        let subject = format!("policy `{path}` of commit `{commit}`");
        let bytes = match self.policy_file(commit, path, &subject, invocation).await? {
            Ok(bytes) => bytes,
            // Deployed, and gone from the repository since: everything is purged, by the branch's newest word.
            Err(error) if error.commit_missing() => {
                log::policy_left(&subject, &error);
                let head = self.history.head(&self.services.codecommit, invocation).await?;
                let newest = self.policy_file(&head, path, &subject, invocation).await?;
                newest.map_err(|error| retry::refused(&subject, &error))?
            }
            Err(error) => return Err(retry::refused(&subject, &error)),
        };
        let loaded = Arc::new(Loaded::new(bytes, &subject)?);
        loaded.distributions(self.settings.distribution.as_deref())?;
        self.known.memory().policy = Some((commit.to_owned(), Arc::clone(&loaded)));
        Ok(loaded)
    }

    async fn policy_file(
        &self,
        commit: &str,
        path: &str,
        subject: &str,
        invocation: &Invocation,
    ) -> Result<Result<Vec<u8>, PortError>, Failure> {
        let read = || self.services.codecommit.file(commit, path);
        retry::call_or_refusal(invocation, invocation.deadline(), "GetFile", subject, read).await
    }

    /// The configurations of the distributions, as far as they may be read. The drop-in reads none: it has no
    /// permission for it, and the article's preset asks nothing of them.
    pub(super) async fn configs(
        &self,
        policy: &Loaded,
        invocation: &Invocation,
    ) -> Result<Vec<(String, Arc<Vec<u8>>)>, Failure> {
        let mut configs = Vec::new();
        if policy.bytes.is_none() {
            return Ok(configs);
        }
        for id in policy.distributions(self.settings.distribution.as_deref())? {
            if let Some((read, config)) = self.known.memory().configs.get(id)
                && read.elapsed() < CONFIG_AGE
            {
                configs.push((id.to_owned(), Arc::clone(config)));
                continue;
            }
            let subject = format!("distribution `{id}`");
            let read = || self.services.cloudfront.distribution_config(id);
            let (denials, deadline) = (&self.denials, invocation.deadline());
            let read = denials.ask_or_log(invocation, deadline, "GetDistributionConfig", &subject, read).await?;
            if let Some(config) = read {
                let config = Arc::new(config);
                self.known.memory().configs.insert(id.to_owned(), (Instant::now(), Arc::clone(&config)));
                configs.push((id.to_owned(), config));
            }
        }
        Ok(configs)
    }

    /// Every key of the bucket, each with a NUL behind it; `None` when they cannot be had in full.
    pub(super) async fn live(&self, policy: &Loaded, invocation: &Invocation) -> Option<Vec<u8>> {
        let bucket = policy.policy.bucket()?;
        let deadline = before_end(invocation, PURGE_RESERVE);
        let subject = format!("bucket `{bucket}`");
        let (mut live, mut count, mut token) = (Vec::new(), 0, None::<String>);
        loop {
            let read = || self.services.bucket.keys(bucket, token.as_deref());
            let page = match self.denials.ask_or_log(invocation, deadline, "ListObjectsV2", &subject, read).await {
                Ok(page) => page?,
                // A list that is not whole says nothing; the exact paths are right without it.
                Err(failure) => {
                    log::not_listed(&failure.message);
                    return None;
                }
            };
            count += page.keys.len();
            for key in page.keys {
                live.extend(key);
                live.push(0);
            }
            token = page.next;
            if token.is_none() {
                return Some(live);
            }
            if count >= MOST_KEYS || Instant::now() >= deadline {
                log::not_listed("the bucket has too many keys for the time");
                return None;
            }
        }
    }
}
