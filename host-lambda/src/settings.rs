//! The function's environment: the article's three variables, and a policy for those who want more.

use std::time::Duration;

use crate::failure::{Failure, printable};
use crate::policy::Source;

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
    /// `PURGEPLAN_POLICY` or `PURGEPLAN_POLICY_PATH`.
    pub policy: Source,
    /// `PURGEPLAN_METRICS`: whether metrics are written to the log.
    pub metrics: bool,
}

impl Settings {
    /// Reads the settings; `lookup` finds an environment variable. A file in `PURGEPLAN_POLICY` is read here, once.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let filled = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let policy = Source::from_env(filled)?;
        let distribution = filled("dest_id");
        let named = match &policy {
            Source::Fixed(loaded) => !loaded.policy.distributions().is_empty(),
            // Known when it is read.
            Source::Repository { .. } => true,
        };
        let missing: Vec<&str> = ["repository_name", "branch_name", "dest_id"]
            .into_iter()
            .filter(|name| filled(name).is_none())
            .filter(|name| *name != "dest_id" || !named)
            .collect();
        if !missing.is_empty() {
            return Err(not_set(&missing));
        }
        if let Source::Fixed(loaded) = &policy {
            loaded.distributions(distribution.as_deref())?;
        }
        Ok(Self {
            repository: filled("repository_name").unwrap_or_default(),
            branch: filled("branch_name").unwrap_or_default(),
            distribution,
            mode: mode(filled("PURGEPLAN_MODE").as_deref())?,
            attempt_timeout: attempt_timeout(filled("PURGEPLAN_ATTEMPT_TIMEOUT_MS").as_deref())?,
            policy,
            metrics: metrics(filled("PURGEPLAN_METRICS").as_deref())?,
        })
    }

    /// What names the site, the same for each of its deploys.
    #[must_use]
    pub fn site(&self) -> String {
        format!("{}/{}", self.repository, self.branch)
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

fn mode(value: Option<&str>) -> Result<Mode, Failure> {
    match value {
        None | Some("live") => Ok(Mode::Live),
        Some("observe") => Ok(Mode::Observe),
        Some(other) => Err(invalid("PURGEPLAN_MODE", other, "`live` (the default) or `observe`")),
    }
}

fn metrics(value: Option<&str>) -> Result<bool, Failure> {
    match value {
        None | Some("on") => Ok(true),
        Some("off") => Ok(false),
        Some(other) => Err(invalid("PURGEPLAN_METRICS", other, "`on` (the default) or `off`")),
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

    fn policy(settings: &Settings) -> &crate::policy::Loaded {
        match &settings.policy {
            Source::Fixed(loaded) => loaded,
            Source::Repository { .. } => panic!("the policy is the repository's"),
        }
    }

    #[test]
    fn the_policy_may_be_the_repositorys_own() {
        let settings = read(&[("PURGEPLAN_POLICY_PATH", "/ops/purge.json"), ("dest_id", "")]).expect("known later");
        assert!(matches!(settings.policy, Source::Repository { path } if path == "ops/purge.json"));
        let both = read(&[("PURGEPLAN_POLICY_PATH", "a"), ("PURGEPLAN_POLICY", "{}")]).expect_err("two policies");
        assert_eq!(both.code, "setting-contradiction");
    }

    #[test]
    fn the_articles_three_variables_are_enough() {
        let settings = read(&[]).expect("complete");
        assert_eq!((settings.repository.as_str(), settings.branch.as_str()), ("site", "main"));
        assert_eq!(settings.distribution.as_deref(), Some("E1"));
        assert_eq!((settings.mode, settings.attempt_timeout), (Mode::Live, Duration::from_secs(10)));
        assert_eq!((policy(&settings).bytes.as_deref(), policy(&settings).policy.bucket()), (None, None));
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
        let loaded = policy(&settings);
        assert_eq!((loaded.policy.bucket(), loaded.bytes.as_deref()), (Some("site-bucket"), Some(text.as_bytes())));

        let bundle = tempfile::tempdir().expect("a directory");
        std::fs::write(bundle.path().join("policy.json"), text).expect("a file");
        let root = bundle.path().to_str().expect("UTF-8");
        let settings = read(&[("PURGEPLAN_POLICY", "policy.json"), ("LAMBDA_TASK_ROOT", root)]).expect("file");
        assert_eq!(policy(&settings).policy.bucket(), Some("site-bucket"));

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
