//! Changes, written in every format as git and AWS write them: what is written here must be read back the same.
//!
//! It shares no code with the crate that reads. The fuzz target uses it as well.

#![allow(dead_code, reason = "each test and the fuzz target use a part of it")]

use std::fmt::Write;

use serde_json::{Value, json};

/// Digits of an id that is not there.
const ZERO: &str = "0000000000000000000000000000000000000000";

/// One side of a change: a mode in octal, and an id's 40 digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) mode: u32,
    pub(crate) id: String,
}

/// A change: what git calls it follows from its sides, and from `copy` when it has an old name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) path: Vec<u8>,
    pub(crate) from: Option<Vec<u8>>,
    pub(crate) copy: bool,
    pub(crate) before: Option<Side>,
    pub(crate) after: Option<Side>,
}

impl Item {
    /// The letter of `--name-status`.
    pub(crate) fn letter(&self) -> char {
        match (&self.from, &self.before, &self.after) {
            (Some(_), ..) => {
                if self.copy {
                    'C'
                } else {
                    'R'
                }
            }
            (None, None, _) => 'A',
            (None, _, None) => 'D',
            (None, Some(old), Some(new)) if old.kind() != new.kind() => 'T',
            _ => 'M',
        }
    }

    /// What the answer of `parse` calls it.
    pub(crate) fn change(&self) -> &'static str {
        match self.letter() {
            'A' => "added",
            'D' => "deleted",
            'T' => "type-changed",
            'C' => "copied",
            'R' => "renamed",
            _ if self.only_mode() => "mode-changed",
            _ => "modified",
        }
    }

    /// The same from a listing that tells no ids.
    pub(crate) fn change_without_ids(&self) -> &'static str {
        if self.only_mode() { "modified" } else { self.change() }
    }

    fn only_mode(&self) -> bool {
        let file = |side: &Side| side.kind() == 0o100_000;
        matches!((&self.before, &self.after), (Some(old), Some(new)) if file(old) && file(new) && old.id == new.id)
    }
}

impl Side {
    fn kind(&self) -> u32 {
        self.mode & 0o170_000
    }
}

/// A name as git quotes it.
pub(crate) fn quoted(name: &[u8]) -> Vec<u8> {
    if name.iter().all(|byte| (b' '..0x7f).contains(byte) && !b"\"\\".contains(byte)) {
        return name.to_vec();
    }
    let mut text = String::from("\"");
    for byte in name {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\t' => text.push_str("\\t"),
            b'"' | b'\\' => text.extend(['\\', char::from(*byte)]),
            b' '..0x7f => text.push(char::from(*byte)),
            _ => write!(text, "\\{byte:03o}").expect("a String takes it"),
        }
    }
    (text + "\"").into_bytes()
}

/// `git diff --raw --no-abbrev`, with `-z` or without.
pub(crate) fn raw(items: &[Item], z: bool) -> Vec<u8> {
    listing(items, z, |item| {
        let side = |side: &Option<Side>| match side {
            Some(side) => (format!("{:06o}", side.mode), side.id.clone()),
            None => (String::from("000000"), ZERO.to_owned()),
        };
        let ((old_mode, old), (new_mode, new)) = (side(&item.before), side(&item.after));
        format!(":{old_mode} {new_mode} {old} {new} {}", status(item))
    })
}

/// `git diff --name-status`.
pub(crate) fn name_status(items: &[Item], z: bool) -> Vec<u8> {
    listing(items, z, status)
}

/// `git diff --name-only`.
pub(crate) fn name_only(items: &[Item], z: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    for item in items {
        bytes.extend(if z { item.path.clone() } else { quoted(&item.path) });
        bytes.push(if z { 0 } else { b'\n' });
    }
    bytes
}

fn status(item: &Item) -> String {
    let score = if item.from.is_some() { "090" } else { "" };
    format!("{}{score}", item.letter())
}

fn listing(items: &[Item], z: bool, header: impl Fn(&Item) -> String) -> Vec<u8> {
    let mut bytes = Vec::new();
    for item in items {
        bytes.extend(header(item).into_bytes());
        for name in item.from.iter().chain([&item.path]) {
            bytes.push(if z { 0 } else { b'\t' });
            bytes.extend(if z { name.clone() } else { quoted(name) });
        }
        bytes.push(if z { 0 } else { b'\n' });
    }
    bytes
}

