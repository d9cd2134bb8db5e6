//! The function's environment: the article's three variables, and a policy for those who want more.

use std::path::{Path, PathBuf};
use std::time::Duration;

use purgeplan_core::{Lookback, Policy};

use crate::failure::{Failure, printable};

/// How long one attempt at one AWS call may take, when `PURGEPLAN_ATTEMPT_TIMEOUT_MS` says nothing.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// Whether invalidations are created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Purge.
    Live,
    /// Plan and log; never call `CreateInvalidation`.
    Observe,
}

impl Mode {
    /// The name it has in `PURGEPLAN_MODE` and in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Observe => "observe",
        }
    }
}

/// Everything the handler is told from outside, checked.
#[derive(Debug)]
pub struct Settings {
    /// CodeCommit repository (`repository_name`).
    pub repository: String,
    /// Branch that is deployed (`branch_name`).
    pub branch: String,
    /// Distribution (`dest_id`); only a policy that names distributions makes it optional.
    pub distribution: Option<String>,
    /// `PURGEPLAN_MODE`: `live` (the default) or `observe`.
    pub mode: Mode,
    /// `PURGEPLAN_ATTEMPT_TIMEOUT_MS`: bound of one attempt at one AWS call.
    pub attempt_timeout: Duration,
    policy: Policy,
    policy_bytes: Option<Vec<u8>>,
}

impl Settings {
    /// Reads the settings; `lookup` finds an environment variable. A file in `PURGEPLAN_POLICY` is read here, once.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let filled = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let (policy, policy_bytes) = match filled("PURGEPLAN_POLICY") {
            None => (Policy::article(), None),
            Some(value) => {
                let root = filled("LAMBDA_TASK_ROOT").map(PathBuf::from).unwrap_or_default();
                let (policy, bytes) = read_policy(&value, &root)?;
                (policy, Some(bytes))
            }
        };
        let distribution = filled("dest_id");
        let missing: Vec<&str> = ["repository_name", "branch_name", "dest_id"]
            .into_iter()
            .filter(|name| filled(name).is_none())
            .filter(|name| *name != "dest_id" || policy.distributions().is_empty())
            .collect();
        if !missing.is_empty() {
            return Err(not_set(&missing));
        }
        if let Some(id) = &distribution {
            check_distribution(id, &policy)?;
        }
        Ok(Self {
            repository: filled("repository_name").unwrap_or_default(),
            branch: filled("branch_name").unwrap_or_default(),
            distribution,
            mode: mode(filled("PURGEPLAN_MODE").as_deref())?,
            attempt_timeout: attempt_timeout(filled("PURGEPLAN_ATTEMPT_TIMEOUT_MS").as_deref())?,
            policy,
            policy_bytes,
        })
    }

    /// The policy's own bytes, when one was given.
    #[must_use]
    pub fn policy_bytes(&self) -> Option<&[u8]> {
        self.policy_bytes.as_deref()
    }

    /// The bucket that the policy is for, when it names one.
    #[must_use]
    pub fn bucket(&self) -> Option<&str> {
        self.policy.bucket()
    }

    /// How far before an event commits are looked at.
    #[must_use]
    pub fn lookback(&self) -> Lookback {
        self.policy.lookback()
    }
}

fn not_set(names: &[&str]) -> Failure {
    let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let verb = if names.len() == 1 { "is" } else { "are" };
    Failure::new(
        "setting-missing",
        format!("environment variable {list} {verb} not set or empty"),
        "set `repository_name` (CodeCommit repository), `branch_name` (deployed branch) and `dest_id` (CloudFront \
         distribution id) in the function's configuration; nothing is purged until then",
    )
}

/// The policy and its bytes: the value itself when it is a JSON object, else the file that it names.
fn read_policy(value: &str, root: &Path) -> Result<(Policy, Vec<u8>), Failure> {
    let (origin, bytes) = if value.trim_start().starts_with('{') {
        ("`PURGEPLAN_POLICY`".to_owned(), value.as_bytes().to_vec())
    } else {
        let path = root.join(value.trim());
        let origin = format!("`PURGEPLAN_POLICY`, file `{}`", printable(&path.to_string_lossy()));
        let bytes = std::fs::read(&path).map_err(|error| unreadable_policy(&origin, &error))?;
        (origin, bytes)
    };
    let policy = Policy::from_json(&bytes).map_err(|errors| invalid_policy(&origin, &errors))?;
    Ok((policy, bytes))
}

fn unreadable_policy(origin: &str, error: &std::io::Error) -> Failure {
    Failure::new(
        "policy-unreadable",
        format!("{origin}: {error}"),
        "give the policy as JSON text that starts with `{`, or the path of a file in the deployment package; nothing \
         is purged until then",
    )
}

