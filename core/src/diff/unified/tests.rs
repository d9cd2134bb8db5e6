//! What git and others write, by small examples; git itself speaks in the repository's oracle tests.

use super::*;
use crate::change::Effect;
use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};
use proptest::prelude::*;

type Found = Vec<(String, Effect)>;

fn read(diff: impl AsRef<[u8]>) -> Result<(Found, Vec<&'static str>), Error> {
    let mut sink = Sink::default();
    parse(diff.as_ref(), 0, &mut sink)?;
    let (changes, diagnostics) = sink.finish();
    let mut found: Found = changes.iter().map(|change| (change.path.escaped().into_owned(), change.effect)).collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok((found, diagnostics.iter().map(|diagnostic| diagnostic.code).collect()))
}

fn found(diff: impl AsRef<[u8]>) -> Found {
    let (found, said) = read(diff).unwrap();
    assert_eq!(said, [""; 0]);
    found
}

fn code(diff: impl AsRef<[u8]>) -> (&'static str, usize) {
    let error = read(diff).unwrap_err();
    (error.code, error.span.unwrap().start)
}

fn one(path: &str, effect: Effect) -> Found {
    [(path.to_string(), effect)].into()
}

const HUNK: &str = "@@ -1 +1 @@\n-a\n+b\n";

#[test]
fn a_removed_line_is_no_header() {
    let diff = "diff --git a/x b/x\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n--- a/y\n-- a/z\n-\
                diff --git a/q b/q\n+++ b/y\n++ b/z\n+@@ -1 +1 @@\n";
    assert_eq!(found(diff), one("x", Effect::Modified));
}

#[test]
fn headers_without_content_tell_their_change() {
    for (header, effect) in [
        ("old mode 100644\nnew mode 100755\n", Effect::ModeOnly),
        ("new file mode 100644\nindex 0000000..e69de29\n", Effect::Added),
        ("deleted file mode 100644\nindex e69de29..0000000\n", Effect::Deleted),
        (
            "new file mode 120000\nindex 0000000..1234567\n--- /dev/null\n+++ b/x y\t\n@@ -0,0 +1 @@\n+a\n\\ No\n",
            Effect::Symlink,
        ),
        (
            "index 1234567..89abcde 160000\n--- a/x y\t\n+++ b/x y\t\n@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n",
            Effect::Submodule,
        ),
        ("index 1234567..89abcde 100644\nBinary files a/x y and b/x y differ\n", Effect::Modified),
        (
            "old mode 100644\nnew mode 100755\nindex 1234567..89abcde\n--- a/x y\n+++ b/x y\n@@ -1 +1 @@\n-a\n+b\n",
            Effect::Modified,
        ),
        ("index 1234567..89abcde 100644\nGIT binary patch\ndelta 3\ncmV\n\nliteral 2\ncmV\n\n", Effect::Modified),
    ] {
        assert_eq!(found(format!("diff --git a/x y b/x y\n{header}")), one("x y", effect), "{header}");
    }
}

#[test]
fn renames_and_copies_name_their_sources() {
    let mut sink = Sink::default();
    let diff = "diff --git a/o p b/n\nsimilarity index 100%\nrename from o p\nrename to n\n\
                diff --git \"a/\\303\\251\" b/z\nsimilarity index 90%\ncopy from \"\\303\\251\"\ncopy to z\nindex 1234567..89abcde 100644\n--- \"a/\\303\\251\"\n+++ b/z\n@@ -1 +1 @@\n-a\n+b\n";
    parse(diff.as_bytes(), 0, &mut sink).unwrap();
    let (changes, _) = sink.finish();
    let told: Vec<_> =
        changes.iter().map(|c| (c.status, c.path.escaped(), c.from.as_ref().unwrap().escaped())).collect();
    assert_eq!(told, [(Status::Renamed, "n".into(), "o p".into()), (Status::Copied, "z".into(), "é".into())]);
}