/// `git diff --full-index` with these prefixes; `lines` are the content of every hunk.
pub(crate) fn unified(items: &[Item], (old, new): (&str, &str), lines: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for item in items {
        if item.letter() == 'T' {
            for (before, after) in [(&item.before, &None), (&None, &item.after)] {
                let half = Item { before: before.clone(), after: after.clone(), ..item.clone() };
                file(&half, old, new, lines, &mut bytes);
            }
        } else {
            file(item, old, new, lines, &mut bytes);
        }
    }
    bytes
}

fn file(item: &Item, old: &str, new: &str, lines: &[Vec<u8>], bytes: &mut Vec<u8>) {
    let from = item.from.as_ref().unwrap_or(&item.path);
    let [old_name, new_name] =
        [(old, from), (new, &item.path)].map(|(prefix, name)| quoted(&[prefix.as_bytes(), name].concat()));
    let mut line = |parts: &[&[u8]]| bytes.extend([&parts.concat(), b"\n".as_slice()].concat());
    line(&[b"diff --git ", &old_name, b" ", &new_name]);
    let [old_mode, new_mode] =
        [&item.before, &item.after].map(|side| side.as_ref().map(|side| format!("{:06o}", side.mode)));
    match (&old_mode, &new_mode) {
        (None, Some(mode)) => line(&[b"new file mode ", mode.as_bytes()]),
        (Some(mode), None) => line(&[b"deleted file mode ", mode.as_bytes()]),
        (Some(one), Some(other)) if one != other => {
            line(&[b"old mode ", one.as_bytes()]);
            line(&[b"new mode ", other.as_bytes()]);
        }
        _ => {}
    }
    let [old_id, new_id] = [&item.before, &item.after].map(|side| side.as_ref().map_or(ZERO, |side| &side.id));
    if item.from.is_some() {
        let verb: &[u8] = if item.copy { b"copy" } else { b"rename" };
        line(&[b"similarity index ", if old_id == new_id { b"100%".as_slice() } else { b"90%" }]);
        line(&[verb, b" from ", &quoted(from)]);
        line(&[verb, b" to ", &quoted(&item.path)]);
    }
    if old_id == new_id {
        return;
    }
    let same_mode =
        old_mode.as_ref().filter(|_| old_mode == new_mode).map(|mode| format!(" {mode}")).unwrap_or_default();
    line(&[b"index ", old_id.as_bytes(), b"..", new_id.as_bytes(), same_mode.as_bytes()]);
    let name = |there: bool, name: &[u8]| {
        let tab: &[u8] = if name.contains(&b' ') && !name.starts_with(b"\"") { b"\t" } else { b"" };
        if there { [name, tab].concat() } else { b"/dev/null".to_vec() }
    };
    line(&[b"--- ", &name(item.before.is_some(), &old_name)]);
    line(&[b"+++ ", &name(item.after.is_some(), &new_name)]);
    let (gone, come) = (item.before.is_some(), item.after.is_some());
    let count = |there: bool| if there { lines.len() + 1 } else { 0 };
    line(&[format!("@@ -{0},{0} +{1},{1} @@ -- a/x", count(gone), count(come)).as_bytes()]);
    for (sign, there) in [(b"-", gone), (b"+", come)] {
        for text in lines.iter().map(Vec::as_slice).chain([b"".as_slice()]).filter(|_| there) {
            line(&[sign, text]);
        }
    }
    line(&[b"\\ No newline at end of file"]);
}

/// Pages of CodeCommit's differences, of `size` each, one after the other. A rename is a deletion and an addition.
pub(crate) fn codecommit(items: &[Item], size: usize) -> Vec<u8> {
    let blob = |side: &Option<Side>, path: &[u8]| {
        side.as_ref().map(|side| json!({ "blobId": side.id, "path": String::from_utf8_lossy(path), "mode": format!("{:06o}", side.mode) }))
    };
    let difference = |letter: &str, before: Option<Value>, after: Option<Value>| {
        let mut difference = json!({ "changeType": letter });
        for (field, value) in [("beforeBlob", before), ("afterBlob", after)] {
            if let Some(value) = value {
                difference[field] = value;
            }
        }
        difference
    };
    let differences: Vec<Value> = items
        .iter()
        .map(|item| {
            let letter = if item.letter() == 'T' { "M".into() } else { item.letter().to_string() };
            difference(&letter, blob(&item.before, &item.path), blob(&item.after, &item.path))
        })
        .collect();
    let mut pages: Vec<Value> =
        differences.chunks(size).map(|page| json!({ "differences": page, "NextToken": "more" })).collect();
    match pages.last_mut() {
        Some(last) => drop(last.as_object_mut().expect("a page is an object").remove("NextToken")),
        None => pages.push(json!({ "differences": [] })),
    }
    pages.iter().map(|page| format!("{page:#}\n")).collect::<String>().into_bytes()
}

