//! How files and folders look: what a file says first, how long it is, and how many lie in one folder.

use std::collections::BTreeMap;

use crate::house::{is_beside, rust_files, text};

/// Lines of a file, tests and examples among them.
const LINES: usize = 450;

/// Files in one folder of a crate.
const FILES: usize = 20;

/// Folders below `src` that have more, until they are mended.
const CROWDED: &[&str] =
    &["check/rules", "formats/jsonschema", "model", "render/helm/functions", "report/ci", "report/reporters"];

/// Every Rust file of the repository.
fn all() -> Vec<String> {
    [rust_files("src"), rust_files("tests")].concat()
}

#[test]
fn every_file_says_first_what_lives_in_it() {
    for file in all() {
        assert!(text(&file).starts_with("//! "), "{file} does not start with `//!`");
    }
}

#[test]
fn files_stay_small_enough_for_one_head() {
    let long = all().into_iter().map(|file| (text(&file).lines().count(), file)).filter(|(lines, _)| *lines > LINES);
    let long: Vec<String> = long.map(|(lines, file)| format!("{file} has {lines} lines")).collect();
    assert!(long.is_empty(), "is there a second thing in it that has a name? {long:#?}");
}

#[test]
fn folders_stay_small_enough_to_be_looked_through() {
    let mut counts = BTreeMap::<String, usize>::new();
    for file in rust_files("src") {
        let (folder, _) = file.trim_start_matches("src/").rsplit_once('/').expect("a crate");
        *counts.entry(folder.to_owned()).or_default() += 1;
    }
    let crowded = |folder: &str| counts.get(folder).is_some_and(|count| *count > FILES);
    let new: Vec<_> =
        counts.iter().filter(|(folder, _)| crowded(folder) && !CROWDED.contains(&folder.as_str())).collect();
    assert!(new.is_empty(), "more than {FILES} files lie in one folder: {new:?}");
    let mended: Vec<_> = CROWDED.iter().filter(|folder| !crowded(folder)).collect();
    assert!(mended.is_empty(), "{mended:?} have few enough files now: they go from the list");
}

#[test]
fn everything_on_standard_output_and_error_goes_through_one_file() {
    let writers = ["stdout()", "stderr()", "print!(", "println!(", "dbg!(", ".print()", ".exit()", "DrawTarget::std"];
    for file in rust_files("src") {
        if is_beside(&file) || file == "src/seatrial/process/streams.rs" {
            continue;
        }
        // Where clap wants its text is only a question.
        let text = text(&file).replace("use_stderr()", "");
        let found: Vec<&str> = writers.into_iter().filter(|word| text.contains(word)).collect();
        assert!(found.is_empty(), "{file} has {found:?}: what is written goes through src/seatrial/process/streams.rs");
    }
}
