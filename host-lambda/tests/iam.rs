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
fn each_optional_call_is_one_statement_on_what_it_reads() {
    let statements = statements(include_str!("../iam/optional.json"));
    let granted = |wanted: &str| {
        let holds = |statement: &&Value| actions(statement).contains(&wanted);
        let found: Vec<_> = statements.iter().filter(holds).collect();
        assert_eq!(found.len(), 1, "{wanted}");
        found[0]["Resource"].as_str().expect("one resource").to_owned()
    };
    for (calls, resource) in [
        (&["codepipeline:ListPipelineExecutions", "codepipeline:ListActionExecutions"][..], ":PIPELINE"),
        (&["codepipeline:GetPipelineExecution"], ":PIPELINE"),
        (&["codepipeline:PutJobSuccessResult", "codepipeline:PutJobFailureResult"], "*"),
        (&["cloudfront:ListInvalidations", "cloudfront:GetInvalidation"], ":distribution/DISTRIBUTION"),
        (&["cloudfront:GetDistributionConfig"], ":distribution/DISTRIBUTION"),
        (&["s3:ListBucket"], ":::BUCKET"),
        (&["codecommit:GetFile"], ":REPOSITORY"),
    ] {
        for call in calls {
            assert!(granted(call).ends_with(resource), "{call}");
        }
    }
}

#[test]
fn no_statement_is_wider_than_one_resource_and_each_is_explained() {
    let readme = include_str!("../iam/README.md");
    for document in [include_str!("../iam/policy.json"), include_str!("../iam/optional.json")] {
        for statement in statements(document) {
            let resource = statement["Resource"].as_str().expect("one resource");
            if actions(&statement).iter().all(|action| action.starts_with("codepipeline:PutJob")) {
                // A job has no ARN (Service Authorization Reference, CodePipeline).
                assert_eq!(resource, "*");
            } else {
                // A bucket's ARN has no account.
                let owned = resource.contains(":ACCOUNT:") || resource == "arn:PARTITION:s3:::BUCKET";
                assert!(resource.starts_with("arn:PARTITION:") && owned, "{resource}");
                assert!(!resource.trim_end_matches(":*").contains('*'), "{resource}");
            }
            assert!(actions(&statement).iter().all(|action| !action.contains('*')), "{statement}");
            let sid = statement["Sid"].as_str().expect("a Sid");
            assert!(readme.contains(&format!("| `{sid}` |")), "{sid}");
        }
    }
}
