//! What goes wrong in a run with `--faults`: calls fail by chance, but never so often that AWS's own retries could not
//! bring the work to its end.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use purgeplan_loopback::{Chance, Fault, Loopback};

/// What a later try of the same call may mend.
const PASSING: [Fault; 8] = [
    Fault::Throttle,
    Fault::ThrottleXml,
    Fault::Status500,
    Fault::Status503,
    Fault::Reset,
    Fault::Timeout(Some(Duration::from_millis(300))),
    Fault::LostAnswer,
    Fault::Truncated,
];
/// Of a hundred calls, so many fail.
const PERCENT: u8 = 20;
/// The function's waits grow with each failure in a row, to 20 s.
const MOST_IN_A_ROW: u32 = 3;

/// The faults of a run; without a seed nothing goes wrong.
#[derive(Clone, Copy)]
pub(crate) struct Trouble {
    pub(crate) seed: Option<u64>,
}

impl Trouble {
    /// `wanted` is what the command line says: no faults, any, or those of a seed.
    pub(crate) fn new(wanted: Option<Option<u64>>) -> Self {
        let any = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| u64::from(now.subsec_micros()));
        Self { seed: wanted.map(|seed| seed.unwrap_or_else(any)) }
    }

    /// What the function is told, so that a call without an answer does not hold it up for long.
    pub(crate) fn environment(self) -> &'static [(&'static str, &'static str)] {
        if self.seed.is_some() { &[("PURGEPLAN_ATTEMPT_TIMEOUT_MS", "2000")] } else { &[] }
    }

    /// Prepares the endpoints for the next try of a piece of work. A refusal (HTTP 4xx) ends the try, so `last` has none.
    pub(crate) fn prepare(self, aws: &Loopback, last: bool) {
        let refusal = (!last).then_some(Fault::Forbidden);
        let faults = PASSING.into_iter().chain(refusal).collect();
        let chance = |seed| Chance { seed, percent: PERCENT, faults, most_in_a_row: MOST_IN_A_ROW };
        aws.faults().by_chance(self.seed.map(chance));
    }
}
