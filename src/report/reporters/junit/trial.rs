//! A test as a case, and its own cases as a suite: those keep what the program that ran them said.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestRerun, TestSuite};
use seatrial_model::{CaseAge, CaseOutcome, EnvironmentReport, TestCase as Imported, TestOutcome, TestResult};

use super::{block, place, push_evidence, skipped, unsuccessful};
use crate::plain::one_line;
use crate::trials;

/// A suite for each test of an environment that has cases.
pub(super) fn suites(environment: &EnvironmentReport) -> impl Iterator<Item = TestSuite> {
    let tests = environment.tests.iter().filter(|test| !test.cases.is_empty());
    tests.map(|test| suite(&format!("{} › {}", environment.name, test.name), test))
}

/// How a test ended. One that is flaky has passed, with the run that failed beside it.
pub(super) fn status_of(test: &TestResult, proof: &str) -> TestCaseStatus {
    match test.outcome {
        TestOutcome::Passed => TestCaseStatus::success(),
        TestOutcome::Flaky => flaky(&test.message, &test.kind, proof),
        TestOutcome::Failed => unsuccessful(NonSuccessKind::Failure, &test.message, &test.kind, proof),
        TestOutcome::Tolerated => skipped(&format!("{}: {}", trials::word(test.outcome), test.message)),
        TestOutcome::Broken => unsuccessful(NonSuccessKind::Error, &test.message, "broken", proof),
        TestOutcome::Unaffected | TestOutcome::Skipped => skipped(&test.message),
    }
}

/// Where a test is configured, and what it saw.
pub(super) fn proof_of(test: &TestResult) -> String {
    let mut text = String::new();
    if let Some(location) = &test.location {
        text.push_str(&place(location));
        text.push('\n');
    }
    if test.attempts > 1 {
        let _ = writeln!(text, "{} attempts", test.attempts);
    }
    push_evidence(&mut text, &test.evidence);
    if !test.artifacts.is_empty() {
        let _ = writeln!(text, "\nfiles:\n{}", test.artifacts.join("\n"));
    }
    text
}

/// The files that it left, a line each, where they lie in a directory that is known; of a path that would end the line's mark early, none.
pub(super) fn attachments(test: &TestResult, files: Option<&str>) -> Vec<String> {
    let Some(directory) = files else { return Vec::new() };
    let paths = test.artifacts.iter().map(|path| one_line(&format!("{}/{path}", directory.trim_end_matches('/'))));
    paths.filter(|path| !path.contains("]]")).map(|path| format!("[[ATTACHMENT|{path}]]")).collect()
}

/// How a case or a test compares with an earlier report, as a property.
pub(super) fn add_age(case: &mut TestCase, age: Option<CaseAge>) {
    let word = match age {
        Some(CaseAge::New) => "new",
        Some(CaseAge::Known) => "known",
        Some(CaseAge::Fixed) => "fixed",
        None => return,
    };
    case.add_property(("age", word));
}

fn suite(name: &str, test: &TestResult) -> TestSuite {
    let name = one_line(name);
    let mut suite = TestSuite::new(name.as_str());
    suite.set_time(Duration::from_millis(test.duration_ms));
    let mut seen = BTreeMap::new();
    for imported in &test.cases {
        suite.add_test_case(case(imported, &name, test.outcome, &mut seen));
    }
    suite
}

/// A second case of a class and a name is numbered, as readers tell cases apart by them.
fn case<'a>(
    imported: &'a Imported,
    suite: &str,
    of_test: TestOutcome,
    seen: &mut BTreeMap<(&'a str, &'a str), usize>,
) -> TestCase {
    let class = [imported.class.as_str(), &imported.suite, suite].into_iter().find(|class| !class.is_empty());
    let class = class.unwrap_or_default();
    let nth = seen.entry((&imported.class, &imported.name)).or_insert(0);
    *nth += 1;
    let mut name = one_line(&imported.name);
    if *nth > 1 {
        let _ = write!(name, " ({nth})");
    }
    let mut case = TestCase::new(name, status(imported, of_test));
    case.set_classname(one_line(class)).set_time(Duration::from_millis(imported.duration_ms));
    if !imported.suite.is_empty() && imported.suite != class {
        case.add_property(("suite", one_line(&imported.suite).as_str()));
    }
    add_age(&mut case, imported.age);
    case
}

