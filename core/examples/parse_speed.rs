//! How fast a diff is read: `cargo run --release --example parse_speed -- FILE [FORMAT]`.
//!
//! The time is that of `call` with the operation `parse`, from bytes to the answer's JSON, on one thread; the figures are
//! medians, of processor time where the system tells it (Linux), so that a busy machine does not blur them. For a
//! comparison, `git apply --numstat FILE` reads the same bytes and prints as many lines.

#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "a measurement reads a file and a clock")]

use std::time::Instant;

const RUNS: usize = 15;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(file) = arguments.next() else {
        eprintln!("usage: parse_speed FILE [FORMAT]");
        std::process::exit(2);
    };
    let format = arguments.next().unwrap_or_else(|| String::from("auto"));
    let diff = std::fs::read(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let request = format!(r#"{{"op":"parse","diffs":[{{"format":"{format}","attachments":[0]}}]}}"#);
    let mut answer = Vec::new();
    let mut nanoseconds: Vec<u128> = (0..RUNS)
        .map(|_| {
            let (start, wall) = (processor_nanoseconds(), Instant::now());
            answer = purgeplan_core::call(request.as_bytes(), &[&diff]);
            let wall = wall.elapsed().as_nanos();
            start.zip(processor_nanoseconds()).map_or(wall, |(start, end)| end - start).max(1)
        })
        .collect();
    nanoseconds.sort_unstable();
    if !answer.starts_with(br#"{"type":"success""#) {
        println!("{}", String::from_utf8_lossy(&answer[..answer.len().min(400)]));
        std::process::exit(1);
    }
    // Bytes in a microsecond are megabytes in a second.
    let megabytes_a_second = |time: u128| diff.len() as u128 * 1000 / time;
    println!(
        "{} MB, {RUNS} runs: median {} MB/s, {} to {}",
        diff.len() / 1_000_000,
        megabytes_a_second(nanoseconds[RUNS / 2]),
        megabytes_a_second(nanoseconds[RUNS - 1]),
        megabytes_a_second(nanoseconds[0]),
    );
}

/// What this process has used so far; its only thread is the one that measures.
fn processor_nanoseconds() -> Option<u128> {
    std::fs::read_to_string("/proc/self/schedstat").ok()?.split(' ').next()?.parse().ok()
}
