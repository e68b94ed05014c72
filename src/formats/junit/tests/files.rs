//! Files in the style of the programs that write them, and the cases that they have.
#![allow(clippy::disallowed_methods, reason = "this test reads its data")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use seatrial_junit::read;
use seatrial_model::{Masker, TestCase};

/// The cases as lines that a person can read.
fn told(cases: &[TestCase]) -> String {
    let mut out = String::new();
    for case in cases {
        let outcome = format!("{:?}", case.outcome).to_lowercase();
        let _ = writeln!(out, "{outcome} {:?} {:?} {:?} {} ms", case.suite, case.class, case.name, case.duration_ms);
        for (what, text) in [("message", &case.message), ("output", &case.output)] {
            for line in text.lines() {
                let _ = writeln!(
                    out,
                    "    {what}: {}",
                    line.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'")
                );
            }
        }
    }
    out
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let entries = std::fs::read_dir(folder).expect("test data").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "xml")).collect();
    files.sort();
    files
}

#[test]
fn every_file_has_the_cases_that_stand_beside_it() {
    let files = files();
    assert!(files.len() >= 19, "{files:?}");
    for file in files {
        let cases = read(&std::fs::read(&file).expect("a file"), &Masker::new());
        let cases = cases.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(cases.told_of_left_out(), None);
        let (expected, told) = (file.with_extension("cases"), told(&cases.into_kept()));
        if std::env::var_os("SEATRIAL_ACCEPT").is_some() {
            std::fs::write(&expected, &told).expect("written");
        }
        let expected = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(told, expected, "{}: SEATRIAL_ACCEPT=1 writes what is found", file.display());
    }
}
