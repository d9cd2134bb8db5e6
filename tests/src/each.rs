//! Many cases of one test at a time, because most of them wait.

use std::fmt::Debug;
use std::future::ready;
use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt, StreamExt, stream};

/// Runs every case, so many at a time, and then fails with the names of those that did.
///
/// # Panics
/// When a case panicked; its own message was printed then.
pub async fn case<C: Debug>(at_a_time: usize, cases: impl IntoIterator<Item = C>, run: impl AsyncFn(C)) {
    let run = &run;
    let named = cases.into_iter().map(|case| async move {
        let name = format!("{case:?}");
        AssertUnwindSafe(run(case)).catch_unwind().await.err().map(|_| name)
    });
    let failed = stream::iter(named).buffer_unordered(at_a_time).filter_map(ready);
    let failed: Vec<String> = failed.collect().await;
    assert!(failed.is_empty(), "{} cases failed (see above):\n{}", failed.len(), failed.join("\n"));
}