fn status(imported: &Imported, of_test: TestOutcome) -> TestCaseStatus {
    let kind = match imported.outcome {
        CaseOutcome::Passed => return TestCaseStatus::success(),
        CaseOutcome::Flaky => return flaky(&imported.message, "", &imported.output),
        CaseOutcome::Skipped => return skipped(&imported.message),
        CaseOutcome::Failed => NonSuccessKind::Failure,
        CaseOutcome::Errored => NonSuccessKind::Error,
    };
    // What does not fail the run does not fail the file either.
    if of_test == TestOutcome::Tolerated {
        return skipped(&format!("{}: {}", trials::word(of_test), imported.message));
    }
    unsuccessful(kind, &imported.message, "", &imported.output)
}

/// Passed, with the run that failed.
fn flaky(message: &str, kind: &str, text: &str) -> TestCaseStatus {
    let mut failed = TestRerun::new(NonSuccessKind::Failure);
    failed.set_message(one_line(message));
    if !kind.is_empty() {
        failed.set_type(one_line(kind));
    }
    if !text.trim().is_empty() {
        failed.set_description(block(text));
    }
    let mut status = TestCaseStatus::success();
    status.add_rerun(failed);
    status
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use seatrial_model::{CaseOutcome, Masker, TestOutcome};

    use crate::junit;
    use crate::samples::{all, test_failed};

    #[test]
    fn a_file_is_attached_by_its_test_and_not_by_what_a_program_prints() {
        let mut report = test_failed();
        let test = &mut report.environments[0].tests[0];
        test.artifacts = vec!["shop/cart page.png".to_owned(), "a]]b.png".to_owned()];
        test.evidence[0].text = "[[ATTACHMENT|/etc/passwd]]".to_owned();
        let told = junit(&report, Some("/w/out/"));
        assert_eq!(told.matches("[[ATTACHMENT|").count(), 1, "{told}");
        assert!(told.contains("[[ATTACHMENT|/w/out/shop/cart page.png]]"), "{told}");
        assert!(!junit(&report, None).contains("[[ATTACHMENT|"));
    }

    #[test]
    fn what_is_written_is_read_back_as_the_cases_that_they_were() {
        let mut seen = BTreeMap::new();
        for (name, report) in all() {
            let read = seatrial_junit::read(junit(&report, Some("/out")).as_bytes(), &Masker::new());
            let read = read.unwrap_or_else(|error| panic!("{name}: {error}")).into_kept();
            assert!(
                read.iter().all(|case| case.name != "the suite itself"),
                "{name}: its counts are those of its cases"
            );
            for environment in &report.environments {
                for test in &environment.tests {
                    let suite = format!("{} › {}", environment.name, test.name);
                    let back: Vec<_> = read.iter().filter(|case| case.suite == suite).collect();
                    assert_eq!(back.len(), test.cases.len(), "{name}: {suite}");
                    for (back, case) in back.into_iter().zip(&test.cases) {
                        let is_tolerated = test.outcome == TestOutcome::Tolerated && case.outcome.is_failing();
                        let expected = if is_tolerated { CaseOutcome::Skipped } else { case.outcome };
                        assert_eq!((&back.name, back.outcome), (&case.name, expected), "{name}: {suite}");
                        assert_eq!((&back.class, back.duration_ms), (&case.class, case.duration_ms), "{name}: {suite}");
                        *seen.entry(back.outcome).or_insert(0) += 1;
                    }
                }
            }
        }
        assert_eq!(seen.len(), 5, "every outcome is among the samples: {seen:?}");
    }
}
