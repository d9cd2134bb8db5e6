//! Metrics in the CloudWatch embedded metric format: one line of the log, from which CloudWatch makes the metrics itself.
//!
//! Source: Amazon CloudWatch User Guide, "Specification: Embedded metric format".

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::handler::Report;
use crate::retry::Invocation;

const NAMESPACE: &str = "purgeplan";
/// Most values of one metric in one line.
const MOST_VALUES: usize = 100;

/// Writes the line of one invocation to standard output, which Lambda hands to CloudWatch.
pub fn write(site: &str, outcome: &Result<Report, Failure>, invocation: &Invocation) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let at = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
    // Whoever closed the log has no use for the line.
    let _ = writeln!(std::io::stdout(), "{}", line(site, outcome, invocation, at));
}

/// The line of one invocation; `at` is in milliseconds since the Unix epoch.
///
/// The dimension is the site, so that an alarm is one of a site; event, request and execution are fields to search by.
#[must_use]
pub fn line(site: &str, outcome: &Result<Report, Failure>, invocation: &Invocation, at: u64) -> String {
    let mut metrics = Metrics::default();
    let report = outcome.as_ref().ok();
    let failed = report.is_none_or(|report| report.failure.is_some());
    metrics.count("Failures", u64::from(failed));
    metrics.count("ColdStarts", u64::from(report.is_some_and(|report| report.cold_start)));
    metrics.count("AwsCalls", u64::from(invocation.calls()));
    metrics.count("Retries", u64::from(invocation.retries()));
    metrics.put("Duration", "Milliseconds", json!(invocation.elapsed_ms()));
    if let Some(report) = report {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        metrics.count("PlannedChanges", count(report.purge));
        metrics.count("BilledPaths", report.billed_paths);
        metrics.count("Wildcards", report.wildcards);
        metrics.count("Invalidations", count(report.invalidations.len()));
        metrics.count("HandedBack", count(report.handed_back));
        metrics.count("Warnings", count(report.warnings.len()));
        if let Some(over_purged) = report.over_purged {
            metrics.count("OverPurged", over_purged);
        }
    }
    for (operation, durations) in invocation.durations() {
        let values: Vec<u64> = durations.into_iter().take(MOST_VALUES).collect();
        metrics.put(&format!("{operation}Duration"), "Milliseconds", json!(values));
    }
    metrics.line(site, outcome, invocation, at)
}

#[derive(Default)]
struct Metrics {
    definitions: Vec<Value>,
    values: Map<String, Value>,
}

impl Metrics {
    fn count(&mut self, name: &str, value: u64) {
        self.put(name, "Count", json!(value));
    }

    fn put(&mut self, name: &str, unit: &str, value: Value) {
        self.definitions.push(json!({ "Name": name, "Unit": unit }));
        self.values.insert(name.to_owned(), value);
    }

    fn line(self, site: &str, outcome: &Result<Report, Failure>, invocation: &Invocation, at: u64) -> String {
        let mut line = self.values;
        let metrics = json!([{ "Namespace": NAMESPACE, "Dimensions": [["Site"]], "Metrics": self.definitions }]);
        line.insert("_aws".to_owned(), json!({ "Timestamp": at, "CloudWatchMetrics": metrics }));
        line.insert("Site".to_owned(), json!(site));
        line.insert("RequestId".to_owned(), json!(invocation.request_id()));
        match outcome {
            Ok(report) => {
                line.insert("Event".to_owned(), json!(report.event));
                line.extend(report.execution.as_ref().map(|id| ("Execution".to_owned(), json!(id))));
                line.extend(report.failure.as_ref().map(|code| ("Failure".to_owned(), json!(code))));
            }
            Err(failure) => line.extend([("Failure".to_owned(), json!(failure.code))]),
        }
        Value::Object(line).to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn parsed(outcome: &Result<Report, Failure>) -> Value {
        let invocation = Invocation::lasting("r-1", Duration::from_secs(1));
        invocation.note("GetBranch", Duration::from_millis(12));
        invocation.note("GetBranch", Duration::from_millis(8));
        serde_json::from_str(&line("site/main", outcome, &invocation, 1_700_000_000_000)).expect("one line of JSON")
    }

    #[test]
    fn every_metric_that_is_declared_has_its_value_and_the_other_way_round() {
        let report = Report { event: "job", billed_paths: 7, over_purged: Some(2), ..Report::default() };
        let line = parsed(&Ok(report));
        let definitions = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().expect("a list").clone();
        assert!(definitions.len() > 10, "{definitions:?}");
        for definition in &definitions {
            let name = definition["Name"].as_str().expect("a name");
            assert!(line[name].is_number() || line[name].is_array(), "{name}: {line}");
        }
        assert_eq!(
            (&line["BilledPaths"], &line["OverPurged"], &line["Site"]),
            (&json!(7), &json!(2), &json!("site/main"))
        );
        assert_eq!(line["GetBranchDuration"], json!([12, 8]));
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Site"]]));
    }

    #[test]
    fn a_failure_counts_and_says_its_code_alone() {
        let line = parsed(&Err(Failure::new("aws-refused", "with \"names\"\n", "do this")));
        assert_eq!(
            (&line["Failures"], &line["Failure"], &line["BilledPaths"]),
            (&json!(1), &json!("aws-refused"), &Value::Null)
        );
        assert!(!line.to_string().contains("names"));
        let told = Report { event: "job", failure: Some("policy-glob".to_owned()), ..Report::default() };
        let line = parsed(&Ok(told));
        assert_eq!((&line["Failures"], &line["Failure"]), (&json!(1), &json!("policy-glob")));
    }
}
