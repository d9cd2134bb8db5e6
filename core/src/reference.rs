//! The caller reference of a batch.
//!
//! CloudFront answers a repeated reference with the invalidation that exists, and purges nothing new. So the reference
//! is the same for every try of one piece of work, and another for the next: it is made of the work's identity, the
//! distribution and the sorted paths. (Amazon CloudFront API Reference, `InvalidationBatch`, `CallerReference`.)
//!
//! The purge of a whole deploy writes a reference that is read again: [`DeployReference`].

mod deploy;

use alloc::{format, string::String};
use purgeplan_lines::to_hex;
use sha2::{Digest, Sha256};

use crate::{invalidation::InvalidationPath, sorted::Sorted};

pub use deploy::DeployReference;
pub(crate) use deploy::{DEPLOY, Deploy};

/// What the references of a plan are made of.
pub(crate) enum Work<'w> {
    /// What makes this piece of work itself, in no order.
    Identity(&'w Sorted<String>),
    /// The purge of a whole deploy, and what asked for it this time.
    Deploy(&'w Deploy, &'w Sorted<String>),
}

impl Work<'_> {
    /// The references of the batches of one distribution, in their order.
    pub(crate) fn references(
        &self,
        distribution: &str,
        batches: &[&[InvalidationPath]],
    ) -> impl Iterator<Item = String> {
        let digest = match self {
            Self::Identity(_) => String::new(),
            Self::Deploy(_, identity) => to_hex(&digest_of(identity, distribution, batches)[..8]),
        };
        batches.iter().enumerate().map(move |(index, paths)| match self {
            Self::Identity(identity) => caller_reference(identity, distribution, paths),
            Self::Deploy(deploy, _) => deploy.reference(index + 1, batches.len(), &digest),
        })
    }
}

/// A digest of parts, each with its length, so that no two different lists run together alike.
#[derive(Default)]
struct Parts(Sha256);

impl Parts {
    fn add(&mut self, part: &str) {
        self.0.update(u64::try_from(part.len()).expect("a length fits 64 bits").to_le_bytes());
        self.0.update(part.as_bytes());
    }

    fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// `purgeplan-1-` and 40 hexadecimal digits.
fn caller_reference(identity: &Sorted<String>, distribution: &str, paths: &[InvalidationPath]) -> String {
    let mut parts = Parts::default();
    parts.add("purgeplan-1");
    parts.add(distribution);
    parts.add(if identity.is_empty() { "" } else { "identity" });
    for part in identity.iter() {
        parts.add(part);
    }
    parts.add("paths");
    for path in paths {
        parts.add(path.as_str());
    }
    format!("purgeplan-1-{}", to_hex(&parts.finish()[..20]))
}

/// All batches of a distribution: the parts of one plan share it, and no part of another plan has it.
fn digest_of(identity: &Sorted<String>, distribution: &str, batches: &[&[InvalidationPath]]) -> [u8; 32] {
    let mut parts = Parts::default();
    parts.add(distribution);
    for part in identity.iter() {
        parts.add("identity");
        parts.add(part);
    }
    for batch in batches {
        parts.add("batch");
        for path in *batch {
            parts.add(path.as_str());
        }
    }
    parts.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::UrlPath;
    use alloc::vec::Vec;

    fn paths(rests: &[&str]) -> Vec<InvalidationPath> {
        rests.iter().map(|rest| InvalidationPath::narrowest(&UrlPath::below_root(rest.as_bytes())).0).collect()
    }

    fn reference(identity: &[&str], distribution: &str, rests: &[&str]) -> String {
        let identity = identity.iter().map(|part| String::from(*part)).collect();
        let work = Work::Identity(&identity);
        work.references(distribution, &[&paths(rests)]).next().expect("one batch")
    }

    #[test]
    fn trap_30_the_same_work_has_the_same_reference_and_the_next_another() {
        let first = reference(&["k1", "k2"], "E", &["a", "b"]);
        assert_eq!(first, reference(&["k2", "k1", "k1"], "E", &["a", "b"]));
        for other in [
            reference(&["k1"], "E", &["a", "b"]),
            reference(&["k1", "k3"], "E", &["a", "b"]),
            reference(&["k1", "k2"], "F", &["a", "b"]),
            reference(&["k1", "k2"], "E", &["a"]),
            reference(&["k1k2"], "E", &["a", "b"]),
        ] {
            assert_ne!(first, other);
        }
        assert_eq!(first.len(), "purgeplan-1-".len() + 40);
    }

    #[test]
    fn the_parts_of_one_plan_share_a_digest_and_those_of_another_have_another() {
        let deploy = Deploy::new("site", None, &"c".repeat(40), "e-1").expect("well formed");
        let asked_by = |identity: &[&str], distribution: &str, batches: &[&[&str]]| -> Vec<DeployReference> {
            let identity = identity.iter().map(|part| String::from(*part)).collect();
            let work = Work::Deploy(&deploy, &identity);
            let batches: Vec<_> = batches.iter().map(|batch| paths(batch)).collect();
            let batches: Vec<&[InvalidationPath]> = batches.iter().map(Vec::as_slice).collect();
            work.references(distribution, &batches).map(|text| DeployReference::parse(&text).expect("ours")).collect()
        };
        let references = |distribution: &str, batches: &[&[&str]]| asked_by(&[], distribution, batches);
        let plan = references("E", &[&["a", "b"], &["c"]]);
        assert_eq!((plan[0].part(), plan[1].part()), ((1, 2), (2, 2)));
        assert!(plan[0].same_plan(&plan[1]));
        for other in [
            references("F", &[&["a", "b"], &["c"]]),
            references("E", &[&["a", "b"], &["d"]]),
            references("E", &[&["a"], &["b", "c"]]),
            references("E", &[&["a", "b", "c"]]),
            asked_by(&["job"], "E", &[&["a", "b"], &["c"]]),
        ] {
            assert!(other.iter().all(|part| !part.same_plan(&plan[0])), "{other:?}");
        }
    }
}
