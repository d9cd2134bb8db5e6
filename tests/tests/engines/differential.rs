//! Random policies, diffs and live sets through the native core, wasmtime and Node.

use arbitrary::Unstructured;
use purgeplan_tests::cases;
use purgeplan_tests::engines::{self, Engine, Native, Process, Question, Wasmtime};
use serde_json::{Value, json};

use crate::request;

/// With `PURGEPLAN_LONG`, in `cargo xtask verify`.
const MANY: u64 = 1_000_000;
const FEW: u64 = 2_000;

#[test]
fn no_random_question_tells_the_engines_apart() {
    let count = if std::env::var_os("PURGEPLAN_LONG").is_some() { MANY } else { FEW };
    let mut engines: Vec<Box<dyn Engine>> =
        vec![Box::new(Wasmtime::new(&engines::module())), Box::new(Process::node())];
    let (mut asked, mut successes) = (0_u64, 0_u64);
    for seed in 0.. {
        if asked == count {
            break;
        }
        let mut random = fastrand::Rng::with_seed(seed);
        let bytes: Vec<u8> = (0..random.usize(16..1500)).map(|_| random.u8(..)).collect();
        let Some(question) = question(&bytes) else { continue };
        asked += 1;
        let native = Native.answer(&question);
        successes += u64::from(native.starts_with(br#"{"type":"success""#));
        for engine in &mut engines {
            let answer = engine.ask(&question);
            if answer.as_ref() != Ok(&native) {
                let kept = kept(&smallest(&bytes, engine.as_mut()), seed);
                let how = answer.err().unwrap_or_else(|| "another answer".to_owned());
                panic!("{} and native differ on seed {seed} ({how}); the case is {kept}", engine.name());
            }
        }
    }
    println!("{asked} questions, {successes} of them answered with success");
    assert!(successes * 5 > asked, "too few questions reach a decision: {successes} of {asked}");
}

fn question(bytes: &[u8]) -> Option<Question> {
    let (request, attachments) = request::request(&mut Unstructured::new(bytes)).ok()?;
    Some(Question { request, attachments })
}

/// The bytes with every piece taken out that the difference does not need.
fn smallest(bytes: &[u8], engine: &mut dyn Engine) -> Question {
    let mut differs =
        |bytes: &[u8]| question(bytes).is_some_and(|question| engine.ask(&question) != Native.ask(&question));
    let mut bytes = bytes.to_vec();
    let mut piece = bytes.len() / 2;
    while piece > 0 {
        let mut at = 0;
        while at < bytes.len() {
            let rest = [&bytes[..at], &bytes[bytes.len().min(at + piece)..]].concat();
            if differs(&rest) {
                bytes = rest;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    question(&bytes).expect("it differs, so it is a question")
}

/// Writes the question as a case with the native answer; the file's name.
fn kept(question: &Question, seed: u64) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let answer: Value = serde_json::from_slice(&Native.answer(question)).expect("an answer is JSON");
    let request: Value = serde_json::from_slice(&question.request).expect("made requests are JSON");
    let attachments: Vec<Value> = question.attachments.iter().map(|bytes| json!({ "hex": hex(bytes) })).collect();
    let about = format!("Engines answered this differently (seed {seed} of the differential test).");
    let case = json!({ "about": about, "request": request, "attachments": attachments, "answer": answer });
    let file = cases::folder().join(format!("difference-{seed}.json"));
    let text = serde_json::to_string_pretty(&case).expect("plain data");
    std::fs::write(&file, text + "\n").expect("the folder of the cases can be written");
    file.display().to_string()
}
