//! The three names of one file: its path in the repository, its object key in the bucket, its URL path at the edge.

use alloc::{borrow::Cow, sync::Arc, vec::Vec};
use core::{cmp::Ordering, fmt};

use purgeplan_lines::{append, order};

use crate::escape::{escape, percent_decoded};

// A path and a key are held by a change, its decision and its trigger at once: these share them.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident($bytes:ty)) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name($bytes);

        impl $name {
            /// The raw bytes; they need not be UTF-8.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// The lossless text of these bytes ([`crate::escape`]).
            #[must_use]
            pub fn escaped(&self) -> Cow<'_, str> {
                escape(&self.0)
            }
        }

        // Sorting compares nothing else; the library would do so byte by byte in WebAssembly.
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                order(&self.0, &other.0)
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), escape(&self.0))
            }
        }
    };
}

name! {
    /// Path of a file in the git repository, relative to its root: `posts/hello.md`.
    // INVARIANT: not empty, no NUL, no leading slash.
    RepoPath(Arc<[u8]>)
}

name! {
    /// Key of an object in the S3 bucket, decoded: `production/posts/hello world.html`.
    // INVARIANT: not empty.
    ObjectKey(Arc<[u8]>)
}

name! {
    /// Path of a URL as a viewer's request names it, decoded and without query: `/posts/hello world.html`.
    // INVARIANT: begins with a slash.
    UrlPath(Vec<u8>)
}

impl RepoPath {
    /// `None` when the bytes cannot be a path that git stores: empty, with a NUL, or absolute.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let usable = !bytes.is_empty() && bytes[0] != b'/' && memchr::memchr(0, bytes).is_none();
        usable.then(|| Self(bytes.into()))
    }
}

impl ObjectKey {
    /// `None` when empty. Any other bytes are a key; S3 itself takes UTF-8 of at most 1,024 bytes.
    #[must_use]
    pub fn new(bytes: impl AsRef<[u8]>) -> Option<Self> {
        let bytes = bytes.as_ref();
        (!bytes.is_empty()).then(|| Self(bytes.into()))
    }

    /// The key that is the path itself; the two share their memory.
    pub(crate) fn of_path(path: &RepoPath) -> Self {
        Self(Arc::clone(&path.0))
    }

    /// Decodes the key of an S3 event notification: `+` is a space, then `%HH`, once.
    ///
    /// Source: Amazon S3 User Guide, "Event message structure": "The object key name value is URL encoded."
    /// `EventBridge` events and object lists carry the key as it is: never decode those.
    ///
    /// # Errors
    /// The byte offset of a `%` that two hexadecimal digits do not follow, or `Err(0)` for an empty key.
    pub fn from_s3_event(encoded: &[u8]) -> Result<Self, usize> {
        Self::new(percent_decoded(encoded, true)?).ok_or(0)
    }
}

impl UrlPath {
    /// The URL path of what stands below the origin path, with the leading slash added.
    #[must_use]
    pub fn below_root(rest: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(rest.len() + 1);
        bytes.push(b'/');
        append(rest, &mut bytes);
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_20_s3_event_keys_are_form_decoded() {
        let decoded = |text: &str| ObjectKey::from_s3_event(text.as_bytes()).unwrap().escaped().into_owned();
        assert_eq!(decoded("a+b%2Bc%20d.html"), "a b+c d.html");
        assert_eq!(decoded("%E6%97%A5%E6%9C%AC.html"), "日本.html");
    }

    #[test]
    fn trap_21_a_key_is_decoded_once() {
        assert_eq!(ObjectKey::from_s3_event(b"100%2525.html").unwrap().escaped(), "100%25.html");
    }

    #[test]
    fn invalid_utf8_survives_and_a_broken_escape_is_placed() {
        assert_eq!(ObjectKey::from_s3_event(b"a%FF").unwrap().as_bytes(), b"a\xff");
        assert_eq!(ObjectKey::from_s3_event(b"ab%F"), Err(2));
        assert_eq!(ObjectKey::from_s3_event(b""), Err(0));
    }

    #[test]
    fn a_repository_path_is_relative_and_not_empty() {
        assert!(RepoPath::new(b"").is_none());
        assert!(RepoPath::new(b"/a").is_none());
        assert!(RepoPath::new(b"a\0b").is_none());
        assert_eq!(RepoPath::new(b"a/b").unwrap().as_bytes(), b"a/b");
    }
}
