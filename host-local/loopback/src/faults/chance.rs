//! Faults by chance, the same ones for the same seed.

use std::collections::BTreeMap;

use super::Fault;

/// How often calls fail by chance, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chance {
    /// Which calls fail, and how: that depends on the seed, the operation and the number of the call alone.
    pub seed: u64,
    /// Of a hundred calls, so many fail.
    pub percent: u8,
    /// What happens to them, each as likely as the others.
    pub faults: Vec<Fault>,
    /// After so many failed calls of an operation in a row, the next one is let through.
    pub most_in_a_row: u32,
}

/// What has been drawn for each operation.
#[derive(Debug, Default)]
pub(super) struct Drawn(BTreeMap<String, Row>);

#[derive(Debug, Default)]
struct Row {
    calls: u64,
    failed_in_a_row: u32,
}

impl Drawn {
    /// What happens to the next call of an operation.
    pub(super) fn next(&mut self, chance: &Chance, operation: &str) -> Option<Fault> {
        let row = self.0.entry(operation.to_owned()).or_default();
        row.calls += 1;
        let number = mixed(chance.seed ^ mixed(hash(operation) ^ row.calls));
        let count = chance.faults.len() as u64;
        let fails = number % 100 < u64::from(chance.percent) && row.failed_in_a_row < chance.most_in_a_row;
        if !fails || count == 0 {
            row.failed_in_a_row = 0;
            return None;
        }
        row.failed_in_a_row += 1;
        let at = usize::try_from((number >> 32) % count).unwrap_or_default();
        chance.faults.get(at).copied()
    }
}

/// FNV-1a: the same on every machine, unlike the standard library's.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The output function of `SplitMix64`.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(chance: &Chance, operation: &str) -> Vec<Option<Fault>> {
        let mut drawn = Drawn::default();
        (0..1_000).map(|_| drawn.next(chance, operation)).collect()
    }

    #[test]
    fn a_seed_draws_the_same_again_and_never_too_many_in_a_row() {
        let faults = vec![Fault::Throttle, Fault::Reset, Fault::LostAnswer];
        let chance = Chance { seed: 7, percent: 40, faults, most_in_a_row: 2 };
        let first = drawn(&chance, "GetBranch");
        assert_eq!(first, drawn(&chance, "GetBranch"));
        assert_ne!(first, drawn(&chance, "GetCommit"));
        assert_ne!(first, drawn(&Chance { seed: 8, ..chance.clone() }, "GetBranch"));
        let failed = first.iter().flatten().count();
        assert!((200..400).contains(&failed), "{failed} of 1,000");
        for fault in &chance.faults {
            assert!(first.iter().flatten().filter(|one| *one == fault).count() > 50, "{fault:?}");
        }
        assert!(!first.windows(3).any(|three| three.iter().all(Option::is_some)));
        assert_eq!(drawn(&Chance { percent: 0, ..chance }, "GetBranch").iter().flatten().count(), 0);
    }
}
