//! How long a cover takes, what memory, and what it is worth against peers' heuristics.
//!
//! `cargo run --release -p purgeplan-core --example cover_speed [CHANGES…]` makes a site of ten URLs for each change, the
//! same on every machine, and covers the changes; each size in a process of its own, so that the peak memory is its own.
//! With `history` it reads `git log --reverse --no-renames --name-status --format=%x1e` from its input, and adds up what
//! each way of covering costs over all commits. Times are of the processor, from Linux, so that other work on the machine
//! does not count, each the median of several.

use std::{collections::BTreeSet, env, error::Error, fs, io};

mod common;

use common::{Growth, flat, milliseconds, resident, rows, site, timed};
use purgeplan_core::{Cover, CoverMode, InvalidationPath, Site, UrlPath, UrlSet, Urls};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// With more changes only the clustered site is covered.
const LARGE: usize = 100_000;
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
    if arguments.first().is_some_and(|first| first == "history") {
        return history();
    }
    if arguments.is_empty() {
        arguments = SIZES.iter().map(ToString::to_string).collect();
    }
    println!("| site | changes | live | mode | cover ms | peak MB | paths | wildcards | over-purged |");
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut wanted = Vec::new();
    for size in &arguments {
        let changes = size.parse()?;
        for kind in ["clustered", "scattered", "flat"].into_iter().take(if changes <= LARGE { 3 } else { 1 }) {
            wanted.extend(MODES.map(|(mode, _)| (vec!["one", size, kind, mode], changes)));
        }
    }
    let mut growth = Growth::default();
    for ((arguments, _), row) in wanted.iter().zip(rows(&wanted, 5)?) {
        println!("{row}");
        growth.note(&arguments[2..].join(", "), &row, 2, 5);
    }
    print!("{growth}");
    Ok(())
}

fn measure(changes: usize, kind: &str, mode: &str) -> Result<(), Box<dyn Error>> {
    let (live, stale) = match kind {
        "flat" => flat(changes * URLS_A_CHANGE, changes),
        _ => site(changes * URLS_A_CHANGE, changes, kind == "scattered"),
    };
    let size = format!("| {kind} | {} | {}", stale.len(), live.len());
    let mode = MODES.iter().find(|(name, _)| *name == mode).ok_or("no such mode")?;
    // The peak so far is the generator's.
    fs::write("/proc/self/clear_refs", "5")?;
    let before = resident("VmHWM")?;
    let urls: Vec<UrlPath> = stale.iter().map(|url| UrlPath::below_root(&url.as_bytes()[1..])).collect();
    let paths: Vec<InvalidationPath> = urls.iter().map(|url| InvalidationPath::covering(url).0).collect();
    let live = Listed(live);
    let (cover, covered) = timed(|| Cover::best(urls.iter().zip(&paths), Site::of(Some(&live)), mode.1))?;
    let cover = cover?;
    println!(
        "{size} | {} | {} | {} | {} | {} | {} |",
        mode.0,
        milliseconds(covered),
        (resident("VmHWM")? - before) / 1024,
        cover.paths().len(),
        cover.wildcards(),
        cover.over_purged().unwrap_or_default(),
    );
    Ok(())
}

/// URLs as some other part of a program has them.
struct Listed(Vec<String>);

impl Urls for Listed {
    fn for_each(&self, each: &mut dyn FnMut(&[u8])) {
        self.0.iter().for_each(|url| each(url.as_bytes()));
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

/// What paths cost: how many they are, unchanged URLs that they purge, stale ones that they leave.
#[derive(Clone, Copy, Default)]
struct Worth {
    paths: usize,
    over_purged: usize,
    missed: usize,
}

impl Worth {
    /// `live` holds the stale URLs that still exist; those that are gone count only as stale.
    fn of<T: AsRef<str>>(paths: &[T], live: &[String], stale: &[String]) -> Self {
        let (wide, exact): (Vec<&str>, Vec<&str>) =
            paths.iter().map(AsRef::as_ref).partition(|path| path.ends_with('*'));
        let exact: BTreeSet<&str> = exact.into_iter().collect();
        let reached = |url: &&String| {
            exact.contains(url.as_str()) || wide.iter().any(|path| url.starts_with(&path[..path.len() - 1]))
        };
        let stale: BTreeSet<&String> = stale.iter().collect();
        Self {
            paths: paths.len(),
            over_purged: live.iter().filter(|url| !stale.contains(url)).filter(reached).count(),
            missed: stale.iter().filter(|url| !reached(url)).count(),
        }
    }

    fn add(&mut self, other: Self) {
        self.paths += other.paths;
        self.over_purged += other.over_purged;
        self.missed += other.missed;
    }
}

const WAYS: [&str; 6] = [
    "one path a file",
    "s3deploy's heuristic",
    "everything",
    "lossless",
    "lossless within 15 wildcards",
    "within 8 paths",
];

/// The same commits for each way of covering; modified and deleted URLs count, added ones are free.
fn history() -> Result<(), Box<dyn Error>> {
    let log = io::read_to_string(io::stdin())?;
    let mut live = BTreeSet::new();
    let (mut sums, mut commits) = ([Worth::default(); WAYS.len()], 0);
    for (index, commit) in log.split('\x1e').skip(1).enumerate() {
        let mut stale = Vec::new();
        for line in commit.lines().filter(|line| !line.is_empty()) {
            let (letter, name) = line.split_once('\t').ok_or("a line is not `LETTER<tab>NAME`")?;
            let url = format!("/{name}");
            match letter {
                "A" => drop(live.insert(url.clone())),
                "D" => drop(live.remove(&url)),
                _ => {}
            }
            if letter != "A" {
                stale.push(url);
            }
        }
        // The first commit is the site itself.
        if index > 0 && !stale.is_empty() {
            commits += 1;
            let urls: Vec<String> = live.iter().cloned().collect();
            for (sum, paths) in sums.iter_mut().zip(ways(&urls, &stale)?) {
                sum.add(Worth::of(&paths, &urls, &stale));
            }
        }
    }
    println!("{commits} commits, {} files at the end\n", live.len());
    println!("| | paths | unchanged URLs purged | stale URLs missed |\n|---|---|---|---|");
    for (way, worth) in WAYS.iter().zip(sums) {
        println!("| {way} | {} | {} | {} |", worth.paths, worth.over_purged, worth.missed);
    }
    Ok(())
}

/// The paths of one commit by each of [`WAYS`].
fn ways(live: &[String], stale: &[String]) -> Result<[Vec<String>; WAYS.len()], Box<dyn Error>> {
    let set: UrlSet = live.iter().collect();
    let urls: Vec<UrlPath> = stale.iter().map(|url| UrlPath::below_root(&url.as_bytes()[1..])).collect();
    let paths: Vec<InvalidationPath> = urls.iter().map(|url| InvalidationPath::covering(url).0).collect();
    let best = |mode| -> Result<Vec<String>, Box<dyn Error>> {
        let cover = Cover::best(urls.iter().zip(&paths), Site::of(Some(&set)), mode)?;
        Ok(cover.paths().iter().map(|path| path.as_str().to_owned()).collect())
    };
    Ok([
        stale.to_vec(),
        s3deploy(stale),
        vec![String::from("/*")],
        best(CoverMode::Lossless { wildcards: usize::MAX })?,
        best(CoverMode::Lossless { wildcards: WILDCARDS })?,
        best(CoverMode::Budget { paths: 8, wildcards: 8 })?,
    ])
}
