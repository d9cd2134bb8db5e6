//! The policy's JSON Schema says what the core does: the same fields, and nothing that the core takes is refused.

#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use purgeplan_tests::{cases, schema};
use serde_json::{Value, json};

fn ask(request: &Value, attachments: &[&[u8]]) -> Value {
    serde_json::from_slice(&purgeplan_core::call(request.to_string().as_bytes(), attachments)).unwrap()
}

fn policy_schema() -> Value {
    let answer = ask(&json!({ "op": "schema" }), &[]);
    assert_eq!(answer["type"], "success", "{answer}");
    answer["schema"].clone()
}

/// Every policy that a conformance case holds, and every one that the documents show.
fn examples() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (file, case) in cases::all() {
        let name = file.display().to_string();
        if case.request["policy"].is_object() {
            found.push((name.clone(), case.request["policy"].clone()));
        }
        if let Some(index) = case.request["policy_attachment"].as_u64() {
            let document = case.attachments[usize::try_from(index).unwrap()].bytes();
            found.extend(serde_json::from_slice(&document).ok().map(|policy| (name, policy)));
        }
    }
    for document in ["README.md", "ARCHITECTURE.md"] {
        let text = std::fs::read_to_string(cases::folder().join("../..").join(document)).unwrap();
        for block in text.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            // Requests and answers have their own fields, and comments.
            let parsed: Option<Value> = serde_json::from_str(block).ok();
            let policy = parsed.filter(|policy| policy.get("op").is_none() && policy.get("type").is_none());
            found.extend(policy.map(|policy| (String::from(document), policy)));
        }
    }
    assert!(found.iter().any(|(name, _)| name == "ARCHITECTURE.md"), "the policy of ARCHITECTURE.md is among them");
    found
}

#[test]
fn what_the_core_takes_fits_the_schema() {
    let schema = policy_schema();
    let (mut taken, mut refused) = (0, 0);
    for (name, policy) in examples() {
        let answer = ask(&json!({ "op": "check", "policy": policy }), &[]);
        if answer["type"] == "success" {
            taken += 1;
            assert_eq!(schema::faults(&schema, &policy), Vec::<String>::new(), "{name}: {policy}");
            assert_eq!(schema::faults(&schema, &answer["settings"]), Vec::<String>::new(), "{name}: {answer}");
        } else {
            refused += usize::from(!schema::faults(&schema, &policy).is_empty());
        }
    }
    assert!(taken > 20 && refused > 1, "{taken} policies fit, the schema refuses {refused}");
}

#[test]
fn effective_settings_are_a_policy_that_comes_to_the_same() {
    for (name, policy) in examples() {
        let once = ask(&json!({ "op": "check", "policy": policy }), &[]);
        if once["type"] == "success" {
            let twice = ask(&json!({ "op": "check", "policy": once["settings"] }), &[]);
            assert_eq!(twice["settings"], once["settings"], "{name}");
        }
    }
}

#[test]
fn the_schema_has_every_field_of_the_core_and_no_other() {
    let schema = policy_schema();
    for (pointer, around) in [
        ("", json!({ "?": 0 })),
        ("/properties/mappings/items", json!({ "mappings": [{ "?": 0 }] })),
        ("/properties/dependents/items", json!({ "dependents": [{ "?": 0 }] })),
        ("/$defs/urls", json!({ "urls": { "?": 0 } })),
        ("/properties/lookback", json!({ "lookback": { "?": 0 } })),
        ("/properties/max_paths", json!({ "max_paths": { "?": 0 } })),
        ("/properties/cover", json!({ "cover": { "?": 0 } })),
        ("/properties/distributions/items", json!({ "distributions": [{ "?": 0 }] })),
    ] {
        let answer = ask(&json!({ "op": "check", "policy": around }), &[]);
        let message = answer["errors"][0]["message"].as_str().unwrap();
        // The core names the fields that it knows: "unknown field `?`, expected one of `a`, `b`".
        let mut known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        let properties = schema.pointer(pointer).unwrap()["properties"].as_object().unwrap();
        let mut described: Vec<&str> = properties.keys().map(String::as_str).collect();
        known.sort_unstable();
        described.sort_unstable();
        assert_eq!(described, known, "{pointer}");
        for (name, field) in properties {
            let told = field.get("title").is_some() || field.get("$ref").is_some();
            assert!(told, "{pointer}/{name} has no title");
            let described = field.get("description").is_some() || field.get("$ref").is_some();
            assert!(described, "{pointer}/{name} has no description");
        }
    }
}
