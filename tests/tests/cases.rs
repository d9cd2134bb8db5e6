//! Every conformance case, natively. `PURGEPLAN_BLESS=1` writes the answers into the files instead, to be read by eye.

use purgeplan_tests::cases;
use serde_json::Value;

#[test]
fn every_case_is_answered_as_written() {
    let bless = std::env::var_os("PURGEPLAN_BLESS").is_some();
    let mut wrong = Vec::new();
    for (file, mut case) in cases::all() {
        let attachments: Vec<Vec<u8>> = case.attachments.iter().map(cases::Attachment::bytes).collect();
        let attachments: Vec<&[u8]> = attachments.iter().map(Vec::as_slice).collect();
        let answer = purgeplan_core::call(case.request.to_string().as_bytes(), &attachments);
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        if bless {
            case.answer = answer;
            std::fs::write(&file, serde_json::to_string_pretty(&case).unwrap() + "\n").unwrap();
        } else if answer != case.answer {
            wrong.push(format!("{}\n  expected {}\n  got      {answer}", file.display(), case.answer));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
