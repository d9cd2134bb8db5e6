//! The caller reference of a batch.
//!
//! CloudFront answers a repeated reference with the invalidation that exists, and purges nothing new. So the reference
//! is the same for every try of one piece of work, and another for the next: it is made of the work's identity, the
//! distribution and the sorted paths. (Amazon CloudFront API Reference, `InvalidationBatch`, `CallerReference`.)

use alloc::{format, string::String};
use sha2::{Digest, Sha256};

use crate::{escape::to_hex, invalidation::InvalidationPath, sorted::Sorted};

/// `purgeplan-1-` and 40 hexadecimal digits.
pub(crate) fn caller_reference(identity: &Sorted<String>, distribution: &str, paths: &[InvalidationPath]) -> String {
    let mut digest = Sha256::new();
    // Each part with its length, so that no two different lists run together alike.
    let mut add = |part: &str| {
        digest.update(u64::try_from(part.len()).expect("a length fits 64 bits").to_le_bytes());
        digest.update(part.as_bytes());
    };
    add("purgeplan-1");
    add(distribution);
    add(if identity.is_empty() { "" } else { "identity" });
    for part in identity.iter() {
        add(part);
    }
    add("paths");
    for path in paths {
        add(path.as_str());
    }
    format!("purgeplan-1-{}", to_hex(&digest.finalize()[..20]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::UrlPath;

    fn reference(identity: &[&str], distribution: &str, rests: &[&str]) -> String {
        let paths: alloc::vec::Vec<_> =
            rests.iter().map(|rest| InvalidationPath::narrowest(&UrlPath::below_root(rest.as_bytes())).0).collect();
        caller_reference(&identity.iter().map(|part| String::from(*part)).collect(), distribution, &paths)
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
}
