//! How fast a request is answered: `cargo run --release --example call_speed -- REQUEST FILE…`.
//!
//! The request is JSON, the files are its attachments: `'{"op":"parse","diffs":[{"attachments":[0]}]}' x.diff` reads a
//! diff. It prints how many changes or paths the answer has, then the seconds of each call, from bytes to the answer's
//! JSON, on one thread; processor time where the system tells it (Linux), so that a busy machine does not blur it.

#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "a measurement reads files and a clock")]

use std::{env, error::Error, fs, process, thread, time::Instant};

const RUNS: usize = 15;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let Some(request) = arguments.next() else {
        eprintln!("usage: call_speed REQUEST [FILE…]");
        process::exit(2);
    };
    let files = arguments.map(fs::read).collect::<Result<Vec<_>, _>>()?;
    let attachments: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let mut answer = Vec::new();
    let seconds: Vec<f64> = (0..RUNS)
        .map(|_| {
            let (start, wall) = (processor_seconds(), Instant::now());
            answer = purgeplan_core::call(request.as_bytes(), &attachments);
            let wall = wall.elapsed().as_secs_f64();
            start.zip(processor_seconds()).map_or(wall, |(start, end)| end - start)
        })
        .collect();
    let answer: serde_json::Value = serde_json::from_slice(&answer)?;
    let found = answer["billed_paths"].as_u64().or(answer["changes"].as_array().map(|changes| changes.len() as u64));
    let found = found.ok_or_else(|| answer["errors"].to_string())?;
    println!("{found} {}", seconds.iter().map(f64::to_string).collect::<Vec<_>>().join(" "));
    Ok(())
}

/// What this process has used so far; its only thread is the one that measures.
fn processor_seconds() -> Option<f64> {
    // Linux counts when it switches, otherwise only some hundred times a second.
    thread::yield_now();
    let nanoseconds: f64 = fs::read_to_string("/proc/self/schedstat").ok()?.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}
