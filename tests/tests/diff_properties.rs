//! Any change, written in any format, is read back as it is. The fuzz target `diff` does the same for longer; its corpus
//! is replayed here.

mod render;

use proptest::prelude::*;
use render::{Item, Side, parse, told};

/// Bytes that names, prefixes and escapes can get wrong.
fn name() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => prop::sample::select(b"abc/. ".to_vec()),
        2 => prop::sample::select(b"\t\n\r\"\\'-+@:*~%".to_vec()),
        1 => 1_u8..,
    ];
    let whole = prop::sample::select(vec![
        "dev/null",
        "a/dev/null",
        "b/x",
        "a/x b/x",
        "x and y",
        "-- a/x",
        "commit 1234567",
        "M\tx",
    ]);
    prop_oneof![
        6 => prop::collection::vec(byte, 1..16),
        1 => whole.prop_map(|name| name.as_bytes().to_vec()),
    ]
    .prop_filter("a path is relative", |name| name[0] != b'/')
}

fn side() -> impl Strategy<Value = Side> {
    let mode = prop::sample::select(vec![0o100_644, 0o100_644, 0o100_755, 0o120_000, 0o160_000]);
    (mode, "[1-9a-f]{4}").prop_map(|(mode, digits)| Side { mode, id: digits.repeat(10) })
}

/// Changes with names that are all different, in git's order.
fn items() -> impl Strategy<Value = Vec<Item>> {
    let shape = (0..6_u8, side(), side());
    prop::collection::btree_map(name(), shape, 0..8).prop_map(|shapes| {
        let mut items = Vec::new();
        for (path, (shape, old, mut new)) in shapes {
            let from = (shape >= 4).then(|| [&path, b".old".as_slice()].concat());
            if shape == 2 || from.is_some() {
                new.mode = old.mode;
            }
            if shape == 3 {
                // Only the mode differs.
                new = Side { mode: 0o100_755, id: old.id.clone() };
            }
            let mut before = Some(if shape == 3 { Side { mode: 0o100_644, ..old } } else { old });
            let mut after = Some(new);
            match shape {
                0 => before = None,
                1 => after = None,
                _ => {}
            }
            // Nothing changed: git does not write it.
            if from.is_some() || before != after {
                items.push(Item { path, from, copy: shape == 5, before, after });
            }
        }
        items
    })
}

/// Lines of content that look like anything but content.
fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let line = prop_oneof![
        prop::sample::select(vec![
            "-- a/x",
            "++ b/x",
            "diff --git a/x b/x",
            "@@ -1 +1 @@",
            "",
            "commit 1234567",
            "\\ No"
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>().prop_filter("one line", |byte| *byte != b'\n'), 0..90),
    ];
    prop::collection::vec(line, 0..40)
}

proptest! {
    #[test]
    fn unified(items in items(), lines in lines(), prefixes in prop::sample::select(vec![("a/", "b/"), ("i/", "w/"), ("", "")])) {
        let diff = render::unified(&items, prefixes, &lines);
        prop_assert_eq!(parse("unified", &[&diff]), Ok(told(&items, Item::change)));
        if !items.is_empty() {
            prop_assert_eq!(parse("auto", &[&diff]), Ok(told(&items, Item::change)));
        }
    }

    #[test]
    fn raw(items in items()) {
        for (format, z) in [("git-raw", true), ("raw", true), ("raw", false), ("auto", true), ("auto", false)] {
            prop_assert_eq!(parse(format, &[&render::raw(&items, z)]), Ok(told(&items, Item::change)), "{} {}", format, z);
        }
    }

    #[test]
    fn name_status(items in items()) {
        for (format, z) in [("name-status", true), ("name-status", false), ("auto", true), ("auto", false)] {
            let told = told(&items, |item| if item.letter() == 'T' { "type-changed" } else { item.change_without_ids() });
            prop_assert_eq!(parse(format, &[&render::name_status(&items, z)]), Ok(told), "{} {}", format, z);
        }
    }

    #[test]
    fn name_only(items in items()) {
        let paths: Vec<Item> = items.iter().map(|item| Item { from: None, ..item.clone() }).collect();
        for z in [true, false] {
            prop_assert_eq!(parse("name-only", &[&render::name_only(&items, z)]), Ok(told(&paths, |_| "modified")), "{}", z);
        }
    }

    #[test]
    fn codecommit(items in items(), size in 1..4_usize) {
        let items: Vec<Item> = items.into_iter().filter(|item| item.from.is_none() && std::str::from_utf8(&item.path).is_ok()).collect();
        let pages = render::codecommit(&items, size);
        for format in ["codecommit", "auto"] {
            prop_assert_eq!(parse(format, &[&pages]), Ok(told(&items, Item::change)), "{}", format);
        }
    }

    #[test]
    fn manifests(items in items()) {
        let items: Vec<Item> = items.into_iter().filter(|item| item.from.is_none() && !item.path.starts_with(b"./")).collect();
        let changed: Vec<Item> = items
            .iter()
            .filter(|item| item.before.as_ref().map(|side| &side.id) != item.after.as_ref().map(|side| &side.id))
            .cloned()
            .collect();
        let [before, after] = render::manifests(&items);
        let told = told(&changed, |item| if item.letter() == 'T' { "modified" } else { item.change() });
        for format in ["manifests", "auto"] {
            prop_assert_eq!(parse(format, &[&before, &after]), Ok(told.clone()), "{}", format);
        }
    }
}

#[test]
fn the_corpus_of_the_fuzz_target_holds() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/diff");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 20, "the corpus is part of the repository");
    for file in files {
        render::check(&std::fs::read(file).unwrap());
    }
}