#[test]
fn a_file_that_becomes_a_link_is_one_change() {
    let diff = "diff --git a/x b/x\ndeleted file mode 100644\nindex 1234567..0000000\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n\
                diff --git a/x b/x\nnew file mode 120000\nindex 0000000..1234567\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n\\ No newline at end of file\n";
    assert_eq!(found(diff), one("x", Effect::Deleted));
}

#[test]
fn prefixes_may_be_any_or_none() {
    for (old, new) in [("a/", "b/"), ("", ""), ("i/", "w/"), ("w/", "i/"), ("1/", "2/")] {
        let diff =
            format!("diff --git {old}a/x {new}a/x\nindex 1234567..89abcde 100644\n--- {old}a/x\n+++ {new}a/x\n{HUNK}");
        assert_eq!(found(diff), one("a/x", Effect::Modified), "{old} {new}");
    }
    let custom = format!(
        "diff --git old/x newer/x\nindex 1234567..89abcde 100644\n--- old/x\n+++ newer/x\n{HUNK}\
         diff --git old/newer/y newer/newer/y\nnew file mode 100644\nindex 0000000..e69de29\n"
    );
    let (files, said) = read(custom).unwrap();
    assert_eq!(files, [("newer/y".to_string(), Effect::Added), ("x".into(), Effect::Modified)]);
    assert_eq!(said, ["diff-prefix"]);
    assert_eq!(
        code("diff --git x-a y-a\nindex 1234567..89abcde 100644\nBinary files x-a and y-a differ\n"),
        ("diff-prefix", 0)
    );
}

#[test]
fn a_file_named_dev_null_is_a_file() {
    let diff = format!(
        "diff --git a/dev/null b/dev/null\nindex 1234567..89abcde 100644\n--- a/dev/null\n+++ b/dev/null\n{HUNK}"
    );
    assert_eq!(found(diff), one("dev/null", Effect::Modified));
}

#[test]
fn combined_diffs_count_every_parent() {
    let diff = "diff --cc a b\nindex 1234567,89abcde..def0123\n--- a/a b\n+++ b/a b\n@@@ -1,1 -1,1 +1,1 @@@\n- --cc x\n -x\n++diff --cc c\n\
                diff --cc gone\nindex 1234567,89abcde..0000000\ndeleted file mode 100644,100644\n--- a/gone\n+++ /dev/null\n";
    let (files, said) = read(diff).unwrap();
    assert_eq!(files, [("a b".to_string(), Effect::Modified), ("gone".into(), Effect::Deleted)]);
    assert_eq!(said, ["diff-combined"]);
}

#[test]
fn text_round_a_diff_is_passed_over_and_reported() {
    let file = format!(
        "diff --git a/x b/x\r\nindex 1234567..89abcde 100644\r\n--- a/x\r\n+++ b/x\r\n{}",
        HUNK.replace('\n', "\r\n")
    );
    let (files, said) = read(format!("Hello,\r\n--- \r\nhere:\r\n\r\n{file}--\r\nBye\r\n")).unwrap();
    assert_eq!((files, said), (one("x", Effect::Modified), ["diff-crlf", "diff-text"].into()));
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let diff = format!("\u{feff}diff --git a/x b/x\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n{HUNK}");
    assert_eq!(read(&diff).unwrap(), (one("x", Effect::Modified), [].into()));
    assert_eq!(code(format!("{diff}@@ -1 +1 @@\n")), ("diff-truncated", diff.len()));
}

#[test]
fn a_raw_line_counts_where_no_patch_does() {
    let raw = |path: &str| format!(":100644 100644 1234567 89abcde M\t{path}\n");
    let patch = |path: &str| {
        format!("diff --git a/{path} b/{path}\nindex 1234567..89abcde 100644\n--- a/{path}\n+++ b/{path}\n{HUNK}")
    };
    let both = [("other".to_string(), Effect::Modified), ("x".into(), Effect::Modified)];
    assert_eq!(found(format!("{}\n{}", raw("x"), patch("x"))), one("x", Effect::Modified));
    assert_eq!(found(format!("{}{}\n{}", raw("other"), raw("x"), patch("x"))), both);
    assert_eq!(found(format!("{}{}", patch("x"), raw("other"))), both);
    // Of another commit, the patch speaks for no listing.
    let log = format!("commit 1234567\n\n{}\ncommit 89abcde\n\n:000000 100644 0000000 89abcde A\tx\n", patch("x"));
    assert_eq!(found(log), one("x", Effect::Modified));
    assert_eq!(code(format!("{}:100644 100644 1 2 Z\tx\n", patch("x"))).0, "diff-git-raw");
}

