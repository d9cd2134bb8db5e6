//! The policy that a plan is made with: the function's own, or the repository's at the deployed commit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use purgeplan_core::Policy;

use crate::failure::{Failure, printable};

/// A policy, and the bytes that the core is given.
#[derive(Debug, PartialEq, Eq)]
pub struct Loaded {
    /// What the host itself reads of it.
    pub policy: Policy,
    /// `None`: no policy was given, and a preset alone decides.
    pub bytes: Option<Vec<u8>>,
}

/// Where the policy is.
#[derive(Debug, Clone)]
pub enum Source {
    /// Read at the start.
    Fixed(Arc<Loaded>),
    /// A file of the repository, so that the site and its policy change together.
    Repository {
        /// Its path, from the repository's root.
        path: String,
    },
}

impl Source {
    /// By `PURGEPLAN_POLICY` (JSON text, or a file of the deployment package) and `PURGEPLAN_POLICY_PATH` (a file of the
    /// repository).
    pub(crate) fn from_env(filled: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        match (filled("PURGEPLAN_POLICY"), filled("PURGEPLAN_POLICY_PATH")) {
            (None, None) => Ok(Self::Fixed(Arc::new(Loaded { policy: Policy::article(), bytes: None }))),
            (None, Some(path)) => Ok(Self::Repository { path: path.trim().trim_start_matches('/').to_owned() }),
            (Some(value), None) => {
                let root = filled("LAMBDA_TASK_ROOT").map(PathBuf::from).unwrap_or_default();
                read(&value, &root).map(|loaded| Self::Fixed(Arc::new(loaded)))
            }
            (Some(_), Some(_)) => Err(Failure::new(
                "setting-contradiction",
                "environment variables `PURGEPLAN_POLICY` and `PURGEPLAN_POLICY_PATH` are both set",
                "set the first for a policy of the function, or the second for one of the repository",
            )),
        }
    }
}

impl Loaded {
    /// Checks a policy; `origin` says where it is from, for the message of a failure.
    pub(crate) fn new(bytes: Vec<u8>, origin: &str) -> Result<Self, Failure> {
        let policy = Policy::from_json(&bytes).map_err(|errors| invalid(origin, &errors))?;
        Ok(Self { policy, bytes: Some(bytes) })
    }

    /// The distributions to purge: the policy's, or the function's own one.
    pub(crate) fn distributions<'s>(&'s self, own: Option<&'s str>) -> Result<Vec<&'s str>, Failure> {
        let named: Vec<&str> = self.policy.distributions().iter().map(purgeplan_core::Distribution::id).collect();
        match own {
            Some(id) if named.is_empty() => Ok(vec![id]),
            Some(id) if !named.contains(&id) => Err(not_named(id, &named)),
            None if named.is_empty() => Err(no_distribution()),
            _ => Ok(named),
        }
    }
}

/// The policy and its bytes: the value itself when it is a JSON object, else the file that it names.
fn read(value: &str, root: &Path) -> Result<Loaded, Failure> {
    if value.trim_start().starts_with('{') {
        return Loaded::new(value.as_bytes().to_vec(), "`PURGEPLAN_POLICY`");
    }
    let path = root.join(value.trim());
    let origin = format!("`PURGEPLAN_POLICY`, file `{}`", printable(&path.to_string_lossy()));
    let bytes = std::fs::read(&path).map_err(|error| unreadable(&origin, &error))?;
    Loaded::new(bytes, &origin)
}

fn unreadable(origin: &str, error: &std::io::Error) -> Failure {
    Failure::new(
        "policy-unreadable",
        format!("{origin}: {error}"),
        "give the policy as JSON text that starts with `{`, or the path of a file in the deployment package; nothing \
         is purged until then",
    )
}

/// Every fault of the policy in one failure: what, where, and what to do.
fn invalid(origin: &str, errors: &[purgeplan_core::Error]) -> Failure {
    let Some(first) = errors.first() else {
        return Failure::new("policy-json", format!("{origin}: refused"), "see the README for the policy's fields");
    };
    let faults = errors.iter().map(|error| format!("{}{}", error.message, place(error))).collect::<Vec<_>>().join("; ");
    let help = errors.iter().map(|error| error.help.as_str()).collect::<Vec<_>>().join("; ");
    Failure::new(first.code, format!("{origin}: {faults}"), help)
}

fn place(error: &purgeplan_core::Error) -> String {
    let pointer = error.pointer.as_deref().filter(|pointer| !pointer.is_empty());
    match (pointer, &error.span) {
        (Some(pointer), Some(span)) => format!(" (`{pointer}`, bytes {} to {})", span.start, span.end),
        (Some(pointer), None) => format!(" (`{pointer}`)"),
        (None, Some(span)) => format!(" (bytes {} to {})", span.start, span.end),
        (None, None) => String::new(),
    }
}

fn not_named(id: &str, named: &[&str]) -> Failure {
    let list = named.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    Failure::new(
        "distribution-not-in-policy",
        format!("environment variable `dest_id` is `{}`, but the policy's `distributions` are {list}", printable(id)),
        "set `dest_id` to one of them, or remove it: the policy's distributions are purged, all of them",
    )
}

fn no_distribution() -> Failure {
    Failure::new(
        "setting-missing",
        "environment variable `dest_id` is not set or empty, and the policy names no distribution",
        "set `dest_id` (CloudFront distribution id), or list `distributions` in the policy; nothing is purged until then",
    )
}
