//! How long a cover takes, what memory, and what it is worth against peers' heuristics.
//!
//! `cargo run --release -p purgeplan-core --example cover_speed [CHANGES…]` makes a site of ten URLs for each change, the
//! same on every machine, and covers the changes; each size in a process of its own, so that the peak memory is its own.
//! Times are of the processor, from Linux, so that other work on the machine does not count.
#![expect(clippy::disallowed_methods, reason = "an example may read its arguments, its own time and memory")]

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fs,
    process::{Command, Stdio},
};

use purgeplan_core::{Cover, CoverMode, InvalidationPath, Site, UrlPath, UrlSet};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
const URLS_A_CHANGE: usize = 10;
const WILDCARDS: usize = 15;
const MODES: [(&str, CoverMode); 5] = [
    ("exact", CoverMode::Exact),
    ("lossless", CoverMode::Lossless { wildcards: WILDCARDS }),
    ("budget 1000", CoverMode::Budget { paths: 1_000, wildcards: WILDCARDS }),
    ("budget 64", CoverMode::Budget { paths: 64, wildcards: WILDCARDS }),
    ("budget 8", CoverMode::Budget { paths: 8, wildcards: 8 }),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "one") {
        return measure(arguments[1].parse()?, &arguments[2], &arguments[3]);
    }
    if arguments.is_empty() {
        arguments = SIZES.iter().map(ToString::to_string).collect();
    }
    println!(
        "| changes | live | mode | build ms | cover ms | peak MB | paths | wildcards | over-purged | stale missed |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let mut growth = Growth::default();
    for size in &arguments {
        for kind in ["clustered", "scattered", "flat"] {
            for mode in MODES.iter().map(|(name, _)| *name).chain(["peers"]) {
                let run = Command::new(env::current_exe()?)
                    .args(["one", size, kind, mode])
                    .stderr(Stdio::inherit())
                    .output()?;
                if !run.status.success() {
                    return Err(format!("the run of {size} changes failed").into());
                }
                let rows = String::from_utf8(run.stdout)?;
                print!("{rows}");
                growth.note(kind, mode, &rows);
            }
        }
    }
    growth.print();
    Ok(())
}

fn measure(changes: usize, kind: &str, mode: &str) -> Result<(), Box<dyn Error>> {
    let (live, stale) = match kind {
        "flat" => flat(changes * URLS_A_CHANGE, changes),
        _ => site(changes * URLS_A_CHANGE, changes, kind == "scattered"),
    };
    let size = format!("| {kind} | {} | {}", stale.len(), live.len());
    if mode == "peers" {
        println!("{size} | one path a file | | | | {} | 0 | 0 | 0 |", stale.len());
        peer(&size, "s3deploy", &s3deploy(&stale), &live, &stale);
        peer(&size, "everything", &[String::from("/*")], &live, &stale);
        return Ok(());
    }
    let mode = MODES.iter().find(|(name, _)| *name == mode).ok_or("no such mode")?;
    // The peak so far is the generator's.
    fs::write("/proc/self/clear_refs", "5")?;
    let before = resident("VmHWM")?;
    let start = processor_time()?;
    let live: UrlSet = live.iter().collect();
    let urls: Vec<UrlPath> = stale.iter().map(|url| UrlPath::below_root(&url.as_bytes()[1..])).collect();
    let paths: Vec<InvalidationPath> = urls.iter().map(|url| InvalidationPath::covering(url).0).collect();
    let built = processor_time()? - start;
    let start = processor_time()?;
    let cover = Cover::best(urls.iter().zip(&paths), Site::of(Some(&live)), mode.1)?;
    let covered = processor_time()? - start;
    println!(
        "{size} | {} | {} | {} | {} | {} | {} | {} | 0 |",
        mode.0,
        milliseconds(built),
        milliseconds(covered),
        (resident("VmHWM")? - before) / 1024,
        cover.paths().len(),
        cover.wildcards(),
        cover.over_purged().unwrap_or_default(),
    );
    Ok(())
}

/// The time of each site and mode, at growing sizes.
#[derive(Default)]
struct Growth(BTreeMap<(String, String), Vec<(f64, f64)>>);

impl Growth {
    fn note(&mut self, kind: &str, mode: &str, row: &str) {
        let column = |at: usize| row.split('|').nth(at).and_then(|text| text.trim().parse::<f64>().ok());
        if let (Some(changes), Some(build), Some(cover)) = (column(2), column(5), column(6)) {
            self.0.entry((kind.to_owned(), mode.to_owned())).or_default().push((changes, build + cover));
        }
    }

    /// How many times the time, for how many times the changes.
    fn print(&self) {
        println!("\n| site | mode | times the time / times the changes |\n|---|---|---|");
        for ((kind, mode), runs) in &self.0 {
            let factors =
                runs.windows(2).map(|pair| format!("{:.1} / {:.1}", pair[1].1 / pair[0].1, pair[1].0 / pair[0].0));
            println!("| {kind} | {mode} | {} |", factors.collect::<Vec<_>>().join(", "));
        }
    }
}

