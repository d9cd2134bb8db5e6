//! What purgeplan and git say of a diff, in a form that can be compared.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// A path with what is said of it: its change and old path, and what the plan decides and why.
pub(crate) type Said = BTreeSet<(String, String, Option<String>, String, String)>;

/// What the plan of diffs in one format, oldest first, says of each path.
pub(crate) fn said(format: &str, diffs: &[Vec<u8>]) -> Said {
    let requests: Vec<Value> =
        (0..diffs.len()).map(|index| json!({ "format": format, "attachments": [index] })).collect();
    let attachments: Vec<&[u8]> = diffs.iter().map(Vec::as_slice).collect();
    let request = json!({ "op": "plan", "preset": "sound", "diffs": requests }).to_string();
    let answer: Value = serde_json::from_slice(&purgeplan_core::call(request.as_bytes(), &attachments)).unwrap();
    assert_eq!(answer["type"], "success", "{}\n{}", answer["errors"], shown(diffs));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let decisions = answer["decisions"].as_array().unwrap().iter();
    decisions
        .map(|d| {
            (
                text(&d["path"]),
                text(&d["change"]),
                d["from"].as_str().map(str::to_owned),
                text(&d["outcome"]),
                text(&d["reason"]),
            )
        })
        .collect()
}

pub(crate) fn shown(diffs: &[Vec<u8>]) -> String {
    let text: String = diffs.iter().map(|diff| String::from_utf8_lossy(diff).into_owned()).collect();
    text.chars().take(6000).collect()
}

pub(crate) fn assert_same(got: &Said, expected: &Said, context: &str, diffs: &[Vec<u8>]) {
    let only = |one: &Said, other: &Said| one.difference(other).map(|said| format!("{said:?}")).collect::<Vec<_>>();
    let (more, less) = (only(got, expected), only(expected, got));
    assert!(more.is_empty() && less.is_empty(), "{context}\n got {more:#?}\n git {less:#?}\n{}", shown(diffs));
}

/// The paths that are purged, whatever for.
pub(crate) fn purged(said: &Said) -> BTreeSet<&str> {
    said.iter().filter(|(_, _, _, outcome, _)| outcome == "purge").map(|(path, ..)| path.as_str()).collect()
}

/// What git itself says: the records of `--raw -z`, read here once more by other means.
pub(crate) fn records(raw: &[u8]) -> BTreeSet<(String, Option<String>, char)> {
    let mut fields = raw.split(|byte| *byte == 0);
    let mut records = BTreeSet::new();
    while let Some(header) = fields.next().filter(|header| !header.is_empty()) {
        let letter = char::from(header[header.iter().rposition(|byte| *byte == b' ').unwrap() + 1]);
        let first = purgeplan_core::escape(fields.next().unwrap()).into_owned();
        let record = match letter {
            'R' | 'C' => (purgeplan_core::escape(fields.next().unwrap()).into_owned(), Some(first), letter),
            _ => (first, None, letter),
        };
        records.insert(record);
    }
    records
}

/// A rename or copy of equal bytes has no line that tells its mode: when it is a link, it is purged as if it were a file.
pub(crate) fn modes_known(got: Said, expected: &Said) -> Said {
    let bare =
        |said: &(String, String, Option<String>, String, String)| (said.0.clone(), said.1.clone(), said.2.clone());
    got.into_iter()
        .map(|said| {
            let no_object = |other: &&(String, String, Option<String>, String, String)| {
                bare(other) == bare(&said) && (other.4 == "symlink" || other.4 == "submodule")
            };
            match expected.iter().find(no_object) {
                Some(narrow) if said.3 == "purge" && matches!(said.1.as_str(), "renamed" | "copied" | "deleted") => {
                    narrow.clone()
                }
                _ => said,
            }
        })
        .collect()
}
