//! How fast a diff is read: `cargo run --release --example parse_speed -- FILE [FORMAT]`.
//!
//! The time is that of `call` with the operation `parse`, from bytes to the answer's JSON, on one thread; the figures are
//! medians, of processor time where the system tells it (Linux), so that a busy machine does not blur them. For a comparison, `git apply --numstat FILE` reads the same bytes and prints as many lines.

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
    let mut seconds: Vec<f64> = (0..RUNS)
        .map(|_| {
            let (start, wall) = (processor_seconds(), Instant::now());
            answer = purgeplan_core::call(request.as_bytes(), &[&diff]);
            let wall = wall.elapsed().as_secs_f64();
            start.zip(processor_seconds()).map_or(wall, |(start, end)| end - start)
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    if !answer.starts_with(br#"{"type":"success""#) {
        println!("{}", String::from_utf8_lossy(&answer[..answer.len().min(400)]));
        std::process::exit(1);
    }
    let megabytes = |time: f64| diff.len() as f64 / 1e6 / time;
    println!(
        "{} MB, {RUNS} runs: median {:.0} MB/s, {:.0} to {:.0}",
        diff.len() / 1_000_000,
        megabytes(seconds[RUNS / 2]),
        megabytes(seconds[RUNS - 1]),
        megabytes(seconds[0]),
    );
}

/// What this process has used so far; its only thread is the one that measures.
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split(' ').next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e9)
}