#[test]
fn an_indented_header_is_told_but_in_a_message() {
    let patch = format!("diff --git a/x b/x\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n{HUNK}");
    let indented = " diff --git a/y b/y\n index 1234567..89abcde 100644\n";
    assert_eq!(read(format!("{patch}{indented}")).unwrap().1, ["diff-text"]);
    let message = "commit 1234567\nAuthor: A <a@b>\n\n    diff --git a/y b/y\n\n";
    assert_eq!(found(format!("{message}{patch}")), one("x", Effect::Modified));
    assert_eq!(read(format!("{message}{patch}    {indented}")).unwrap().1, ["diff-text"]);
}

#[test]
fn plain_diffs_tell_absent_files_by_name_or_time() {
    let diff = format!(
        "Index: x\n=====\n--- a/x y\t2024-01-01 00:00:00 +0000\n+++ b/x y\t2024-01-02 00:00:00 +0000\n{HUNK}\
         --- /dev/null\t1970-01-01 00:00:00 +0000\n+++ b/n\t2024-01-01\n@@ -0,0 +1 @@\n+a\n\
         --- a/o\t2024-01-01\n+++ b/o\t1970-01-01 09:00:00.000 +0900\n@@ -1 +0,0 @@\n-a\n\
         Binary files a/p q.png and b/p q.png differ\n"
    );
    assert_eq!(
        found(diff),
        [
            ("n".to_string(), Effect::Added),
            ("o".into(), Effect::Deleted),
            ("p q.png".into(), Effect::Modified),
            ("x y".into(), Effect::Modified)
        ]
    );
    let (files, said) = read(format!("--- x.orig\n+++ x\n{HUNK}")).unwrap();
    assert_eq!((files.len(), said), (2, ["diff-two-names"].into()));
    assert_eq!(code(format!("--- a/x\n+++ b/x\n{HUNK}Only in b: y\n")).0, "diff-only-in");
}

#[test]
fn what_cannot_be_read_is_refused_where_it_stands() {
    for (diff, expected) in [
        ("hello\n", ("diff-unified", 0)),
        ("text\n@@ -1 +1 @@\n-a\n+b\n", ("diff-hunk", 5)),
        ("diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\nx\n+b\n", ("diff-hunk", 61)),
        (
            "diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-a\ndiff --git a/y b/y\n",
            ("diff-hunk", 63),
        ),
        ("Content-Transfer-Encoding: Base64\n\nZGlmZg==\n", ("diff-encoded", 0)),
        ("* Unmerged path x\n", ("diff-unmerged", 0)),
        ("diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", ("diff-prefix", 0)),
        ("diff --git /x /x\nold mode 100644\nnew mode 100755\n", ("diff-path", 0)),
        ("diff --git \"a/x b/x\nold mode 100644\nnew mode 100755\n", ("diff-prefix", 0)),
    ] {
        assert_eq!(code(diff), expected, "{diff}");
    }
}

