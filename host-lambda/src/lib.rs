//! purgeplan's AWS Lambda: S3 events in, CloudFront invalidations out. The decision itself is `purgeplan-core`'s.
//!
//! With the environment variables `repository_name`, `branch_name` and `dest_id` alone it does the whole job:
//!
//! ```text
//! S3 event -> keys -> `GetBranch`, `GetCommit`, `GetDifferences` -> plan (core) -> `CreateInvalidation`
//! ```
//!
//! [`handler::Handler`] is generic over the [`ports`], so it also runs against anything that plays AWS:
//!
//! ```
//! use purgeplan_lambda::handler::{Handler, Services};
//! use purgeplan_lambda::{event::Payload, ports::*, retry::Invocation, settings::Settings};
//! use std::time::Duration;
//!
//! struct Site;
//! impl CodeCommit for Site {
//!     async fn branch_head(&self) -> Result<String, PortError> {
//!         Ok("c".repeat(40))
//!     }
//!     async fn commit(&self, id: &str) -> Result<Commit, PortError> {
//!         Ok(Commit { id: id.into(), parents: vec!["b".repeat(40)], committed_at: Some(0) })
//!     }
//!     async fn differences(&self, _: Option<&str>, _: &str, _: Option<&str>) -> Result<Page, PortError> {
//!         let json = br#"{"differences":[{"changeType":"M",
//!             "beforeBlob":{"blobId":"1111111111111111111111111111111111111111","path":"a b.html","mode":"100644"},
//!             "afterBlob":{"blobId":"2222222222222222222222222222222222222222","path":"a b.html","mode":"100644"}}]}"#;
//!         Ok(Page { json: json.to_vec(), next: None })
//!     }
//! }
//! impl CloudFront for Site {
//!     async fn create_invalidation(&self, id: &str, _: &str, paths: &[String]) -> Result<Created, PortError> {
//!         assert_eq!((id, paths), ("E1", &["/a%20b.html".to_owned()][..]));
//!         Ok(Created { id: "I1".into() })
//!     }
//! }
//!
//! let environment = |name: &str| match name {
//!     "repository_name" => Some("site".to_owned()),
//!     "branch_name" => Some("main".to_owned()),
//!     "dest_id" => Some("E1".to_owned()),
//!     _ => None,
//! };
//! let handler = Handler::new(Settings::from_env(environment).unwrap(), Services::drop_in(Site, Site));
//! let event: Payload = serde_json::from_str(
//!     r#"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"a+b.html","sequencer":"01"}}}]}"#,
//! )
//! .unwrap();
//! let invocation = Invocation::lasting("request", Duration::from_secs(60));
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let report = handler.handle(&event, &invocation).await.unwrap();
//! assert_eq!(report.invalidations, ["I1"]);
//! # });
//! ```
//!
//! What it does not do: decide (the core does), wait until an invalidation is complete (CloudFront needs seconds, and
//! Lambda bills them), or keep anything outside its own memory.

mod advice;
pub mod aws;
pub mod base;
mod cache;
pub mod event;
pub mod failure;
pub mod handler;
pub mod history;
pub mod init_error;
pub mod log;
pub mod metrics;
pub mod optional;
mod plan;
pub mod policy;
pub mod ports;
pub mod retry;
pub mod settings;
