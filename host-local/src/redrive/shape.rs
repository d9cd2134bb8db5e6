//! What an event is, told by its shape alone, for people. The function itself decides what it does with it.

use purgeplan_core::count;
use serde_json::Value;

/// Names of one line.
const SHOWN: usize = 3;
/// The most envelopes that an event stands in: SNS in SQS, and one to spare.
const DEEPEST: usize = 3;

pub(crate) struct Shape {
    /// A word for it.
    pub(crate) kind: &'static str,
    /// What the function would do.
    pub(crate) what: String,
}

impl Shape {
    pub(crate) fn new(kind: &'static str, what: impl Into<String>) -> Self {
        Self { kind, what: what.into() }
    }

    pub(crate) fn of(event: &Value) -> Self {
        if let Some(job) = event.get("CodePipeline.job") {
            return Self::job(job);
        }
        if event["Event"] == "s3:TestEvent" {
            return Self::new("test", "S3's test: nothing to purge");
        }
        match (event["source"].as_str(), event["detail"]["state"].as_str()) {
            (Some("aws.codepipeline"), state) => return Self::pipeline(event, state.unwrap_or_default()),
            (Some("aws.codecommit"), _) => {
                return Self::new("push", "a push comes before the deploy: the function refuses it");
            }
            _ => {}
        }
        let mut keys = Vec::new();
        objects(event, 0, &mut keys);
        if keys.is_empty() {
            return Self::new("unknown", format!("{}: the function refuses it", names(event)));
        }
        let more = if keys.len() > SHOWN { ", …" } else { "" };
        let first = keys.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        Self::new("objects", format!("purge {}: {first}{more}", count(keys.len(), "object")))
    }

    fn job(job: &Value) -> Self {
        let parameters = job["data"]["actionConfiguration"]["configuration"]["UserParameters"].as_str();
        let parameters: Value = parameters.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let what = match parameters["commit"].as_str() {
            Some(commit) => format!("purge the deploy of commit {}", short(commit)),
            None => "the job names no commit: the function refuses it".to_owned(),
        };
        Self::new("pipeline-job", what)
    }

    fn pipeline(event: &Value, state: &str) -> Self {
        let detail = |name: &str| event["detail"][name].as_str().unwrap_or("?").to_owned();
        let what = if state == "SUCCEEDED" {
            format!("purge the deploy of execution {} of {}", short(&detail("execution-id")), detail("pipeline"))
        } else {
            "no success: nothing to purge".to_owned()
        };
        Self::new("pipeline-event", what)
    }
}

/// The object keys of an event, out of its envelopes, as they are written there.
fn objects(event: &Value, depth: usize, keys: &mut Vec<String>) {
    if let Some(key) = event["detail"]["object"]["key"].as_str() {
        keys.push(key.to_owned());
    }
    let records = event["Records"].as_array().map(Vec::as_slice).unwrap_or_default();
    for record in records {
        keys.extend(record["s3"]["object"]["key"].as_str().map(str::to_owned));
    }
    let texts = records.iter().flat_map(|record| [&record["Sns"]["Message"], &record["body"]]);
    for text in texts.chain([&event["Message"]]).filter_map(Value::as_str).filter(|_| depth < DEEPEST) {
        if let Ok(inner) = serde_json::from_str::<Value>(text) {
            objects(&inner, depth + 1, keys);
        }
    }
}

/// An unknown event's own names; its content may be secret.
fn names(event: &Value) -> String {
    let Some(fields) = event.as_object() else { return "no object".to_owned() };
    let cut = |name: &String| name.chars().take(40).collect::<String>();
    let names: Vec<String> = fields.keys().take(SHOWN).map(|name| format!("`{}`", cut(name))).collect();
    if names.is_empty() { "an object without keys".to_owned() } else { format!("keys {}", names.join(", ")) }
}

fn short(id: &str) -> String {
    id.chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(event: &Value) -> String {
        let shape = Shape::of(event);
        format!("{}: {}", shape.kind, shape.what)
    }

    #[test]
    fn an_event_is_told_by_its_shape_and_never_by_its_secrets() {
        let s3 = json!({ "Records": [{ "s3": { "object": { "key": "a+b.html" } } }] });
        assert_eq!(told(&s3), "objects: purge 1 object: a+b.html");
        let sns = json!({ "Type": "Notification", "Message": s3.to_string() });
        assert_eq!(told(&sns), "objects: purge 1 object: a+b.html");
        let sqs = json!({ "Records": vec![json!({ "body": sns.to_string() }); 5] });
        assert_eq!(told(&sqs), "objects: purge 5 objects: a+b.html, a+b.html, a+b.html, …");
        let bridge = json!({ "source": "aws.s3", "detail": { "object": { "key": "a b" } } });
        assert_eq!(told(&bridge), "objects: purge 1 object: a b");
        let job = |parameters: &str| {
            let configuration = json!({ "configuration": { "UserParameters": parameters } });
            json!({ "CodePipeline.job": { "data": { "actionConfiguration": configuration, "artifactCredentials": "hush" } } })
        };
        assert_eq!(told(&job(r#"{"commit":"0123456789ab"}"#)), "pipeline-job: purge the deploy of commit 0123456789");
        assert_eq!(told(&job("hush")), "pipeline-job: the job names no commit: the function refuses it");
        assert_eq!(told(&json!({ "k": "hush" })), "unknown: keys `k`: the function refuses it");
    }
}
