//! AWS on loopback, for one site.
//!
//! Real HTTP on 127.0.0.1: the Lambda Runtime API, CodeCommit answered from a git repository, CloudFront with a model of its
//! edge cache that knows which URLs are stale, S3's listing of the bucket behind it, and CodePipeline with a model of
//! executions that a test drives. It judges what purgeplan does, so it shares no code with it.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use purgeplan_loopback::{Config, DistributionConfig, Loopback, deploy, git::Repository};
//!
//! let repository = Repository::open("/srv/site")?;
//! let (base, head) = (repository.resolve("HEAD~1")?, repository.resolve("HEAD")?);
//! let site = |tree| deploy::Site::new(tree, &[deploy::Mapping::default()]);
//! let (old, new) = (site(&repository.tree(&base)?), site(&repository.tree(&head)?));
//!
//! let aws = Loopback::start(Config::new("site", repository, DistributionConfig::rest("E1"))).await?;
//! aws.edge().deploy(deploy::Mode::Sync, &old);
//! aws.edge().warm();
//! aws.codecommit().set_branch("main", &head);
//! for change in aws.edge().deploy(deploy::Mode::Extract, &new) {
//!     // Send the S3 event of `change` with `aws.runtime().invoke(…)` to a process that was started with
//!     // `aws.endpoints().environment()`.
//! }
//! assert!(aws.edge().compare().stale.is_empty());
//! # Ok(()) }
//! ```
//!
//! What it does not do: check signatures, serve objects over HTTP, expire cached answers, or run a viewer function.

mod account;
mod aws_error;
pub mod cloudfront;
pub mod codecommit;
pub mod codepipeline;
pub mod deploy;
pub mod edge;
mod error;
pub mod events;
pub mod faults;
pub mod git;
mod http;
pub mod lambda;
mod loopback;
pub mod pipeline;
mod query;
pub mod runtime_api;
pub mod s3;
pub mod s3_event;
mod timestamp;

pub use edge::{DistributionConfig, Edge, EdgeRules, Rate, SiteKind, WildcardReading};
pub use error::Error;
pub use faults::{Chance, Fault, Faults, Moment, When};
pub use loopback::{Config, Endpoints, Loopback, Ports, USER_PARAMETERS};
pub use pipeline::{Pipeline, PipelineConfig};
pub use runtime_api::{Outcome, RuntimeApi};
