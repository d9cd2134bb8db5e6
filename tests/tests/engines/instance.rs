//! One instance of the module over many questions: it grows to what they need, and lives on after bad ones.

use purgeplan_tests::engines::{self, Engine, Native, Question, Wasmtime};

fn parse(diff: Vec<u8>) -> Question {
    let request = br#"{"op":"parse","diffs":[{"attachments":[0]}]}"#.to_vec();
    Question { request, attachments: vec![diff] }
}

#[test]
fn memory_grows_to_what_an_input_needs_and_is_used_again() {
    let mut engine = Wasmtime::new(&engines::module());
    let small = parse(b"M\ta\n".to_vec());
    engine.answer(&small);
    let before = engine.memory();
    let large = parse(b"M\tsome/name/of/a/file.html\n".repeat(200_000));
    let answer = engine.answer(&large);
    assert!(answer == Native.answer(&large), "a large input is answered alike");
    let after = engine.memory();
    assert!(before < 4 << 20, "a small question takes {before} bytes");
    assert!(after < 400 << 20, "5 MB of names take {after} bytes");
    engine.answer(&large);
    assert!(engine.memory() <= after + (after >> 2), "what was given back is used again");
}

#[test]
fn a_failure_leaves_the_instance_usable() {
    let mut engine = Wasmtime::new(&engines::module());
    let good = parse(b"M\ta\n".to_vec());
    let expected = engine.answer(&good);
    let bad = [
        Question { request: vec![], attachments: vec![] },
        Question { request: b"\xff\x00{".to_vec(), attachments: vec![vec![]] },
        Question { request: b"[".repeat(100_000), attachments: vec![] },
        parse(b"diff --git a/a b/a\n@@ -1".to_vec()),
    ];
    for question in bad {
        assert!(engine.answer(&question) == Native.answer(&question), "{:?}", question.request.get(..40));
        assert_eq!(engine.answer(&good), expected);
    }
}
