//! What the speed examples share: a site that is the same everywhere, and the process's own time and memory.
#![allow(dead_code, reason = "each example uses a part of it")]
#![expect(clippy::disallowed_methods, reason = "an example may read its own time and memory")]

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fmt, fs,
    process::{Command, Stdio},
};

/// Nanoseconds as milliseconds.
pub(crate) fn milliseconds(nanoseconds: u64) -> String {
    format!("{}.{}", nanoseconds / 1_000_000, nanoseconds / 100_000 % 10)
}

/// What `work` gives, and its processor time in nanoseconds, the first time that the process does it: what a function or
/// a command pays. Repeated work on warm memory would flatter what is small enough for the processor's cache.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> Result<(T, u64), Box<dyn Error>> {
    let start = processor_time()?;
    let result = work();
    Ok((result, processor_time()? - start))
}

/// The rows of a table that this program prints, one with each of these arguments. `time` is the column of the time: the
/// median of several rounds over all rows, so that what else a machine does meets every row alike; in a round, the mean
/// of several processes, because some kernels count the processor's time in steps of milliseconds.
pub(crate) fn rows(wanted: &[(Vec<&str>, usize)], time: usize) -> Result<Vec<String>, Box<dyn Error>> {
    const ROUNDS: usize = 9;
    let mut measured: Vec<(Vec<String>, Vec<f64>)> = vec![Default::default(); wanted.len()];
    for round in 0..ROUNDS {
        for ((arguments, changes), (columns, times)) in wanted.iter().zip(&mut measured) {
            let runs = (50_000 / changes.max(&1)).clamp(1, 20);
            // A million changes take many seconds.
            if *changes >= 1_000_000 && round > 4 {
                continue;
            }
            let mut sum = 0.0;
            for _ in 0..runs {
                *columns = row(arguments)?;
                sum += columns[time].trim().parse::<f64>()?;
            }
            times.push(sum / f64::from(u16::try_from(runs)?));
        }
    }
    let finished = measured.into_iter().map(|(mut columns, mut times)| {
        times.sort_by(f64::total_cmp);
        columns[time] = format!(" {:.1} ", times[times.len() / 2]);
        columns.join("|")
    });
    Ok(finished.collect())
}

/// The columns that this program prints with these arguments.
fn row(arguments: &[&str]) -> Result<Vec<String>, Box<dyn Error>> {
    let run = Command::new(env::current_exe()?).args(arguments).stderr(Stdio::inherit()).output()?;
    if !run.status.success() {
        return Err(format!("the run {arguments:?} failed").into());
    }
    let text = String::from_utf8(run.stdout)?;
    Ok(text.lines().next().unwrap_or_default().split('|').map(str::to_owned).collect())
}

/// The time of each kind of work, at growing sizes.
#[derive(Default)]
pub(crate) struct Growth(BTreeMap<String, Vec<(f64, f64)>>);

impl Growth {
    /// `changes` and `time` are columns of the row.
    pub(crate) fn note(&mut self, kind: &str, row: &str, changes: usize, time: usize) {
        let column = |at: usize| row.split('|').nth(at).and_then(|text| text.trim().parse::<f64>().ok());
        if let (Some(changes), Some(time)) = (column(changes), column(time)) {
            self.0.entry(kind.to_owned()).or_default().push((changes, time));
        }
    }
}

/// How many times the time, for how many times the changes.
impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n| | times the time for times the changes |\n|---|---|")?;
        for (kind, runs) in &self.0 {
            let factors =
                runs.windows(2).map(|pair| format!("{:.1} for {:.1}", pair[1].1 / pair[0].1, pair[1].0 / pair[0].0));
            writeln!(f, "| {kind} | {} |", factors.collect::<Vec<_>>().join(", "))?;
        }
        Ok(())
    }
}

/// What this process has used so far, in nanoseconds.
pub(crate) fn processor_time() -> Result<u64, Box<dyn Error>> {
    let times = fs::read_to_string("/proc/self/schedstat")?;
    Ok(times.split_whitespace().next().ok_or("no number")?.parse()?)
}

/// A field of the process's memory, in KB.
pub(crate) fn resident(field: &str) -> Result<usize, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with(field)).ok_or("no such field")?;
    Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse()?)
}

/// A site like a large documentation: releases of books, guides, topics, pages. Sorted as git lists it; the first are all
/// live URLs, the second the stale ones.
///
/// Clustered: some releases of some books are rebuilt but for a few topics, and a few pages change alone. Scattered: one
/// topic of twenty is rebuilt, others change in part, and one page of a hundred alone, everywhere.
pub(crate) fn site(live: usize, changes: usize, scattered: bool) -> (Vec<String>, Vec<String>) {
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
pub(crate) fn flat(live: usize, changes: usize) -> (Vec<String>, Vec<String>) {
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
pub(crate) struct Random(u64);

impl Random {
    /// A number below the limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }
}