/// Two manifests as `sha1sum` prints them, and a file that stays the same.
pub(crate) fn manifests(items: &[Item]) -> [Vec<u8>; 2] {
    let side = |pick: fn(&Item) -> &Option<Side>| {
        let mut lines = b"1234567812345678123456781234567812345678  stays\n".to_vec();
        for (item, side) in items.iter().filter_map(|item| pick(item).as_ref().map(|side| (item, side))) {
            let escaped = item.path.iter().any(|byte| b"\n\\\r".contains(byte));
            let name: Vec<u8> = item
                .path
                .iter()
                .flat_map(|byte| match byte {
                    b'\n' => b"\\n".to_vec(),
                    b'\r' => b"\\r".to_vec(),
                    b'\\' => b"\\\\".to_vec(),
                    other => vec![*other],
                })
                .collect();
            let mark: &[u8] = if escaped { b"\\" } else { b"" };
            lines.extend([mark, side.id.as_bytes(), b"  ./", &name, b"\n"].concat());
        }
        lines
    };
    [side(|item| &item.before), side(|item| &item.after)]
}

/// What `parse` answers: each change with its path and its old one, as text of the one escape.
pub(crate) type Told = Vec<(String, String, Option<String>)>;

/// Reads the answer of `parse`.
///
/// # Errors
/// The errors' codes and messages.
pub(crate) fn parse(format: &str, attachments: &[&[u8]]) -> Result<Told, String> {
    let indices: Vec<usize> = (0..attachments.len()).collect();
    let request = json!({ "op": "parse", "diffs": [{ "format": format, "attachments": indices }] });
    let answer: Value = serde_json::from_slice(&purgeplan_core::call(request.to_string().as_bytes(), attachments))
        .expect("an answer is JSON");
    let Some(changes) = answer["changes"].as_array() else { return Err(answer["errors"].to_string()) };
    let text = |value: &Value| value.as_str().map(String::from);
    Ok(changes
        .iter()
        .map(|change| {
            (
                text(&change["change"]).unwrap_or_default(),
                text(&change["path"]).unwrap_or_default(),
                text(&change["from"]),
            )
        })
        .collect())
}

/// What `parse` is to answer.
pub(crate) fn told(items: &[Item], change: fn(&Item) -> &'static str) -> Told {
    let escape = |name: &Vec<u8>| purgeplan_core::escape(name).into_owned();
    let mut sorted: Vec<&Item> = items.iter().collect();
    sorted.sort_by(|one, other| one.path.cmp(&other.path));
    sorted.into_iter().map(|item| (change(item).into(), escape(&item.path), item.from.as_ref().map(escape))).collect()
}

/// What holds for any bytes: no format panics on them, and what one of them says, written in every format, is read back.
/// The fuzz target is this.
pub(crate) fn check(bytes: &[u8]) {
    for format in ["auto", "unified", "raw", "git-raw", "name-status", "name-only", "codecommit"] {
        if let Ok(told) = parse(format, &[bytes]) {
            check_told(&told);
        }
    }
    let (before, after) = bytes.split_at(bytes.len() / 2);
    for format in ["auto", "unified", "manifests"] {
        if let Ok(told) = parse(format, &[before, after]) {
            check_told(&told);
        }
    }
}

fn check_told(said: &Told) {
    let items: Vec<Item> = said.iter().map(item).collect();
    assert_eq!(parse("unified", &[&unified(&items, ("a/", "b/"), &[])]).as_ref(), Ok(said));
    for z in [true, false] {
        assert_eq!(parse("raw", &[&raw(&items, z)]).as_ref(), Ok(said));
        let listed = parse("name-status", &[&name_status(&items, z)]);
        assert_eq!(listed, Ok(told(&items, Item::change_without_ids)));
    }
}

/// A change of the kind that was told; its ids and modes are made up.
fn item((change, path, from): &(String, String, Option<String>)) -> Item {
    let bytes = |text: &String| purgeplan_core::unescape(text).expect("the core wrote it");
    let side = |mode, digit: &str| Some(Side { mode, id: digit.repeat(40) });
    let (before, after) = match change.as_str() {
        "added" => (None, side(0o100_644, "2")),
        "deleted" => (side(0o100_644, "1"), None),
        "type-changed" => (side(0o100_644, "1"), side(0o120_000, "2")),
        "mode-changed" => (side(0o100_644, "1"), side(0o100_755, "1")),
        _ => (side(0o100_644, "1"), side(0o100_644, "2")),
    };
    Item { path: bytes(path), from: from.as_ref().map(bytes), copy: change == "copied", before, after }
}
