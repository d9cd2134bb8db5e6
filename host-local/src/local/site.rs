//! What is deployed: the repository, the commits, the policy, and the distributions in front of the bucket.

use std::path::PathBuf;

use purgeplan_core::Policy;
use purgeplan_loopback::deploy::{Mapping, Site};
use purgeplan_loopback::git::Repository;
use purgeplan_loopback::{DistributionConfig, SiteKind};

use super::promise::Promise;
use crate::cli::{LocalArguments, Origin};
use crate::failure::Failure;
use crate::inputs::policy as read_policy;

/// The repository's name in CodeCommit.
pub(crate) const REPOSITORY: &str = "site";
/// The branch that is deployed.
pub(crate) const BRANCH: &str = "main";
/// The bucket.
pub(crate) const BUCKET: &str = "site-bucket";
/// The distribution when the policy names none.
const DISTRIBUTION: &str = "E1PURGEPLANLOCAL";

/// Everything that does not change from commit to commit.
pub(crate) struct Setup {
    pub(crate) repository: Repository,
    /// The commit whose site is in the bucket and at the edge before; `None`: an empty bucket.
    pub(crate) base: Option<String>,
    /// The commits to deploy, in order.
    pub(crate) commits: Vec<String>,
    /// The policy file, made absolute for the function process.
    pub(crate) policy: Option<PathBuf>,
    /// Which preset or policy decides, for people.
    pub(crate) decided_by: String,
    pub(crate) promise: Promise,
    pub(crate) distributions: Vec<DistributionConfig>,
    mappings: Vec<Mapping>,
}

impl Setup {
    pub(crate) fn new(arguments: &LocalArguments) -> Result<Self, Failure> {
        let repository = Repository::open(&arguments.range.repo)?;
        let head = repository.resolve(&arguments.range.head)?;
        let base = match &arguments.range.base {
            Some(base) => Some(repository.resolve(base)?),
            None if arguments.walk => None,
            None => repository.commit(&head)?.parents.first().cloned(),
        };
        let commits = if arguments.walk { walk(&repository, base.as_deref(), &head)? } else { vec![head] };
        let (document, policy) = match arguments.policy.as_deref().map(read_policy).transpose()? {
            Some((document, policy)) => (Some(document), policy),
            None if arguments.trigger.is_of_a_deploy() => {
                (None, Policy::from_json(b"{}").expect("a policy that says nothing is one"))
            }
            None => (None, Policy::article()),
        };
        Ok(Self {
            repository,
            base,
            commits,
            policy: arguments.policy.as_deref().map(absolute).transpose()?,
            decided_by: match &arguments.policy {
                Some(file) => format!("policy {} (preset {})", file.display(), policy.preset_name()),
                None if arguments.trigger.is_of_a_deploy() => {
                    "preset sound, as for whole deploys without a policy".to_owned()
                }
                None => format!("preset {}, as with the three variables alone", policy.preset_name()),
            },
            promise: Promise::new(document.as_deref(), &policy, arguments.trigger.is_of_a_deploy()),
            distributions: distributions(&policy, arguments.origin),
            mappings: policy
                .mappings()
                .map(|(source, prefix)| Mapping { source: source.into(), prefix: prefix.into() })
                .collect(),
        })
    }

    /// The object key of a repository path; `None` outside the source folders and for names that are no key.
    pub(crate) fn key(&self, path: &[u8]) -> Option<String> {
        self.mappings.iter().find_map(|mapping| mapping.key(path)).and_then(|key| String::from_utf8(key).ok())
    }

    /// The site that a commit makes.
    pub(crate) fn site(&self, commit: &str) -> Result<Site, Failure> {
        Ok(Site::new(&self.repository.tree(commit)?, &self.mappings))
    }
}

/// The first-parent commits after base, oldest first, head last.
fn walk(repository: &Repository, base: Option<&str>, head: &str) -> Result<Vec<String>, Failure> {
    let mut commits = repository.first_parents(head, usize::MAX)?;
    if let Some(base) = base {
        let Some(end) = commits.iter().position(|commit| commit == base) else {
            return Err(Failure::new(
                format!("base {base} is not on the first-parent line of head {head}"),
                "with `--walk`, name a base that head came from; without it, any two commits will do",
            ));
        };
        commits.truncate(end);
    }
    commits.reverse();
    Ok(commits)
}

fn absolute(path: &std::path::Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map_err(|error| Failure::new(format!("`{}`: {error}", path.display()), "name an existing file"))
}

fn distributions(policy: &Policy, origin: Origin) -> Vec<DistributionConfig> {
    let site = match origin {
        Origin::Rest => SiteKind::Rest,
        Origin::Website => SiteKind::Website { index_document: "index.html".to_owned() },
    };
    let config = |id: &str, origin_path: &str| DistributionConfig {
        origin_path: origin_path.to_owned(),
        site: site.clone(),
        ..DistributionConfig::rest(id)
    };
    match policy.distributions() {
        [] => vec![config(DISTRIBUTION, "")],
        named => named.iter().map(|one| config(one.id(), &one.origin_path())).collect(),
    }
}
