//! Many cases of one test at a time, because most of them wait.

use std::fmt::Debug;
use std::future::ready;
use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt, StreamExt, stream};

/// Runs every case, so many at a time, and then fails with the names of those that did.
///
/// # Panics
/// When a case panicked, with what each of them said.
pub async fn case<C: Debug>(at_a_time: usize, cases: impl IntoIterator<Item = C>, run: impl AsyncFn(C)) {
    let run = &run;
    let named = cases.into_iter().map(|case| async move {
        let name = format!("{case:?}");
        let panic = AssertUnwindSafe(run(case)).catch_unwind().await.err()?;
        let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Some(format!("{name}: {}", said.unwrap_or("a panic without a message")))
    });
    let failed = stream::iter(named).buffer_unordered(at_a_time).filter_map(ready);
    let failed: Vec<String> = failed.collect().await;
    assert!(failed.is_empty(), "{} cases failed:\n{}", failed.len(), failed.join("\n"));
}
