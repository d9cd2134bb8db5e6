//! What the benchmark works on, the same on every machine.

use std::fmt::Write;

/// Xorshift, so that the data is the same everywhere.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }
}

const WORDS: [&str; 20] = [
    "the", "page", "cache", "deploy", "guide", "install", "of", "with", "<p>", "</p>", "section", "header", "async",
    "storage", "network", "style", "function", "return", "release", "index",
];

/// A unified diff of about so many bytes, as a rebuilt site makes it: pages with hunks of every size, new files and
/// deleted ones, in git's order.
pub(super) fn diff(bytes: usize) -> String {
    let mut random = Random::new();
    let (mut files, mut length) = (Vec::new(), 0);
    while length < bytes {
        let number = files.len() + 1;
        let folder = WORDS[random.below(20)].trim_matches(['<', '/', '>']);
        let name = format!("public/{folder}/v{}/page-{number:06}.html", number % 40);
        let text = file(&name, &mut random);
        length += text.len();
        files.push((name, text));
    }
    files.sort();
    files.into_iter().map(|(_, text)| text).collect()
}

/// What a diff says of one file.
fn file(name: &str, random: &mut Random) -> String {
    let (kind, header) = match random.below(20) {
        0 => ('+', format!("new file mode 100644\nindex 0000000..2222222\n--- /dev/null\n+++ b/{name}")),
        1 => ('-', format!("deleted file mode 100644\nindex 1111111..0000000\n--- a/{name}\n+++ /dev/null")),
        _ => (' ', format!("index 1111111..2222222 100644\n--- a/{name}\n+++ b/{name}")),
    };
    let mut text = format!("diff --git a/{name} b/{name}\n{header}\n");
    if kind == ' ' {
        hunks(&mut text, random);
    } else {
        whole(&mut text, random, kind);
    }
    text
}

fn whole(text: &mut String, random: &mut Random, sign: char) {
    let count = 10 + random.below(80);
    let range = if sign == '+' { format!("-0,0 +1,{count}") } else { format!("-1,{count} +0,0") };
    writeln!(text, "@@ {range} @@").expect("a String takes it");
    (0..count).for_each(|_| line(text, random, sign));
}

fn hunks(text: &mut String, random: &mut Random) {
    let (mut at, mut shift) = (1, 0);
    for _ in 0..=random.below(6) {
        let (old, new) = (random.below(12), 1 + random.below(12));
        at += 10 + random.below(50);
        writeln!(text, "@@ -{at},{} +{},{} @@", old + 6, at + shift, new + 6).expect("a String takes it");
        for (sign, count) in [(' ', 3), ('-', old), ('+', new), (' ', 3)] {
            (0..count).for_each(|_| line(text, random, sign));
        }
        at += old + 6;
        shift = shift + new - old.min(shift + new);
    }
}

fn line(text: &mut String, random: &mut Random, sign: char) {
    text.push(sign);
    for _ in 0..2 + random.below(14) {
        text.push_str(WORDS[random.below(20)]);
        text.push(' ');
    }
    text.push('\n');
}

/// A history for `git fast-import`: a site of books, guides and pages; pages are edited alone, guides are rebuilt, books
/// get a new look, releases come and go.
pub(super) fn history(releases: usize, commits: usize) -> String {
    let mut random = Random::new();
    let mut pages: Vec<String> = Vec::new();
    for release in 0..releases {
        pages.extend(release_pages(release));
    }
    let mut stream = String::new();
    commit(&mut stream, 0, pages.iter().map(|page| (page.as_str(), true)));
    let mut newest = releases;
    for number in 1..=commits {
        let folder = |page: &String, depth: usize| page.split('/').take(depth).collect::<Vec<_>>().join("/") + "/";
        let chosen = pages[random.below(pages.len())].clone();
        match random.below(20) {
            0 => {
                let added = release_pages(newest);
                newest += 1;
                commit(&mut stream, number, added.iter().map(|page| (page.as_str(), true)));
                pages.extend(added);
            }
            1 if pages.len() > 500 => {
                let gone = folder(&chosen, 3);
                let removed = pages.iter().filter(|page| page.starts_with(&gone));
                commit(&mut stream, number, removed.map(|page| (page.as_str(), false)));
                pages.retain(|page| !page.starts_with(&gone));
            }
            2 => {
                let book = folder(&chosen, 2);
                let rebuilt = pages.iter().filter(|page| page.starts_with(&book));
                commit(&mut stream, number, rebuilt.map(|page| (page.as_str(), true)));
            }
            3..6 => {
                let guide = folder(&chosen, 3);
                let rebuilt = pages.iter().filter(|page| page.starts_with(&guide));
                commit(&mut stream, number, rebuilt.map(|page| (page.as_str(), true)));
            }
            _ => {
                let edited: Vec<String> =
                    (0..=random.below(12)).map(|_| pages[random.below(pages.len())].clone()).collect();
                commit(&mut stream, number, edited.iter().map(|page| (page.as_str(), true)));
            }
        }
    }
    stream
}

fn release_pages(release: usize) -> Vec<String> {
    let names = |page: usize| if page == 0 { String::from("index.html") } else { format!("{page:02}-topic.html") };
    let guides = (0..12).flat_map(|guide| (0..12).map(move |page| (guide, page)));
    guides.map(|(guide, page)| format!("docs/v{release:02}/guide-{guide:02}/{}", names(page))).collect()
}

/// `true`: the file is written; what is in it is the commit's number.
fn commit<'a>(stream: &mut String, number: usize, files: impl Iterator<Item = (&'a str, bool)>) {
    let (text, time) = (number.to_string(), 1_700_000_000 + number);
    write!(stream, "commit refs/heads/main\ncommitter b <b@example.com> {time} +0000\ndata {}\n{text}\n", text.len())
        .expect("a String takes it");
    for (name, written) in files {
        let result = if written {
            writeln!(stream, "M 100644 inline {name}\ndata {}\n{text}", text.len())
        } else {
            writeln!(stream, "D {name}")
        };
        result.expect("a String takes it");
    }
    stream.push('\n');
}
