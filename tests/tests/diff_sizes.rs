//! Sizes that would hang a reader whose work is not linear. Each input is so large that quadratic work takes hours.

use std::time::Instant;

use serde_json::{Value, json};

/// Far more seconds than linear work takes, also on a slow machine.
const ENOUGH: f64 = 60.0;

const MEGABYTE: usize = 1_000_000;

fn parse(format: &str, diff: &[u8]) -> Value {
    let (processor, wall) = (processor_seconds(), Instant::now());
    let request = json!({ "op": "parse", "diffs": [{ "format": format, "attachments": [0] }] }).to_string();
    let answer = purgeplan_core::call(request.as_bytes(), &[diff]);
    let wall = wall.elapsed().as_secs_f64();
    let taken = processor.zip(processor_seconds()).map_or(wall, |(start, end)| end - start);
    assert!(taken < ENOUGH, "{format}: {taken} s for {} bytes", diff.len());
    serde_json::from_slice(&answer).unwrap()
}

/// What this thread has used so far, where the system tells it: the time of the clock goes on while others run.
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e9)
}

/// The one path of a diff that is read.
fn path(diff: &[u8]) -> String {
    let answer = parse("auto", diff);
    let changes = answer["changes"].as_array().unwrap_or_else(|| panic!("{}", answer["errors"]));
    assert_eq!(changes.len(), 1);
    changes[0]["path"].as_str().unwrap().to_owned()
}

fn modified(old: &str, new: &str, content: &str) -> Vec<u8> {
    format!("diff --git {old} {new}\nindex 1..2 100644\n--- {old}\n+++ {new}\n@@ -1 +1 @@\n-{content}\n+{content}\n")
        .into_bytes()
}

#[test]
fn one_line_of_many_megabytes() {
    let long = std::env::var_os("PURGEPLAN_LONG").is_some();
    let line = "x".repeat(if long { 100 * MEGABYTE } else { 10 * MEGABYTE });
    assert_eq!(path(&modified("a/x", "b/x", &line)), "x");
    // Not a line of a diff at all.
    let answer = parse("auto", line.as_bytes());
    assert_eq!(answer["type"], "success", "it is a name, if a long one");
    assert_eq!(parse("unified", line.as_bytes())["errors"][0]["code"], "diff-unified");
}

#[test]
fn a_million_empty_files() {
    let diff: String = (0..MEGABYTE)
        .map(|n| format!("diff --git a/f{n} b/f{n}\nnew file mode 100644\nindex 0000000..e69de29\n"))
        .collect();
    assert_eq!(parse("auto", diff.as_bytes())["changes"].as_array().map(Vec::len), Some(MEGABYTE));
}

#[test]
fn a_million_commits_of_one_file() {
    let commits: String =
        (0..MEGABYTE).map(|n| format!("commit {n:040x}\nAuthor: A\n\n    m\n\n:100644 100644 1 2 M\tx\n")).collect();
    assert_eq!(path(commits.as_bytes()), "x");
}

#[test]
fn a_name_of_a_megabyte() {
    for part in ["x", "x ", "x/", "x x/", " b/", "é"] {
        let name = format!("n{}", part.repeat(MEGABYTE / part.len()));
        assert_eq!(path(&modified(&format!("a/{name}"), &format!("b/{name}"), "")), name);
        assert_eq!(path(&modified(&name, &name, "")), name);
        assert_eq!(path(format!("M\t{name}\n").as_bytes()), name);
        assert_eq!(path(format!("diff --git a/{name} b/z\nrename from {name}\nrename to z\n").as_bytes()), "z");
        // Prefixes of two lengths: the names part where they have most in common.
        let uneven = modified(&format!("old/{name}"), &format!("newer/{name}"), "");
        assert!(parse("auto", &uneven)["type"].is_string());
    }
    let octal = "\\303\\251".repeat(MEGABYTE / 8);
    assert_eq!(path(&modified(&format!("\"a/{octal}\""), &format!("\"b/{octal}\""), "")), "é".repeat(MEGABYTE / 8));
}

#[test]
fn what_looks_like_a_beginning_a_million_times() {
    let starts = [
        "--- x\n",
        "--- x\n+++ x\n",
        "\x1b[\n",
        "\x1b[1",
        "@",
        "@@@ -1 -1 +1 @@@\n",
        "diff --git ",
        "diff --git a b\n",
        "diff --cc x\n",
        "\\\n",
        "\"\\",
        "Binary files ",
        " and ",
        "rename from x\n",
        "commit 1234567\n",
        "Merge: 1 2\n",
        "Only in x: ",
        "Submodule x 1..",
        "{",
        "[",
        "M\t",
        ":100644 ",
        "a/x ",
        "GIT binary patch\n",
        "\r\n",
        "\0",
        "1111111111111111  x\n",
    ];
    for start in starts {
        let once = start.repeat(3 * MEGABYTE / start.len());
        for head in [
            "",
            "diff --git a/x b/x\n",
            "diff --git ",
            "@@@ -1 -1 +1,9999 @@@\n",
            "diff --cc x\nindex 1,2..3\n@@@ -1,9999999 -1 +1 @@@\n",
        ] {
            let diff = [head, &once].concat();
            for format in ["auto", "unified", "raw", "name-only"] {
                assert!(parse(format, diff.as_bytes())["type"].is_string());
            }
        }
    }
    let parents = 500_000;
    let octopus = format!(
        "diff --cc x\n{}{} +1,9 {}\n{}",
        "@".repeat(parents + 1),
        " -1,9".repeat(parents),
        "@".repeat(parents + 1),
        "\\\n".repeat(MEGABYTE)
    );
    assert_eq!(parse("unified", octopus.as_bytes())["type"], "failure");
}
