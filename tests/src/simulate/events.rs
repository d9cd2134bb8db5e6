//! Events as AWS writes them.

use std::time::SystemTime;

use purgeplan_loopback::deploy::ObjectChange;
use purgeplan_loopback::events::{eventbridge, sns};
use purgeplan_loopback::pipeline::{DEPLOY, Level as Told, StateChange};
use purgeplan_loopback::s3_event::{Record, notification};

use super::scenario::{BUCKET, Level, Wrapping};

/// One object's notification, as the body of a message, or as an event where nothing is around it.
pub(super) fn object(step: &ObjectChange, sequencer: &str, time: SystemTime, wrapping: Wrapping) -> Vec<u8> {
    let record = Record::of(step, BUCKET, sequencer, time);
    match wrapping {
        Wrapping::Plain | Wrapping::Sns => notification(&[record]),
        Wrapping::EventBridge => eventbridge::object_event(&record),
    }
}

/// The body as an event of the function.
pub(super) fn direct(body: Vec<u8>, time: SystemTime, wrapping: Wrapping) -> Vec<u8> {
    if wrapping == Wrapping::Sns { sns::event(&body, time) } else { body }
}

/// The body as a message of a queue.
pub(super) fn queued(body: Vec<u8>, time: SystemTime, wrapping: Wrapping) -> Vec<u8> {
    if wrapping == Wrapping::Sns { sns::envelope(&body, time) } else { body }
}

/// Whether the rule passes a state change on: of the pipeline, of its deploy stage, or of its deploy action.
pub(super) fn passes(change: &StateChange, level: Level) -> bool {
    match (&change.level, level) {
        (Told::Pipeline, Level::Pipeline) => true,
        (Told::Stage(stage), Level::Stage) => *stage == 1,
        (Told::Action(_, name), Level::Action) => name == DEPLOY,
        _ => false,
    }
}
