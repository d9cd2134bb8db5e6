//! The events of a deploy's objects, as each trigger shapes them.

use std::time::SystemTime;

use purgeplan_loopback::deploy::ObjectChange;
use purgeplan_loopback::events::{eventbridge, sns};
use purgeplan_loopback::s3_event::{Record, notification, sequencer};

use super::site::BUCKET;
use crate::cli::Trigger;

/// Makes events; every record of a run has a sequencer of its own.
#[derive(Default)]
pub(crate) struct Events {
    sequence: u64,
}

impl Events {
    /// What the trigger sends for these objects; of a queue, the body of one message.
    pub(crate) fn of(&mut self, trigger: Trigger, steps: &[ObjectChange], time: SystemTime) -> Vec<u8> {
        let first = self.sequence;
        self.sequence += u64::try_from(steps.len()).unwrap_or_default();
        let sequencers: Vec<String> = (first..self.sequence).map(sequencer).collect();
        let records = steps.iter().zip(&sequencers).map(|(step, sequencer)| Record::of(step, BUCKET, sequencer, time));
        let records: Vec<Record<'_>> = records.collect();
        match (trigger, records.as_slice()) {
            (Trigger::Eventbridge, [record]) => eventbridge::object_event(record),
            (Trigger::Sns, records) => sns::event(&notification(records), time),
            (Trigger::SnsSqs, records) => sns::envelope(&notification(records), time),
            (_, records) => notification(records),
        }
    }
}