#[test]
fn every_cut_is_seen_but_between_two_pieces() {
    let diff = "diff --git a/x b/x\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-a\n-b\n+c\n\
                diff --git a/m b/m\nold mode 100644\nnew mode 100755\n\
                diff --git a/o b/new\nsimilarity index 100%\nrename from o\nrename to new\n\
                diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n\
                diff --git a/p b/p\nindex 1234567..89abcde 100644\nGIT binary patch\nliteral 1\ncmV\n\nliteral 0\nHcm\n\n";
    let whole = read(diff).unwrap().0.len();
    let mut silent = Vec::new();
    for cut in 1..diff.len() {
        match read(&diff[..cut]) {
            Ok((files, said)) => {
                assert!(files.len() <= whole);
                if !said.contains(&"diff-unterminated") {
                    silent.push(cut);
                }
            }
            Err(error) => assert!(matches!(error.code, "diff-truncated" | "diff-unified"), "{cut}: {error}"),
        }
    }
    let ends: Vec<_> = silent.iter().map(|cut| diff[..*cut].lines().next_back().unwrap()).collect();
    assert_eq!(ends, ["+c", "new mode 100755", "rename to new", "index 0000000..e69de29", ""]);
}

#[test]
fn the_last_mail_has_a_diff() {
    let mail = |subject: &str, body: &str| format!("From {}\nSubject: {subject}\n---\n{body}", "1".repeat(40));
    let patch = format!("diff --git a/x b/x\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n{HUNK}");
    let whole = mail("one", &format!(" x | 2 +-\n 1 file changed\n\n{patch}-- \n2.47.3\n\n"));
    assert_eq!(found([mail("cover", ""), whole.clone()].concat()), one("x", Effect::Modified));
    for cut in ["", " x | 2 +-\n", " x | 2 +-\n 1 file changed\n\n"] {
        let (files, said) = read([whole.as_str(), &mail("two", cut)].concat()).unwrap();
        assert_eq!((files, said), (one("x", Effect::Modified), ["diff-unterminated"].into()), "{cut}");
    }
    let header = patch.find("+++").unwrap();
    let cut = [whole.as_str(), &mail("two", &patch[..header])].concat();
    assert_eq!(code(&cut), ("diff-truncated", cut.len() - "--- a/x\n".len()));
}

#[test]
fn a_log_is_read_newest_first() {
    let commit = |id: &str, body: &str| {
        format!("commit {id}\nAuthor: A <a@b>\nDate:   now\n\n    diff --git a/no b/no\n\n{body}\n")
    };
    let add = "diff --git a/x b/x\nnew file mode 100644\nindex 0000000..e69de29\n";
    let delete = "diff --git a/x b/x\ndeleted file mode 100644\nindex e69de29..0000000\n";
    assert_eq!(found([commit("1234567", delete), commit("89abcde", add)].concat()), one("x", Effect::Deleted));
    assert_eq!(found([commit("1234567", add), commit("89abcde", delete)].concat()), one("x", Effect::Modified));
    let merge = "commit 1234567\nMerge: 1 2\nAuthor: A <a@b>\n\n    merge\n\n";
    let (files, said) = read([merge, &commit("89abcde", add)].concat()).unwrap();
    assert_eq!((files, said), (one("x", Effect::Added), ["diff-merge"].into()));
}

#[test]
fn submodules_that_are_written_as_logs_have_no_object() {
    assert_eq!(found("Submodule a b 1234567..89abcde:\n  > message\n"), one("a b", Effect::Submodule));
    assert_eq!(found("Submodule a b 0000000...89abcde (new submodule)\n"), one("a b", Effect::Submodule));
}

proptest! {
    #[test]
    fn never_panics(pieces in proptest::collection::vec(prop_oneof![
        Just(b"diff --git a/x b/x\n".to_vec()), Just(b"--- a/x\n".to_vec()), Just(b"+++ b/x\n".to_vec()),
        Just(b"@@ -1 +1 @@\n".to_vec()), Just(b"-a\n".to_vec()), Just(b"+a\n".to_vec()), Just(b"diff --cc x\n".to_vec()),
        Just(b"@@@ -1 -1 +1 @@@\n".to_vec()), Just(b"index 1..2\n".to_vec()), Just(b"GIT binary patch\n".to_vec()),
        Just(b"rename from x\n".to_vec()), Just(b"Only in x: y\n".to_vec()), Just(b"\"".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..12),
    ], 0..20)) {
        let _ = read(pieces.concat());
    }
}
