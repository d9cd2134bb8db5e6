//! Sizes that would hang a reader whose work is not linear.

#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::time::Instant;

use serde_json::{Value, json};

const MEGABYTE: usize = 1_000_000;

fn answer(format: &str, diff: &[u8]) -> Vec<u8> {
    let request = json!({ "op": "parse", "diffs": [{ "format": format, "attachments": [0] }] }).to_string();
    purgeplan_core::call(request.as_bytes(), &[diff])
}

fn parse(format: &str, diff: &[u8]) -> Value {
    serde_json::from_slice(&answer(format, diff)).unwrap()
}

/// Asserts that eight times the input takes about eight times the work, with a wide margin: sixty-four times the work,
/// which is that of a square, is far outside of it.
fn assert_linear(format: &str, what: &str, diff: impl Fn(usize) -> Vec<u8>, size: usize) {
    let [once, eight_times] = [size, 8 * size].map(|size| {
        let diff = diff(size);
        let start = (processor_nanoseconds(), Instant::now());
        answer(format, &diff);
        let wall = start.1.elapsed().as_nanos();
        start.0.zip(processor_nanoseconds()).map_or(wall, |(start, end)| end - start)
    });
    let noise = 50_000_000;
    assert!(eight_times < 24 * once + noise, "{format}, {what}: {once} ns, then {eight_times} ns");
}

/// What this thread has used so far, where the system tells it: the time of the clock goes on while others run.
fn processor_nanoseconds() -> Option<u128> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
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
fn two_hundred_megabytes_in_one_line_and_its_successor() {
    assert_eq!(path(&modified("a/x", "b/x", &"x".repeat(100 * MEGABYTE))), "x");
}

#[test]
fn a_line_of_megabytes_that_is_no_line_of_a_diff() {
    let line = "x".repeat(10 * MEGABYTE);
    assert_eq!(path(line.as_bytes()), line, "it is a name, if a long one");
    assert_eq!(parse("unified", line.as_bytes())["errors"][0]["code"], "diff-unified");
}

#[test]
fn a_million_empty_files() {
    let diff: String = (0..MEGABYTE)
        .map(|n| format!("diff --git a/f{n} b/f{n}\nnew file mode 100644\nindex 0000000..e69de29\n"))
        .collect();
    let answer = String::from_utf8(answer("auto", diff.as_bytes())).unwrap();
    assert_eq!(answer.matches(r#""change":"added""#).count(), MEGABYTE);
}

#[test]
fn commits_of_one_file() {
    let commits = |n: usize| -> Vec<u8> {
        let commit = |n| format!("commit {n:040x}\nAuthor: A\n\n    m\n\n:100644 100644 1 2 M\tx\n");
        (0..n).map(commit).collect::<String>().into_bytes()
    };
    assert_eq!(path(&commits(100_000)), "x");
    assert_linear("auto", "commits", commits, 12_500);
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
fn what_looks_like_a_beginning_again_and_again() {
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
        for head in [
            "",
            "diff --git a/x b/x\n",
            "diff --git ",
            "@@@ -1 -1 +1,9999 @@@\n",
            "diff --cc x\nindex 1,2..3\n@@@ -1,9999999 -1 +1 @@@\n",
        ] {
            let diff = |size: usize| [head, &start.repeat(size / start.len())].concat().into_bytes();
            // The other readers know no such heads.
            let formats =
                if head.is_empty() { &["auto", "unified", "raw", "name-only"][..] } else { &["auto", "unified"] };
            for format in formats {
                assert_linear(format, &format!("{head:?} and {start:?}"), diff, MEGABYTE / 16);
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
