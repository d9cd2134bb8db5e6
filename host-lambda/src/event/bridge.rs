//! `EventBridge` events: of the bucket, of a pipeline, of the repository.

use purgeplan_core::ObjectKey;
use serde_json::Value;

use super::record::{Change, Kind};
use super::{Content, seconds, shape, text};
use crate::failure::Failure;

/// A pipeline that succeeded, or the deploying part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// The pipeline's name.
    pub pipeline: String,
    /// The id of its execution.
    pub execution: String,
    /// The stage, or the stage and the action, when the event is about these alone. A stage may hold no deploy action,
    /// and an execution several: each is a purge of its own.
    pub part: Option<String>,
    /// In seconds since the Unix epoch.
    pub time: Option<i64>,
}

pub(super) fn read(event: &Value) -> Result<Content, Failure> {
    let kind = (text(event, "/source").unwrap_or_default(), text(event, "/detail-type").unwrap_or_default());
    match kind {
        ("aws.s3", "Object Created") => {
            Ok(Content { changes: vec![change(event, Kind::Created)?], ..Content::default() })
        }
        ("aws.s3", "Object Deleted") => {
            Ok(Content { changes: vec![change(event, Kind::Removed)?], ..Content::default() })
        }
        // Tags, access control lists, storage classes: the bytes stay.
        ("aws.s3", _) => Ok(Content::default()),
        ("aws.codepipeline", kind) => {
            Ok(Content { deployed: deployed(event, kind)?.into_iter().collect(), ..Content::default() })
        }
        ("aws.codecommit", _) => Err(shape::push()),
        (source, kind) => {
            let message = format!(
                "the event is `{}` of `{}`, which this function does not serve",
                shape::short(kind),
                shape::short(source)
            );
            Err(Failure::new("event-shape", message, shape::SEND))
        }
    }
}

/// The key stands as it is: `EventBridge` events are not form-encoded.
///
/// Source: Amazon S3 User Guide, "`EventBridge` event message structure".
fn change(event: &Value, kind: Kind) -> Result<Change, Failure> {
    let key = text(event, "/detail/object/key").and_then(|key| ObjectKey::new(key.as_bytes()));
    let no_key = || Failure::new("event-key", "the event has no object key (`detail.object.key`)", shape::SEND);
    let owned = |pointer: &str| text(event, pointer).map(str::to_owned);
    Ok(Change {
        kind,
        bucket: owned("/detail/bucket/name"),
        key: key.ok_or_else(no_key)?,
        sequencer: owned("/detail/object/sequencer"),
        version: owned("/detail/object/version-id"),
        etag: owned("/detail/object/etag"),
        time: text(event, "/time").and_then(seconds),
    })
}

/// The deploy that a pipeline's event tells of; `None` while there is none: nothing has succeeded, or an action of
/// another category has.
fn deployed(event: &Value, kind: &str) -> Result<Option<Deployed>, Failure> {
    if text(event, "/detail/state") != Some("SUCCEEDED") {
        return Ok(None);
    }
    let detail = |name: &str| text(event, &format!("/detail/{name}")).filter(|text| !text.is_empty());
    let part = match kind {
        "CodePipeline Pipeline Execution State Change" => None,
        "CodePipeline Stage Execution State Change" => detail("stage").map(str::to_owned),
        "CodePipeline Action Execution State Change" if text(event, "/detail/type/category") == Some("Deploy") => {
            detail("stage").zip(detail("action")).map(|(stage, action)| format!("{stage}/{action}"))
        }
        _ => return Ok(None),
    };
    let field = |name: &str| {
        let missing =
            || Failure::new("event-shape", format!("the event of CodePipeline has no `detail.{name}`"), shape::SEND);
        detail(name).map(str::to_owned).ok_or_else(missing)
    };
    Ok(Some(Deployed {
        pipeline: field("pipeline")?,
        execution: field("execution-id")?,
        part,
        time: text(event, "/time").and_then(seconds),
    }))
}
