//! Files that are broken, that fight back, or that are far too large: an error that says where and what to do, or values in bounds.
#![allow(clippy::disallowed_methods, reason = "this test reads its data")]

use std::path::Path;
use std::sync::OnceLock;

use proptest::prelude::*;
use seatrial_junit::{Cases, LARGEST_FILE, MOST_CASES, read};
use seatrial_model::{CaseOutcome, Masker, TestCase};

fn wrong(text: &str) -> String {
    match read(text.as_bytes(), &Masker::new()) {
        Ok(cases) => panic!("it was read: {} cases", cases.count()),
        Err(error) => error.to_string(),
    }
}

fn cases(text: &str) -> Vec<TestCase> {
    read(text.as_bytes(), &Masker::new()).expect("a JUnit file").into_kept()
}

const DAMAGED: &str = "the program that wrote it was stopped, or two wrote it at once: look whether it finished";
const SOMETHING_ELSE: &str = "let `junit` name the JUnit files alone";

#[test]
fn what_is_not_read_says_the_line_and_what_to_do() {
    let answers = [
        ("", "line 1: the file is empty", DAMAGED),
        (" \n\n", "line 1: the file is empty", DAMAGED),
        ("All 3 tests passed", "line 1: the file is not XML", SOMETHING_ELSE),
        ("{\"tests\": 3}", "line 1: the file is not XML", SOMETHING_ELSE),
        (
            "<!doctype html>\n<html></html>",
            "line 2: the file begins with `html` and not with `testsuites`",
            SOMETHING_ELSE,
        ),
        ("<testcase/>", "line 1: the file begins with `testcase` and not with `testsuites`", SOMETHING_ELSE),
        (
            "<?xml version='1.0'?>\n<test-run id='2'/>",
            "line 2: the file begins with `test-run` and not with `testsuites`",
            "this is NUnit's own format: let the tests write JUnit",
        ),
        (
            "<testsuites>\n<testsuite>\n<testcase name='a'/>",
            "line 2: the file ends before `testsuite` is closed",
            DAMAGED,
        ),
        ("<testsuite>\n<testcase name='a'", "line 2: tag not closed: `>` not found before end of input", DAMAGED),
        (
            "<testsuite>\n<system-out><![CDATA[ab",
            "line 2: CDATA not closed: `]]>` not found before end of input",
            DAMAGED,
        ),
        (
            "<testsuite>\n<testcase>\n</testsuite>",
            "line 3: the end of `testsuite` stands where `testcase` must end first",
            DAMAGED,
        ),
        ("<testsuite>\n</testsuite>\n</testsuite>", "line 3: `testsuite` ends and has no beginning", DAMAGED),
        (
            "<!DOCTYPE t [\n<!ENTITY a 'ha'>\n<!ENTITY b '&a;&a;'>]>\n<testsuite name='&b;'/>",
            "line 1: the file declares entities, which are not read",
            "results of tests have no need of them: let the tests write JUnit without a DOCTYPE",
        ),
        (
            "<!DOCTYPE t [<!entity a SYSTEM 'file:///etc/passwd'>]><testsuite name='&a;'/>",
            "line 1: the file declares entities, which are not read",
            "results of tests have no need of them: let the tests write JUnit without a DOCTYPE",
        ),
    ];
    for (text, message, help) in answers {
        assert_eq!(wrong(text), format!("{message}; {help}"), "{text}");
    }
}

#[test]
fn hostile_names_are_quoted_in_bounds() {
    let long = "x".repeat(1 << 20);
    assert_eq!(
        wrong(&format!("<{long}/>")),
        format!("line 1: the file begins with `{}…` and not with `testsuites`; {SOMETHING_ELSE}", "x".repeat(60))
    );
    let told = wrong("<a\u{1b}[31m`\u{202e}/>");
    assert!(told.contains("`a\\u{1b}[31m'\\u{202e}`"), "{told}");
}

#[test]
fn depth_ends() {
    let deep = |depth: usize| format!("{}{}", "<testsuite name='a'>".repeat(depth), "</testsuite>".repeat(depth));
    assert_eq!(cases(&deep(100)).len(), 0);
    assert!(wrong(&deep(101)).starts_with("line 1: elements are nested deeper than 100; "));
    assert!(wrong(&deep(500_000)).starts_with("line 1: elements are nested deeper than 100; "));
    let named = "<testsuite name='a long name of a suite'>".repeat(99);
    let text = format!("{named}<testcase name='x'/>{}", "</testsuite>".repeat(99));
    assert_eq!(cases(&text)[0].suite.chars().count(), 300);
}

#[test]
fn values_are_bounded() {
    let long = "é".repeat(1 << 20);
    let text = format!(
        "<testsuite name='{long}'><testcase name='{long}' classname='{long}'><failure message='{long}' type='{long}'>{long}</failure>
        <system-out>{long}</system-out><system-err>{long}</system-err></testcase>
        <testcase name='b'><skipped message='{long}'/></testcase></testsuite>"
    );
    for case in cases(&text) {
        assert_bounded(&case);
    }
    let first = &cases(&text)[0];
    assert!(first.output.len() > 15 << 10 && first.message.len() > 2_000 && first.name.ends_with('…'));
}

fn assert_bounded(case: &TestCase) {
    for name in [&case.name, &case.class, &case.suite] {
        assert!(name.chars().count() <= 300, "{}", name.len());
    }
    assert!(case.message.len() <= (2 << 10) + 3, "{}", case.message.len());
    assert!(case.output.len() <= (16 << 10) + 12, "{}", case.output.len());
    assert!(!case.name.is_empty());
    if case.outcome == CaseOutcome::Passed {
        assert!(case.message.is_empty() && case.output.is_empty());
    }
}

