//! How long a whole plan takes through `call`, and what memory: a raw diff and the live keys in, the answer's JSON out.
//!
//! `cargo run --release -p purgeplan-core --example plan_speed [CHANGES…]` plans for a site of ten files a change, sorted
//! as git lists them; each size and mode in a process of its own, so that the peak memory is its own. What `call` gets is
//! not counted, its answer is. Times are of the processor, from Linux, of the first call in a process; the median of
//! several.

mod common;

use std::{env, error::Error, fs};

use common::{Growth, milliseconds, resident, rows, site, timed};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
const FILES_A_CHANGE: usize = 10;
const MODES: [(&str, &str); 3] = [
    ("exact", r#"{"mode":"exact"}"#),
    ("lossless", r#"{"mode":"lossless"}"#),
    ("budget 64", r#"{"mode":"budget","paths":64,"infeasible":"chunks"}"#),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    if let [one, size, mode] = arguments.as_slice()
        && one == "one"
    {
        return measure(size.parse()?, mode);
    }
    if arguments.is_empty() {
        arguments = SIZES.iter().map(ToString::to_string).collect();
    }
    let mut wanted = Vec::new();
    for size in &arguments {
        let changes = size.parse()?;
        wanted.extend(MODES.map(|(mode, _)| (vec!["one", size, mode], changes)));
    }
    println!("| changes | live | mode | plan ms | peak MB | paths |\n|---|---|---|---|---|---|");
    let mut growth = Growth::default();
    for ((arguments, _), row) in wanted.iter().zip(rows(&wanted, 4)?) {
        println!("{row}");
        growth.note(arguments[2], &row, 1, 4);
    }
    print!("{growth}");
    Ok(())
}

fn measure(changes: usize, mode: &str) -> Result<(), Box<dyn Error>> {
    let (_, cover) = MODES.iter().find(|(name, _)| *name == mode).ok_or("no such mode")?;
    let (live, stale) = site(changes * FILES_A_CHANGE, changes, false);
    let (old, new) = ("1".repeat(40), "2".repeat(40));
    let diff: String =
        stale.iter().map(|url| format!(":100644 100644 {old} {new} M\0{}\0", &url[1..])).collect::<Vec<_>>().concat();
    let keys: String = live.iter().flat_map(|url| [&url[1..], "\0"]).collect();
    let request = format!(
        r#"{{"op":"plan","policy":{{"urls":{{"directory":false}},"cover":{cover}}},"diffs":[{{"format":"git-raw","attachments":[0]}}],"live":{{"attachment":1,"complete":true}}}}"#
    );
    let sizes = (stale.len(), live.len());
    drop((live, stale));
    // The peak so far is the generator's.
    fs::write("/proc/self/clear_refs", "5")?;
    let before = resident("VmRSS")?;
    let attachments = [diff.as_bytes(), keys.as_bytes()];
    let (answer, time) = timed(|| purgeplan_core::call(request.as_bytes(), &attachments))?;
    let memory = resident("VmHWM")?.saturating_sub(before) / 1024;
    let answer: serde_json::Value = serde_json::from_slice(&answer)?;
    let paths = answer["billed_paths"].as_u64().ok_or_else(|| answer["errors"].to_string())?;
    println!("| {} | {} | {mode} | {} | {memory} | {paths} |", sizes.0, sizes.1, milliseconds(time));
    Ok(())
}
