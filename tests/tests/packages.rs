//! The zips that are deployed: what is in them, and each executable through whole deploys, a foreign processor's with QEMU.
//!
//! `PURGEPLAN_PACKAGES` names their folder (`cargo xtask verify` builds them); without it there is nothing to try.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use purgeplan_tests::local::local;
use purgeplan_tests::site::{History, Repository, Tree};

/// An architecture: its name in AWS Lambda, its number in an executable's header, its name for Rust and QEMU.
const ARCHITECTURES: [(&str, u16, &str); 2] = [("arm64", 183, "aarch64"), ("x86_64", 62, "x86_64")];

/// Prints each entry's name, date and mode, and extracts the first.
const UNZIP: &str = "
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as packed:
    for entry in packed.infolist():
        print(entry.filename, '%d-%02d-%02d' % entry.date_time[:3], oct(entry.external_attr >> 16))
    packed.extract(packed.infolist()[0], sys.argv[2])
";

#[test]
fn the_executables_of_the_packages_purge_what_is_stale() {
    let Some(packages) = std::env::var_os("PURGEPLAN_PACKAGES").map(PathBuf::from) else {
        eprintln!("left out: PURGEPLAN_PACKAGES is not set; `cargo xtask verify` sets it");
        return;
    };
    let repository = site();
    for (name, machine, processor) in ARCHITECTURES {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let executable = unzip(&packages.join(format!("purgeplan-lambda-{name}.zip")), folder.path());
        assert_header(&executable, machine);
        let program = if processor == std::env::consts::ARCH { executable } else { emulated(&executable, processor) };
        for trigger in ["per-object", "sqs", "pipeline-job"] {
            let program = program.to_str().expect("a temporary folder has a plain name");
            let (code, report) = local(repository.path(), &["--walk", "--trigger", trigger, "--bootstrap", program]);
            assert_eq!((code, report.stale(), report.lost()), (0, vec![], vec![]), "{name} {trigger}");
            assert!(report.invalidations > 0, "{name} {trigger}: nothing was purged");
        }
    }
}

/// Three commits, hours apart, one of them with a name that must be encoded.
fn site() -> Repository {
    let (mut history, mut tree) = (History::default(), Tree::default());
    tree.file("index.html", "1").file("docs/a b.html", "1").file("same.html", "1");
    let first = history.commit(&tree, &[], 1_700_000_000);
    tree.file("docs/a b.html", "2");
    let second = history.commit(&tree, &[first], 1_700_020_000);
    tree.file("index.html", "2").file("new.html", "2");
    let third = history.commit(&tree, &[second], 1_700_040_000);
    history.build(third)
}

/// Checks that a package is one executable of a fixed date, and extracts it.
fn unzip(package: &Path, folder: &Path) -> PathBuf {
    let python = std::env::var_os("PURGEPLAN_PYTHON").expect("whoever sets PURGEPLAN_PACKAGES sets PURGEPLAN_PYTHON");
    let output = Command::new(python).args(["-c", UNZIP]).arg(package).arg(folder).output().expect("it is a Python");
    let entries = String::from_utf8_lossy(&output.stdout);
    assert_eq!(entries, "bootstrap 1980-01-01 0o100755\n", "{}", String::from_utf8_lossy(&output.stderr));
    let executable = folder.join("bootstrap");
    make_executable(&executable);
    executable
}

/// For this processor, and without an interpreter: nothing of the machine is needed to start it.
fn assert_header(executable: &Path, machine: u16) {
    let bytes = fs::read(executable).expect("it was extracted");
    let number = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    assert_eq!((&bytes[..4], number(18)), (&b"\x7fELF"[..], machine));
    const INTERPRETER: u16 = 3;
    // 64 bits: the program headers follow the header, 56 bytes each, as many as its field at 56 says.
    let mut headers = (0..usize::from(number(56))).map(|header| number(64 + 56 * header));
    assert!(headers.all(|kind| kind != INTERPRETER), "{} is linked dynamically", executable.display());
}

/// A program that runs the executable of another processor.
fn emulated(executable: &Path, processor: &str) -> PathBuf {
    let qemu = format!("qemu-{processor}");
    let found = Command::new(&qemu).arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found, "`{qemu}` is not installed (Debian: `apt-get install qemu-user`)");
    let program = executable.with_file_name("emulated");
    fs::write(&program, format!("#!/bin/sh\nexec {qemu} '{}'\n", executable.display())).expect("it can be written");
    make_executable(&program);
    program
}

fn make_executable(file: &Path) {
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("it is a file of our own");
}