/// Every fault of the policy in one failure: what, where, and what to do.
fn invalid_policy(origin: &str, errors: &[purgeplan_core::Error]) -> Failure {
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

fn check_distribution(id: &str, policy: &Policy) -> Result<(), Failure> {
    let named = policy.distributions();
    if named.is_empty() || named.iter().any(|distribution| distribution.id() == id) {
        return Ok(());
    }
    let list = named.iter().map(|distribution| format!("`{}`", distribution.id())).collect::<Vec<_>>().join(", ");
    Err(Failure::new(
        "distribution-not-in-policy",
        format!("environment variable `dest_id` is `{}`, but the policy's `distributions` are {list}", printable(id)),
        "set `dest_id` to one of them, or remove it: the policy's distributions are purged, all of them",
    ))
}

fn mode(value: Option<&str>) -> Result<Mode, Failure> {
    match value {
        None | Some("live") => Ok(Mode::Live),
        Some("observe") => Ok(Mode::Observe),
        Some(other) => Err(invalid("PURGEPLAN_MODE", other, "`live` (the default) or `observe`")),
    }
}

fn attempt_timeout(value: Option<&str>) -> Result<Duration, Failure> {
    let Some(text) = value else { return Ok(ATTEMPT_TIMEOUT) };
    match text.parse() {
        Ok(milliseconds @ 1..=900_000) => Ok(Duration::from_millis(milliseconds)),
        _ => Err(invalid("PURGEPLAN_ATTEMPT_TIMEOUT_MS", text, "milliseconds from 1 to 900000")),
    }
}

fn invalid(name: &str, value: &str, wanted: &str) -> Failure {
    Failure::new(
        "setting-invalid",
        format!("environment variable `{name}` is `{}`", printable(value)),
        format!("set it to {wanted}; nothing is purged until then"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: [(&str, &str); 3] = [("repository_name", "site"), ("branch_name", "main"), ("dest_id", "E1")];

    fn read(more: &[(&str, &str)]) -> Result<Settings, Failure> {
        let all: Vec<(&str, &str)> = more.iter().chain(&ARTICLE).copied().collect();
        Settings::from_env(|wanted| all.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_articles_three_variables_are_enough() {
        let settings = read(&[]).expect("complete");
        assert_eq!((settings.repository.as_str(), settings.branch.as_str()), ("site", "main"));
        assert_eq!(settings.distribution.as_deref(), Some("E1"));
        assert_eq!((settings.mode, settings.attempt_timeout), (Mode::Live, Duration::from_secs(10)));
        assert_eq!((settings.policy_bytes(), settings.bucket()), (None, None));
    }

    #[test]
    fn every_missing_or_empty_variable_is_named() {
        let failure = Settings::from_env(|_| None).expect_err("nothing is set");
        assert_eq!(failure.code, "setting-missing");
        for name in ["`repository_name`", "`branch_name`", "`dest_id`"] {
            assert!(failure.message.contains(name), "{failure}");
        }
        let failure = read(&[("branch_name", " ")]).expect_err("empty");
        assert_eq!(failure.message, "environment variable `branch_name` is not set or empty");
    }

    #[test]
    fn a_wrong_mode_or_timeout_is_named_with_what_it_was() {
        let failure = read(&[("PURGEPLAN_MODE", "dry\nrun")]).expect_err("unknown mode");
        assert_eq!(failure.message, "environment variable `PURGEPLAN_MODE` is `dry\\u{a}run`");
        assert_eq!(read(&[("PURGEPLAN_MODE", "observe")]).expect("known").mode, Mode::Observe);
        for wrong in ["0", "10s", "900001", "-1"] {
            let failure = read(&[("PURGEPLAN_ATTEMPT_TIMEOUT_MS", wrong)]).expect_err(wrong);
            assert!(failure.message.contains("PURGEPLAN_ATTEMPT_TIMEOUT_MS"), "{failure}");
        }
    }

    #[test]
    fn a_policy_may_be_text_or_a_file_of_the_bundle() {
        let text = r#" {"bucket":"site-bucket"}"#;
        let settings = read(&[("PURGEPLAN_POLICY", text)]).expect("text");
        assert_eq!((settings.bucket(), settings.policy_bytes()), (Some("site-bucket"), Some(text.as_bytes())));

        let bundle = tempfile::tempdir().expect("a directory");
        std::fs::write(bundle.path().join("policy.json"), text).expect("a file");
        let root = bundle.path().to_str().expect("UTF-8");
        let settings = read(&[("PURGEPLAN_POLICY", "policy.json"), ("LAMBDA_TASK_ROOT", root)]).expect("file");
        assert_eq!(settings.bucket(), Some("site-bucket"));

        let failure = read(&[("PURGEPLAN_POLICY", "no.json"), ("LAMBDA_TASK_ROOT", root)]).expect_err("no such file");
        assert_eq!(failure.code, "policy-unreadable");
        assert!(failure.message.contains("no.json"), "{failure}");
    }

    #[test]
    fn a_wrong_policy_is_refused_at_start() {
        let failure = read(&[("PURGEPLAN_POLICY", r#"{"colour":"red"}"#)]).expect_err("unknown field");
        assert!(failure.message.starts_with("`PURGEPLAN_POLICY`: "), "{failure}");
        assert!(failure.message.contains("colour"), "{failure}");
        let failure = read(&[("PURGEPLAN_POLICY", r#"{"ignore":["a[b"],"bucket":""}"#)]).expect_err("two faults");
        assert!(failure.message.contains("(`/ignore/0`, bytes 11 to 16)"), "{failure}");
        assert!(failure.message.contains("(`/bucket`, bytes 27 to 29)"), "{failure}");
        read(&[("PURGEPLAN_POLICY", "{")]).expect_err("not JSON");
    }

    #[test]
    fn dest_id_agrees_with_the_policy_or_may_be_absent() {
        let policy = r#"{"distributions":[{"id":"E1"},{"id":"E2"}]}"#;
        assert_eq!(read(&[("PURGEPLAN_POLICY", policy)]).expect("named").distribution.as_deref(), Some("E1"));
        assert_eq!(read(&[("PURGEPLAN_POLICY", policy), ("dest_id", "")]).expect("absent").distribution, None);
        let failure = read(&[("PURGEPLAN_POLICY", policy), ("dest_id", "E3")]).expect_err("not named");
        assert_eq!(failure.code, "distribution-not-in-policy");
        assert!(failure.message.contains("`E3`") && failure.message.contains("`E1`, `E2`"), "{failure}");
        let failure = read(&[("PURGEPLAN_POLICY", "{}"), ("dest_id", "")]).expect_err("nothing to purge");
        assert!(failure.message.contains("`dest_id`"), "{failure}");
    }
}
