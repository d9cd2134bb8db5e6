//! What typical questions cost in WebAssembly instructions, which no machine's load changes.
//!
//! `tests/fuel.json` is the table. A question that costs 5% more than it says fails the test, until the table is written
//! anew with `PURGEPLAN_BLESS=1`, in the same commit. The counts hold for one rustc and one wasm-opt, which it names.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use purgeplan_tests::engines::{self, Engine, Question, Wasmtime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Serialize, Deserialize)]
struct Table {
    rustc: String,
    binaryen: String,
    instructions: BTreeMap<String, u64>,
}

#[test]
fn no_question_costs_more_than_the_table_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("fuel.json");
    let text = |path: &str| std::fs::read_to_string(root.join("..").join(path)).expect("a file of the project");
    let manifest: Value = serde_json::from_str(&text("js/package.json")).expect("JSON");
    let toolchain = text("rust-toolchain.toml");
    let rustc = toolchain.split('"').nth(1).expect("the toolchain names its version").to_owned();
    let binaryen = manifest["devDependencies"]["binaryen"].as_str().expect("binaryen is a tool").to_owned();
    let mut engine = Wasmtime::new(&engines::module());
    let instructions: BTreeMap<String, u64> = questions()
        .into_iter()
        .map(|(name, question)| {
            engine.fuel();
            let answer = engine.answer(&question);
            assert!(answer.starts_with(br#"{"type":"success""#), "{name}: {}", String::from_utf8_lossy(&answer));
            (name.to_owned(), engine.fuel())
        })
        .collect();
    let measured = Table { rustc, binaryen, instructions };
    if std::env::var_os("PURGEPLAN_BLESS").is_some() {
        let text = serde_json::to_string_pretty(&measured).expect("plain data");
        std::fs::write(&file, text + "\n").expect("the table can be written");
    }
    let table: Table = serde_json::from_slice(&std::fs::read(&file).expect("the table is there")).expect("a table");
    let mut wrong = String::new();
    if !table.instructions.keys().eq(measured.instructions.keys()) {
        wrong += "the table has other questions\n";
    }
    if (&table.rustc, &table.binaryen) != (&measured.rustc, &measured.binaryen) {
        wrong += "another rustc or binaryen made the table\n";
    }
    for (name, cost) in &measured.instructions {
        let allowed = table.instructions.get(name).map(|cost| cost + cost / 20);
        if allowed.is_none_or(|allowed| *cost > allowed) {
            writeln!(wrong, "{name}: {cost}, the table says {:?}", table.instructions.get(name)).expect("a String");
        }
    }
    assert!(wrong.is_empty(), "{wrong}write `tests/fuel.json` anew with PURGEPLAN_BLESS=1 if this is meant");
}

/// The same on every machine.
fn questions() -> Vec<(&'static str, Question)> {
    let names: Vec<String> =
        (0..20_000).map(|n| format!("docs/v{}/topic-{:04}/page-{n:05}.html", n / 5000, n / 20)).collect();
    let (old, new) = ("1".repeat(40), "2".repeat(40));
    // Whole topics change.
    let changed: Vec<&String> =
        names.iter().enumerate().filter(|(n, _)| n / 20 % 10 == 0).map(|(_, name)| name).collect();
    let raw: String = changed.iter().map(|name| format!(":100644 100644 {old} {new} M\0{name}\0")).collect();
    let status: String = changed.iter().map(|name| format!("M\t{name}\n")).collect();
    let body = "-<p>What was written here before.</p>\n+<p>What is written here now.</p>\n";
    let unified: String = changed
        .iter()
        .map(|name| {
            let hunk = body.repeat(8);
            format!("diff --git a/{name} b/{name}\nindex 1111111..2222222 100644\n--- a/{name}\n+++ b/{name}\n@@ -1,8 +1,8 @@\n{hunk}")
        })
        .collect();
    let blob = |id: &str, name: &str| json!({ "blobId": id, "path": name, "mode": "100644" });
    let differences: Vec<Value> = changed
        .iter()
        .map(|name| json!({ "beforeBlob": blob(&old, name), "afterBlob": blob(&new, name), "changeType": "M" }))
        .collect();
    let page = json!({ "differences": differences }).to_string();
    let ask = |request: Value, attachments: &[&str]| Question {
        request: request.to_string().into_bytes(),
        attachments: attachments.iter().map(|text| text.as_bytes().to_vec()).collect(),
    };
    let parse = |text: &str| ask(json!({ "op": "parse", "diffs": [{ "attachments": [0] }] }), &[text]);
    let live = names.join("\n");
    let planned = |cover: Value, more: Value| {
        let policy =
            json!({ "cover": cover, "ignore": ["**/*.map"], "dependents": [{ "when": "docs/v1/**", "purge": ["/"] }] });
        let mut request = json!({ "op": "plan", "policy": policy, "diffs": [{ "attachments": [0] }],
            "live": { "attachment": 1, "complete": true } });
        for (field, value) in more.as_object().into_iter().flatten() {
            request[field] = value.clone();
        }
        ask(request, &[&raw, &live])
    };
    let plan = |cover: Value| planned(cover, json!({}));
    let listed = |hash: &str| changed.iter().map(|name| format!("{name}\t{hash}\n")).collect::<String>();
    let manifests = json!({ "op": "parse", "diffs": [{ "format": "manifests", "attachments": [0, 1] }] });
    vec![
        ("parse unified", parse(&unified)),
        ("parse raw -z", parse(&raw)),
        ("parse name-status", parse(&status)),
        ("parse codecommit", parse(&page)),
        ("plan exact", plan(json!({ "mode": "exact" }))),
        ("plan lossless", plan(json!({ "mode": "lossless" }))),
        ("plan budget", plan(json!({ "mode": "budget", "paths": 64, "infeasible": "chunks" }))),
        ("parse manifests", ask(manifests, &[&listed(&old), &listed(&new)])),
        ("plan as text", planned(json!({ "mode": "lossless" }), json!({ "render": { "format": "text" } }))),
        ("explain", planned(json!({ "mode": "lossless" }), json!({ "op": "explain", "url": "/docs/v1/x.html" }))),
        ("check", ask(json!({ "op": "check", "policy": { "ignore": ["a/**", "b/*.{c,d}"] } }), &[])),
    ]
}