fn milliseconds(nanoseconds: u64) -> String {
    format!("{}.{}", nanoseconds / 1_000_000, nanoseconds / 100_000 % 10)
}

/// In nanoseconds.
fn processor_time() -> Result<u64, Box<dyn Error>> {
    let times = fs::read_to_string("/proc/self/schedstat")?;
    Ok(times.split_whitespace().next().ok_or("no number")?.parse()?)
}

/// In KB.
fn resident(field: &str) -> Result<usize, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with(field)).ok_or("no such field")?;
    Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse()?)
}

/// A site like a large documentation: releases of books, guides, topics, pages. Sorted as git lists it; the first are all
/// live URLs, the second the stale ones.
///
/// Clustered: some releases of some books are rebuilt but for a few topics, and a few pages change alone. Scattered: one
/// topic of twenty is rebuilt, others change in part, and one page of a hundred alone, everywhere.
fn site(live: usize, changes: usize, scattered: bool) -> (Vec<String>, Vec<String>) {
    const WORDS: [&str; 16] = [
        "api",
        "guide",
        "install",
        "tutorial",
        "reference",
        "release",
        "news",
        "blog",
        "async",
        "storage",
        "network",
        "security",
        "日本語",
        "über uns",
        "faq",
        "internals",
    ];
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let word = |random: &mut Random| WORDS[random.below(WORDS.len())];
    let releases = 4 + live / 20_000;
    let mut urls = Vec::with_capacity(live);
    let mut stale = Vec::with_capacity(changes);
    let mut topic = 0;
    while urls.len() < live {
        let (book, release) = (random.below(WORDS.len()), random.below(releases));
        let deeper = ["", "more/", "more/details/"][random.below(3)];
        let guide = word(&mut random);
        let folder = format!("/{}/v{release}/{guide}/{deeper}topic-{topic:06}/", WORDS[book]);
        let pages = 1 + random.below(40);
        let (rebuilt, touched, alone) = if scattered {
            (random.below(20) == 0, if random.below(8) == 0 { random.below(pages) } else { 0 }, random.below(100))
        } else {
            ((book * 7 + release * 3) % 12 == 0 && random.below(50) > 0, 0, random.below(2_000))
        };
        for page in 0..pages.min(live - urls.len()) {
            let url = match page {
                0 => format!("{folder}index.html"),
                _ => format!("{folder}{}-{page:03}.html", word(&mut random)),
            };
            if stale.len() < changes && (rebuilt || page < touched || alone == page) {
                stale.push(url.clone());
            }
            urls.push(url);
        }
        topic += 1;
    }
    urls.sort();
    stale.sort();
    (urls, stale)
}

/// Names that are hashes, all in one folder; the changes are anywhere among them.
fn flat(live: usize, changes: usize) -> (Vec<String>, Vec<String>) {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut urls: Vec<String> = (0..live).map(|_| format!("/assets/{:08x}.js", random.below(1 << 31))).collect();
    let mut stale = urls[..changes].to_vec();
    for names in [&mut urls, &mut stale] {
        names.sort();
        names.dedup();
    }
    (urls, stale)
}

/// Xorshift, so that the site is the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }
}

/// What s3deploy would send: index pages as their folder; over 8 paths, each path that is deeper than a falling depth
/// becomes the wildcard of its folder's parent, until 8 are left; `/*` when they never are.
fn s3deploy(stale: &[String]) -> Vec<String> {
    const MOST: usize = 8;
    let depth = |path: &str| path.matches('/').count();
    let mut paths: Vec<String> = stale
        .iter()
        .map(|url| match url.strip_suffix("index.html").and_then(|rest| rest.rfind('/')) {
            Some(slash) => url[..=slash].to_owned(),
            None => url.clone(),
        })
        .collect();
    let deepest = stale.iter().map(|url| depth(url)).max().unwrap_or_default();
    let mut level = deepest;
    while paths.len() > MOST && level > 0 {
        for path in paths.iter_mut().filter(|path| depth(path) > level) {
            let folder = &path[1..path.rfind('/').unwrap_or(1).max(1)];
            let parent = folder.rfind('/').map_or(folder, |slash| &folder[..slash]);
            *path = format!("/{parent}/*");
        }
        paths.sort();
        paths.dedup();
        level -= 1;
    }
    if paths.len() > MOST || paths.iter().any(|path| path == "/*") { vec![String::from("/*")] } else { paths }
}

fn peer(size: &str, name: &str, paths: &[String], live: &[String], stale: &[String]) {
    let reached = |url: &&String| {
        paths.iter().any(|path| match path.strip_suffix('*') {
            Some(prefix) => url.starts_with(prefix),
            None => path == *url,
        })
    };
    let all = live.iter().filter(reached).count();
    let wanted = stale.iter().filter(reached).count();
    let wildcards = paths.iter().filter(|path| path.ends_with('*')).count();
    println!("{size} | {name} | | | | {} | {wildcards} | {} | {} |", paths.len(), all - wanted, stale.len() - wanted);
}
