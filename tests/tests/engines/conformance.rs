//! Every case and every engine: the answers are the same bytes.

use purgeplan_tests::cases::{self, Attachment};
use purgeplan_tests::engines::{self, Engine, Native, Question};
use serde_json::Value;

#[test]
fn every_engine_gives_every_case_the_same_bytes() {
    let cases = cases::all();
    for mut engine in engines::all() {
        let mut wrong = Vec::new();
        for (file, case) in &cases {
            let request = case.request.to_string().into_bytes();
            let question = Question { request, attachments: case.attachments.iter().map(Attachment::bytes).collect() };
            let (answer, native) = (engine.answer(&question), Native.answer(&question));
            let told: Value = serde_json::from_slice(&answer).unwrap_or_default();
            if answer != native || told != case.answer {
                wrong.push(format!(
                    "{}\n  native {}\n  got    {told}",
                    file.display(),
                    String::from_utf8_lossy(&native)
                ));
            }
        }
        assert!(wrong.is_empty(), "{}: {} cases\n{}", engine.name(), wrong.len(), wrong.join("\n"));
        println!("{}: {} cases", engine.name(), cases.len());
    }
}
