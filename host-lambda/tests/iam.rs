//! The permissions that are handed out are those of the calls that are made, and no others.

use std::collections::BTreeSet;

use serde_json::Value;

fn statements(document: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(document).expect("JSON");
    document["Statement"].as_array().expect("statements").clone()
}

fn actions(statement: &Value) -> Vec<&str> {
    let action = &statement["Action"];
    action
        .as_array()
        .map_or_else(|| vec![action], |list| list.iter().collect())
        .iter()
        .filter_map(|a| a.as_str())
        .collect()
}

#[test]
fn the_least_policy_has_the_four_calls_and_the_log() {
    let statements = statements(include_str!("../iam/policy.json"));
    let granted: BTreeSet<&str> = statements.iter().flat_map(actions).collect();
    let needed = [
        "cloudfront:CreateInvalidation",
        "codecommit:GetBranch",
        "codecommit:GetCommit",
        "codecommit:GetDifferences",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    ];
    assert_eq!(granted, BTreeSet::from(needed));
}

#[test]
fn no_statement_is_wider_than_one_resource_and_each_is_explained() {
    let readme = include_str!("../iam/README.md");
    for document in [include_str!("../iam/policy.json"), include_str!("../iam/optional.json")] {
        for statement in statements(document) {
            let resource = statement["Resource"].as_str().expect("one resource");
            assert!(resource.starts_with("arn:PARTITION:") && resource.contains(":ACCOUNT:"), "{resource}");
            assert!(!resource.trim_end_matches(":*").contains('*'), "{resource}");
            assert!(actions(&statement).iter().all(|action| !action.contains('*')), "{statement}");
            let sid = statement["Sid"].as_str().expect("a Sid");
            assert!(readme.contains(&format!("| `{sid}` |")), "{sid}");
        }
    }
}
