//! What may go wrong with one call of AWS.

use fastrand::Rng;
use purgeplan_lambda::ports::PortError;

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// Refused for now, before any effect: throttled, or an error of the service.
    Refused(&'static str),
    /// The connection broke before the request was there.
    Reset,
    /// No answer, and no effect.
    Silent,
    /// The effect was there, the answer never came.
    SilentAfter,
    /// The effect was there, the connection broke before the answer.
    LostAfter,
    /// The instance is killed before the effect.
    KilledBefore,
    /// The instance is killed after the effect.
    KilledAfter,
}

/// How much goes wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weather {
    /// Calls in a thousand with a fault.
    pub(super) faults: u32,
    /// Calls in a thousand at which the instance is killed.
    pub(super) kills: u32,
}

impl Weather {
    pub(super) const CALM: Self = Self { faults: 0, kills: 0 };

    pub(super) fn draw(rng: &mut Rng) -> Self {
        let faults = [0, 20, 100, 300, 700][rng.usize(..5)];
        let kills = [0, 10, 40, 150][rng.usize(..4)];
        Self { faults, kills }
    }

    pub(super) fn fault(self, rng: &mut Rng) -> Fault {
        let drawn = rng.u32(..1_000);
        if drawn < self.kills {
            return if rng.bool() { Fault::KilledBefore } else { Fault::KilledAfter };
        }
        if rng.u32(..1_000) >= self.faults {
            return Fault::None;
        }
        match rng.u8(..10) {
            0..=2 => Fault::Refused("ThrottlingException"),
            3 => Fault::Refused("TooManyInvalidationsInProgress"),
            4 => Fault::Refused("ServiceUnavailable"),
            5 => Fault::Reset,
            6 => Fault::Silent,
            7 => Fault::SilentAfter,
            _ => Fault::LostAfter,
        }
    }
}

/// An error as the AWS adapters give it.
pub(super) fn error(operation: &'static str, retriable: bool, code: &str) -> PortError {
    PortError { operation, retriable, code: code.to_owned(), message: "the simulation says so".to_owned() }
}
