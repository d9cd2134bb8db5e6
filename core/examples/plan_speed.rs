//! How long a whole plan takes through `call`, and what memory: a raw diff and the live keys in, the answer's JSON out.
//!
//! `cargo run --release -p purgeplan-core --example plan_speed [CHANGES…]` plans for a site of ten files a change, sorted
//! as git lists them; each size and mode in a process of its own, so that the peak memory is its own. What `call` gets is
//! not counted, its answer is. Times are of the processor, from Linux, of the first call in a process; the median of
//! several. `plan_speed inputs FOLDER CHANGES` writes what a plan of this size gets into `FOLDER/diff` and `FOLDER/live`.

mod common;

use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    process,
};

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
    if let [one, folder, mode] = arguments.as_slice()
        && one == "one"
    {
        return measure(Path::new(folder), mode);
    }
    if let [inputs, folder, changes] = arguments.as_slice()
        && inputs == "inputs"
    {
        return write_site(Path::new(folder), changes.parse()?);
    }
    if arguments.is_empty() {
        arguments = SIZES.iter().map(ToString::to_string).collect();
    }
    let inputs = env::temp_dir().join(format!("plan-speed-{}", process::id()));
    let mut sites = Vec::new();
    for size in &arguments {
        let changes = size.parse()?;
        let folder = inputs.join(size);
        write_site(&folder, changes)?;
        sites.push((folder.to_str().ok_or("a temporary folder without a name")?.to_owned(), changes));
    }
    let mut wanted = Vec::new();
    for (folder, changes) in &sites {
        wanted.extend(MODES.map(|(mode, _)| (vec!["one", folder, mode], *changes)));
    }
    println!("| changes | live | mode | plan ms | peak MB | paths |\n|---|---|---|---|---|---|");
    let mut growth = Growth::default();
    for ((arguments, _), row) in wanted.iter().zip(rows(&wanted, 4)?) {
        println!("{row}");
        growth.note(arguments[2], &row, 1, 4);
    }
    print!("{growth}");
    fs::remove_dir_all(inputs)?;
    Ok(())
}

/// The diff and the live keys of a site, as files: a process that made them itself would plan on the heap that making
/// them left behind.
fn write_site(folder: &Path, changes: usize) -> Result<(), Box<dyn Error>> {
    let (live, stale) = site(changes * FILES_A_CHANGE, changes, false);
    let (old, new) = ("1".repeat(40), "2".repeat(40));
    fs::create_dir_all(folder)?;
    let mut diff = BufWriter::new(File::create(folder.join("diff"))?);
    for url in &stale {
        write!(diff, ":100644 100644 {old} {new} M\0{}\0", &url[1..])?;
    }
    diff.flush()?;
    let mut keys = BufWriter::new(File::create(folder.join("live"))?);
    for url in &live {
        write!(keys, "{}\0", &url[1..])?;
    }
    Ok(keys.flush()?)
}

fn measure(folder: &Path, mode: &str) -> Result<(), Box<dyn Error>> {
    let (_, cover) = MODES.iter().find(|(name, _)| *name == mode).ok_or("no such mode")?;
    #[expect(clippy::disallowed_methods, reason = "an example may read its own inputs")]
    let (diff, keys) = (fs::read(folder.join("diff"))?, fs::read(folder.join("live"))?);
    let request = format!(
        r#"{{"op":"plan","policy":{{"urls":{{"directory":false}},"cover":{cover}}},"diffs":[{{"format":"git-raw","attachments":[0]}}],"live":{{"attachment":1,"complete":true}}}}"#
    );
    // A record of the diff has two NULs.
    let nuls = |bytes: &[u8]| memchr::memchr_iter(0, bytes).count();
    let (changes, live) = (nuls(&diff) / 2, nuls(&keys));
    let before = resident("VmRSS")?;
    let (answer, time) = timed(|| purgeplan_core::call(request.as_bytes(), &[&diff, &keys]))?;
    let memory = resident("VmHWM")?.saturating_sub(before) / 1024;
    let answer: serde_json::Value = serde_json::from_slice(&answer)?;
    let paths = answer["billed_paths"].as_u64().ok_or_else(|| answer["errors"].to_string())?;
    println!("| {changes} | {live} | {mode} | {} | {memory} | {paths} |", milliseconds(time));
    Ok(())
}