#[test]
fn large_files_are_read_to_their_end_and_larger_ones_are_refused() {
    let line =
        "<testcase name='a &amp; b' classname='c'><system-out>some output &lt;here&gt;\n</system-out></testcase>\n";
    let passed = line.repeat((8 << 20) / line.len());
    let last = "<testcase name='last'><failure message='at the end'/></testcase>";
    let read = read(format!("<testsuite>{passed}{last}</testsuite>").as_bytes(), &Masker::new()).expect("a file");
    assert!(read.count() > 50_000);
    let told = read.told_of_left_out().expect("more than are kept");
    assert!(told.ends_with("none of those left out failed"), "{told}");
    let kept = read.into_kept();
    assert_eq!((kept.len(), &*kept[MOST_CASES - 1].name), (MOST_CASES, "last"));

    let zeros = vec![0; LARGEST_FILE + 1];
    let told = seatrial_junit::read(&zeros, &Masker::new()).expect_err("too large").to_string();
    assert_eq!(
        told,
        "line 1: the file has 256 MB, and at most 256 are read; let the tests print less, or write several files"
    );
}

#[test]
fn secrets_are_masked_before_texts_are_cut() {
    let masker = Masker::new();
    masker.add("hunter2&hunter2");
    let written = "hunter2&amp;hunter2";
    for shift in 0..20 {
        let filler = "-".repeat(280 + shift);
        let long = "-".repeat((2 << 10) - 30 + shift);
        let text = format!(
            "<testsuite name='{filler}{written}'><testcase name='{filler}{written}' classname='{written}'>
            <failure message='{long}{written}'>{long}{long}{long}{long}{written}</failure>
            <system-out><![CDATA[hunter2&hunter2{long}{long}{long}{long}]]></system-out></testcase></testsuite>"
        );
        let shown = format!("{:?}", read(text.as_bytes(), &masker).expect("a file").into_kept());
        assert!(!shown.contains("hunt"), "{shown}");
        assert!(shown.contains("class: \"***\""), "{shown}");
    }
}

#[test]
fn a_suite_is_not_greener_than_it_says() {
    let answers = [
        ("<testsuite failures='1'><testcase name='a'/></testsuite>", 1),
        ("<testsuite failures='1'><testcase name='a'><failure/></testcase></testsuite>", 1),
        ("<testsuite failures='1' errors='1'><testcase name='a'><failure/></testcase></testsuite>", 2),
        ("<testsuite failures='1'><testcase name='a'><flakyFailure/></testcase></testsuite>", 0),
        ("<testsuite failures='1'><testcase name='a' status='failed'/></testsuite>", 1),
        ("<testsuites failures='1'><testsuite failures='1'><testcase name='a'/></testsuite></testsuites>", 1),
        ("<testsuites failures='2'><testsuite failures='1'><testcase name='a'/></testsuite></testsuites>", 2),
        ("<testsuites><testsuite errors='1'/></testsuites>", 1),
        ("<testsuites errors='1'/>", 1),
        ("<testsuite failures='0' errors=''><testcase name='a'/></testsuite>", 0),
    ];
    for (text, failing) in answers {
        let found = cases(text).iter().filter(|case| case.outcome.is_failing()).count();
        assert_eq!(found, failing, "{text}");
    }
}

fn seeds() -> &'static [Vec<u8>] {
    static SEEDS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    SEEDS.get_or_init(read_seeds)
}

fn read_seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let paths = std::fs::read_dir(folder).expect("test data").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|end| end == "xml")).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("a file")).collect()
}

fn assert_sound(bytes: &[u8]) {
    let masker = Masker::new();
    match read(bytes, &masker) {
        Ok(found) => {
            let mut twice = Cases::default();
            twice.add(found.clone());
            twice.add(found.clone());
            assert_eq!(twice.count(), 2 * found.count());
            found.into_kept().iter().for_each(assert_bounded);
        }
        Err(error) => {
            let lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count();
            assert!((1..=lines).contains(&error.line), "{error}");
            assert!(!error.message.chars().any(char::is_control), "{error:?}");
        }
    }
}

proptest! {
    #[test]
    fn anything_at_all_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        assert_sound(&bytes);
    }

    #[test]
    fn pieces_of_junit_in_any_order_are_read_or_refused(
        pieces in proptest::collection::vec(0_usize..18, 0..60)
    ) {
        const PIECES: [&str; 18] = [
            "<testsuites>", "</testsuites>", "<testsuite name='a' failures='2'>", "</testsuite>", "<testcase name='b' time='1'>",
            "</testcase>", "<failure message='c'>", "</failure>", "<skipped/>", "<system-out>", "</system-out>", "<![CDATA[ d ]]>",
            "&#27;", "&e;", "\n", "<flakyError/>", "<error type='f'/>", "<!-- g -->",
        ];
        let text: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
        assert_sound(text.as_bytes());
    }

    #[test]
    fn files_with_changed_bytes_are_read_or_refused(
        seed in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), to in any::<u8>(), cut in any::<prop::sample::Index>()
    ) {
        let mut bytes = seed.get(seeds()).clone();
        let at = at.index(bytes.len());
        bytes[at] = to;
        assert_sound(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        assert_sound(&bytes);
    }
}
