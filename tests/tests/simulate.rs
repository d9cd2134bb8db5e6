//! Random histories through the real handler: see `purgeplan_tests::simulate` for what each mode promises.
//!
//! `PURGEPLAN_LONG=1` plays 10,000 of them. A broken one is replayed by `cargo xtask simulate --seed S`.

use purgeplan_tests::simulate;

/// In `cargo xtask test`.
const FEW: u64 = 300;
/// With `PURGEPLAN_LONG`, in `cargo xtask verify`.
const MANY: u64 = 10_000;

#[test]
fn histories_end_with_nothing_stale_and_nothing_bought_in_vain() {
    let many = std::env::var_os("PURGEPLAN_LONG").is_some();
    let figures = simulate::play_all(0..if many { MANY } else { FEW }).unwrap_or_else(|broken| panic!("{broken}"));
    // A simulation in which nothing happens proves nothing.
    assert!(figures.invalidations > figures.histories && figures.kills > 0 && figures.faults > 0, "{figures:?}");
    assert!(figures.judgements > 2 * figures.histories && figures.everything > 0, "{figures:?}");
}

#[test]
fn a_seed_is_a_history() {
    for seed in 0..20 {
        assert_eq!(simulate::story(seed, None), simulate::story(seed, None), "seed {seed}");
    }
}
