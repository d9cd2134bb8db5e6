//! What git lists, by small examples.

use alloc::string::String;

use super::*;
use crate::change::{Change, Effect};
use alloc::vec::Vec;
use proptest::prelude::*;

const A: &str = "1111111111111111111111111111111111111111";
const B: &str = "2222222222222222222222222222222222222222";
const ZERO: &str = "0000000000000000000000000000000000000000";

fn read(bytes: &[u8]) -> Result<Vec<Change>, Error> {
    let mut sink = Sink::default();
    Listing::Raw.read_fields(bytes, 3, &mut sink).map(|()| sink.finish().0)
}

fn read_lines(listing: Listing, text: &str) -> Result<Vec<(String, Effect)>, Error> {
    let mut sink = Sink::default();
    listing.read_lines(text.as_bytes(), 3, &mut sink)?;
    Ok(sink.finish().0.iter().map(|change| (change.path.escaped().into_owned(), change.effect)).collect())
}

fn every_status() -> String {
    [
        format!(":000000 100644 {ZERO} {A} A\0a\0"),
        format!(":100644 100644 {A} {B} C75\0source\0copy\0"),
        format!(":100644 000000 {A} {ZERO} D\0d\0"),
        format!(":100644 100644 {A} {B} M\0m\0"),
        format!(":100644 100644 {A} {A} R100\0old\0new\0"),
        format!(":100644 120000 {A} {B} T\0t\0"),
        format!(":100644 100755 {A} {A} M\0x\0"),
    ]
    .concat()
}

#[test]
fn every_status_is_read() {
    let changes = read(every_status().as_bytes()).unwrap();
    let effects: Vec<_> = changes.iter().map(|c| (c.path.escaped().into_owned(), c.effect)).collect();
    assert_eq!(
        effects,
        [
            (String::from("a"), Effect::Added),
            ("copy".into(), Effect::Added),
            ("d".into(), Effect::Deleted),
            ("m".into(), Effect::Modified),
            ("new".into(), Effect::Added),
            ("t".into(), Effect::Deleted),
            ("x".into(), Effect::ModeOnly),
        ]
    );
    assert_eq!(
        changes[4].effect_on_from().map(|(path, effect)| (path.escaped().into_owned(), effect)),
        Some(("old".into(), Effect::Deleted))
    );
    assert_eq!(changes[1].effect_on_from(), None);
}

#[test]
fn lines_say_the_same_as_fields() {
    let lines = every_status().replace(':', "\n:").replace(" A\0", " A\t").replace('\0', "\t").replace("\t\n", "\n");
    let fields: Vec<_> =
        read(every_status().as_bytes()).unwrap().iter().map(|c| (c.path.escaped().into_owned(), c.effect)).collect();
    assert_eq!(read_lines(Listing::Raw, lines.trim()).unwrap(), fields);
}

#[test]
fn abbreviated_ids_prove_nothing() {
    let text = ":100644 100755 1234567 1234567 M\t\"\\303\\251\"\n";
    assert_eq!(read_lines(Listing::Raw, text).unwrap(), [("é".into(), Effect::Modified)]);
}

#[test]
fn a_status_with_a_name_counts_each_side_as_a_file() {
    let text = "commit 1234567\nAuthor: A <a@b>\n\n    M\tno\n\nA\ta b\nD\td\nM\tm\nR050\told\tr\nT\tt\nMM\tz\n";
    assert_eq!(
        read_lines(Listing::NameStatus, text).unwrap(),
        [
            (String::from("a b"), Effect::Added),
            ("d".into(), Effect::Deleted),
            ("m".into(), Effect::Modified),
            ("r".into(), Effect::Added),
            ("t".into(), Effect::Modified),
            ("z".into(), Effect::Modified),
        ]
    );
}

#[test]
fn a_combined_header_has_a_side_for_each_parent() {
    let text = format!(
        "::100644 100644 100644 {A} {B} {A} MM\told\told\tnew\n::000000 100644 000000 {ZERO} {A} {ZERO} AD\tx\n"
    );
    assert_eq!(
        read_lines(Listing::Raw, &text).unwrap(),
        [("new".into(), Effect::Modified), ("x".into(), Effect::Deleted)]
    );
}

#[test]
fn an_id_that_is_not_known_is_not_equal_to_another() {
    let diff = format!(":100644 100644 {ZERO} {ZERO} M\0m\0");
    assert_eq!(read(diff.as_bytes()).unwrap()[0].effect, Effect::Modified);
}

#[test]
fn bytes_that_are_not_utf8_survive() {
    let diff = [format!(":000000 100644 {ZERO} {A} A\0").as_bytes(), b"a\xff\n\0"].concat();
    assert_eq!(read(&diff).unwrap()[0].path.as_bytes(), b"a\xff\n");
}

#[test]
fn errors_say_where() {
    let whole = format!(":100644 100644 {A} {B} M\0m\0");
    let truncated = read(&whole.as_bytes()[..whole.len() - 1]).unwrap_err();
    assert_eq!((truncated.code, truncated.span.unwrap().start), ("diff-truncated", whole.len() - 2));
    let unmerged = format!("{whole}:000000 000000 {ZERO} {ZERO} U\0m\0");
    let error = read(unmerged.as_bytes()).unwrap_err();
    assert!(error.message.contains("unmerged"), "{error}");
    assert_eq!(error.span.map(|s| (s.attachment, s.start)), Some((Some(3), whole.len())));
    let error = read_lines(Listing::NameStatus, "M\ta\nU\tb\n").unwrap_err();
    assert!(error.message.contains("unmerged") && error.span.unwrap().start == 4, "{error}");
    assert_eq!(read_lines(Listing::NameStatus, "M\t/a\n").unwrap_err().code, "diff-name-status");
    assert_eq!(read_lines(Listing::NameStatus, "hello\n").unwrap_err().code, "diff-name-status");
}

proptest! {
    #[test]
    fn never_panics(bytes in proptest::collection::vec(prop_oneof![Just(b':'), Just(0u8), Just(b' '), Just(b'\t'), any::<u8>()], 0..300)) {
        let _ = read(&bytes);
        let mut sink = Sink::default();
        let _ = Listing::NameStatus.read_lines(&bytes, 0, &mut sink);
        let _ = sink.finish();
    }
}
