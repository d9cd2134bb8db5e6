//! Faults of documents, each with its place; the text of answers.

use super::*;
use alloc::{borrow::Cow, string::ToString, vec, vec::Vec};
use proptest::prelude::*;
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Word {
    One,
    Two,
}

words!(Word { One: "one", Two: "two" });

const STRICT: &Shape = &Shape::Strict(&[
    required("name", TEXT),
    nullable("count", SIZE),
    optional("words", &Shape::List(<Word as super::Word>::SHAPE)),
]);

fn document(text: &str) -> Document<'_> {
    Document { bytes: text.as_bytes(), attachment: Some(3), code: "code", help: "help" }
}

fn fault(text: &str) -> (String, String, Option<&str>) {
    let error = document(text).read(None, STRICT).unwrap_err();
    let span = error.span.map(|span| text.get(span.start..span.end).unwrap());
    (error.message.clone(), error.pointer.clone().unwrap_or_default(), span)
}

#[test]
fn fields_are_taken_by_their_names() {
    let read = |text: &str| {
        let tree = document(text).read(None, STRICT).unwrap();
        let words: Vec<Option<Word>> = tree["words"].items().iter().map(Json::word).collect();
        (tree["name"].string(), tree["count"].number::<usize>(), words)
    };
    let all = r#"{"words":["two","one"],"count":7,"name":"a\n"}"#;
    assert_eq!(read(all), (Some("a\n".into()), Some(7), vec![Some(Word::Two), Some(Word::One)]));
    assert_eq!(read("\u{feff} {\"name\":\"a\",\"count\":null}"), (Some("a".into()), None, vec![]));
}

#[test]
fn a_fault_names_the_value_and_its_place() {
    for (text, message, pointer, at) in [
        ("[]", "line 1, column 1: invalid type: a list, expected an object", "", "[]"),
        ("{\n}", "line 1, column 1: missing field `name`", "", "{\n}"),
        (
            r#"{"name":1.5}"#,
            "line 1, column 9: invalid type: a number with a fraction or an exponent, expected a string",
            "/name",
            "1.5",
        ),
        (r#"{"name":"a","name":"b"}"#, "line 1, column 20: duplicate field `name`", "/name", "\"b\""),
        (
            r#"{"no/~":1}"#,
            "line 1, column 9: unknown field `no/~`, expected one of `name`, `count`, `words`",
            "/no~1~0",
            "1",
        ),
        (
            r#"{"name":"a","count":-1}"#,
            "line 1, column 21: invalid type: integer `-1`, expected a whole number from 0",
            "/count",
            "-1",
        ),
        (
            "{\"name\":\"ü\",\n \"words\":[\"one\",\"three\"]}",
            "line 2, column 17: unknown word `three`, expected `one` or `two`",
            "/words/1",
            "\"three\"",
        ),
        (
            r#"{"name":"a","count":"7 \"ü\u200b\n"}"#,
            "line 1, column 21: invalid type: string \"7 \\\"ü\u{200b}\\n\", expected a whole number from 0",
            "/count",
            r#""7 \"ü\u200b\n""#,
        ),
        (r#"{"name":"a","words":null}"#, "line 1, column 21: invalid type: null, expected a list", "/words", "null"),
    ] {
        assert_eq!(fault(text), (message.to_string(), pointer.to_string(), Some(at)), "{text}");
    }
    assert!(document(r#"{"name":"a","count":18446744073709551616}"#).read(None, STRICT).is_err());
}

#[test]
fn what_is_no_json_is_told_by_its_first_wrong_byte() {
    let error = document("\u{feff}{\n\"name\" 1}").read(None, STRICT).unwrap_err();
    assert_eq!(error.message, "line 2, column 8: expected `:`");
    assert_eq!(error.span.map(|span| span.start), Some(12));
    assert!(document("{} {}").read(None, ANY).is_err());
    assert!(document(&"[".repeat(1000)).read(None, ANY).is_err());
}

#[test]
fn only_fields_with_wanted_names_are_kept() {
    let tree = document(r#"{"a":{"b":[{"c":1}],"a":2},"c":[{"a":3,"b":4}]}"#).tree(Some(&["a", "c"])).unwrap();
    let field = |name: &'static str, value| (Cow::Borrowed(name), value);
    let inner = Json::Object(vec![field("a", Json::Natural(2))]);
    let list = Json::Array(vec![Json::Object(vec![field("a", Json::Natural(3))])]);
    assert_eq!(tree, Json::Object(vec![field("a", inner), field("c", list)]));
}

#[test]
fn documents_follow_each_other() {
    let text = "\u{feff}{\"name\":\"a\"} \n{\"name\":7}{";
    let found: Vec<_> = documents(document(text))
        .map(|part| part.and_then(|part| part.read(None, STRICT).map_err(|error| part.moved(text.as_bytes(), error))))
        .collect();
    let at = |error: &Error| error.span.map(|span| &text[span.start..span.end]);
    assert_eq!(found[0].as_ref().unwrap()["name"].text(), Some("a"));
    assert_eq!(at(found[1].as_ref().unwrap_err()), Some("7"));
    assert!(found[2].is_err() && found.len() == 3);
}

#[derive(Serialize)]
struct Everything<'t> {
    text: &'t str,
    none: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<bool>,
    numbers: (),
    list: Vec<Numbers>,
    empty: Vec<Numbers>,
    words: Vec<Named>,
}

#[derive(Serialize)]
struct Numbers {
    small: u8,
    large: u64,
    negative: i32,
    yes: bool,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Named {
    OneWord,
    Of(u16),
}

#[test]
fn it_is_an_answer_is_the_text_of_serde_json() {
    let list = vec![
        Numbers { small: 255, large: u64::MAX, negative: i32::MIN, yes: true },
        Numbers { small: 0, large: 0, negative: 0, yes: false },
    ];
    let value = Everything {
        text: "a[{",
        none: None,
        left_out: None,
        numbers: (),
        list,
        empty: Vec::new(),
        words: vec![Named::OneWord, Named::Of(7)],
    };
    assert_eq!(write(&value), serde_json::to_vec(&value).unwrap());
    assert_eq!(write(&Nothing {}), b"{}");
    assert_eq!(write(&[[""; 0]; 2][..]), b"[[],[]]");
}

proptest! {
    #[test]
    fn texts_have_the_escapes_of_serde_json(text in "[\\x00-\\x7f\u{80}-\u{10ffff}\\\\\"{\\[,]{0,20}") {
        prop_assert_eq!(String::from_utf8(write(&text)).unwrap(), serde_json::to_string(&text).unwrap());
    }
}
