//! Names as deep as they can be written, where the plan has to choose among their folders.

use serde_json::{Value, json};

/// Catches: work or memory that grows with the square of a name; the old one took gigabytes here.
#[test]
fn a_plan_that_widens_over_very_deep_names() {
    let names: Vec<String> = (0..3).map(|n| format!("{}{n}", "d/".repeat(200_000))).collect();
    let diff: String = names.iter().map(|name| format!("M\t{name}\n")).collect();
    let request = json!({
        "op": "plan", "distribution": "E", "policy": { "max_paths": { "limit": 2, "then": "widen" } },
        "diffs": [{ "format": "name-status", "attachments": [0] }],
    });
    let answer = purgeplan_core::call(request.to_string().as_bytes(), &[diff.as_bytes()]);
    let answer: Value = serde_json::from_slice(&answer).expect("the core answers in JSON");
    let paths = answer["paths"].as_array().expect("a plan");
    assert!(paths.len() == 1 && paths[0].as_str().is_some_and(|path| path.len() <= 4_000 && path.ends_with('*')));
}
