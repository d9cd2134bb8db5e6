//! purgeplan's decision: which CloudFront URLs a deploy makes stale, and the fewest invalidation paths for them.
//!
//! A deploy of a static site re-uploads every file, so only the commit diff knows what changed. This crate interprets
//! the diff, maps each changed file to its object key and the viewer's URLs, decides with a reason, and writes the
//! paths as the invalidation API accepts them. It does no I/O and knows no clock, environment or randomness: the same
//! bytes in give the same bytes out in the Lambda, in Node, in the browser and on the command line.
//!
//! ```
//! let diff = b":100644 100644 1111111111111111111111111111111111111111 2222222222222222222222222222222222222222 M\0a b.html\0";
//! let request = br#"{"op":"plan","diffs":[{"format":"git-raw","attachments":[0]}]}"#;
//! let answer = purgeplan_core::call(request, &[diff]);
//! let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
//! assert_eq!(answer["paths"], serde_json::json!(["/a%20b.html"]));
//! ```
//!
//! What it does not do: call AWS, run git, read files, or retry. Hosts do, and none of them reshapes the decision.
// What writes the TypeScript types needs std; the decision never does.
#![cfg_attr(not(feature = "ts"), no_std)]
#![cfg_attr(feature = "ts", allow(unused_qualifications, reason = "the prelude of std is there as well"))]

extern crate alloc;

mod answer;
mod behaviour;
mod change;
pub mod cover;
mod decide;
mod diagnostic;
mod diff;
mod edge;
mod error;
mod escape;
mod explain;
mod facts;
mod invalidation;
mod json;
mod live;
mod locate;
mod map;
mod names;
mod pattern;
mod plan;
mod policy;
mod reference;
mod render;
mod request;
mod s3_listing;
#[cfg(feature = "schema")]
mod schema;
mod sorted;
mod trigger;
#[cfg(feature = "ts")]
pub mod types;
mod wire;

pub use change::{BlobId, Change, ChangeSet, Effect, Entry, EntryKind, Status};
pub use cover::{Cover, CoverError, CoverMode, Site, UrlSet, Urls};
pub use error::{Error, Span};
pub use escape::{escape, unescape};
pub use invalidation::{InvalidationPath, MAX_PATH_CHARACTERS, MAX_PATHS_IN_PROGRESS, MAX_WILDCARDS_IN_PROGRESS};
pub use names::{ObjectKey, RepoPath, UrlPath};
pub use pattern::{Pattern, PatternError};
pub use policy::{Base, Distribution, Escalate, Lookback, Policy, Preset};
pub use reference::DeployReference;
pub use render::{count, dollars, plain};
pub use wire::{call, values};
