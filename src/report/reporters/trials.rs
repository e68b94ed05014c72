//! How tests ended, as a clause: those of an environment, and the failures of a report that were tolerated.

use seatrial_model::{EnvironmentReport, Report, TestOutcome, TestResult};

use crate::cases;
use crate::wording::count;

/// `3 tests (1 failed, 2 passed), 37 of 40 cases passed, 3 failed; 2 new failures, 1 fixed`.
pub(crate) fn clause_with_cases(environment: &EnvironmentReport) -> String {
    let cases = cases::told(&environment.tests);
    let besides = if cases.is_empty() { cases } else { format!(", {cases}") };
    format!("{}{besides}", clause(environment))
}

/// `no tests`, `2 tests passed`, `3 tests (1 failed, 2 passed)`.
pub(crate) fn clause(environment: &EnvironmentReport) -> String {
    let tests = &environment.tests;
    let all = count(tests.len(), "test");
    let worst_first = [
        TestOutcome::Broken,
        TestOutcome::Failed,
        TestOutcome::Tolerated,
        TestOutcome::Flaky,
        TestOutcome::Passed,
        TestOutcome::Skipped,
    ];
    // The reason stands beside the test.
    let counted_as = |test: &TestResult| match test.outcome {
        TestOutcome::Unaffected => TestOutcome::Skipped,
        outcome => outcome,
    };
    let counted = worst_first.map(|outcome| (tests.iter().filter(|test| counted_as(test) == outcome).count(), outcome));
    let ended: Vec<(usize, TestOutcome)> = counted.into_iter().filter(|(number, _)| *number > 0).collect();
    match ended.as_slice() {
        [] => "no tests".to_owned(),
        [(number, TestOutcome::Tolerated)] => tolerated_tests(*number),
        [(_, only)] => format!("{all} {}", word(*only)),
        several => {
            let parts: Vec<String> = several.iter().map(|(number, how)| format!("{number} {}", word(*how))).collect();
            format!("{all} ({})", parts.join(", "))
        }
    }
}

/// Whether a test of an environment failed without failing the run.
pub(crate) fn has_tolerated(environment: &EnvironmentReport) -> bool {
    environment.tests.iter().any(is_tolerated)
}

/// `1 failed test tolerated`, counted over all environments; `None` for none.
pub(crate) fn tolerated(report: &Report) -> Option<String> {
    let number = report.environments.iter().flat_map(|e| &e.tests).filter(|test| is_tolerated(test)).count();
    (number > 0).then(|| tolerated_tests(number))
}

/// Whether a test or a case of an environment passed only when it was run again.
pub(crate) fn has_flaky(environment: &EnvironmentReport) -> bool {
    environment.tests.iter().any(|test| is_flaky(test) || cases::flaky(test).next().is_some())
}

/// `2 tests passed (1 flaky)`, over all environments, and cases that are flaky; empty for no test.
pub(crate) fn passed(report: &Report) -> Vec<String> {
    let Flaky { tests: flaky, cases } = flaky(report);
    let tests = report.environments.iter().flat_map(|e| &e.tests);
    let passed = flaky + tests.filter(|test| test.outcome == TestOutcome::Passed).count();
    let besides = if flaky > 0 { format!(" ({flaky} flaky)") } else { String::new() };
    let tests = (passed > 0).then(|| format!("{} passed{besides}", count(passed, "test")));
    let cases = (cases > 0).then(|| count(cases, "flaky case"));
    tests.into_iter().chain(cases).collect()
}

/// `1 flaky test`, `2 flaky cases`, over all environments.
pub(crate) fn told_flaky(report: &Report) -> Vec<String> {
    let Flaky { tests, cases } = flaky(report);
    let told = [(tests, "flaky test"), (cases, "flaky case")];
    told.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number, noun)).collect()
}

/// How many passed only when they were run again.
struct Flaky {
    tests: usize,
    cases: usize,
}

fn flaky(report: &Report) -> Flaky {
    let tests = || report.environments.iter().flat_map(|e| &e.tests);
    Flaky { tests: tests().filter(|test| is_flaky(test)).count(), cases: tests().flat_map(cases::flaky).count() }
}

fn is_flaky(test: &TestResult) -> bool {
    test.outcome == TestOutcome::Flaky
}

fn is_tolerated(test: &TestResult) -> bool {
    test.outcome == TestOutcome::Tolerated
}

fn tolerated_tests(number: usize) -> String {
    format!("{} tolerated", count(number, "failed test"))
}

/// `passed`, `failed`, `failed but tolerated`, `broken`, `not run`.
pub(crate) fn word(outcome: TestOutcome) -> &'static str {
    match outcome {
        TestOutcome::Passed => "passed",
        TestOutcome::Flaky => "flaky",
        TestOutcome::Failed => "failed",
        TestOutcome::Tolerated => "failed but tolerated",
        TestOutcome::Broken => "broken",
        TestOutcome::Unaffected | TestOutcome::Skipped => "not run",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{green, test_failed};

    #[test]
    fn tests_that_were_not_run_are_not_called_passed() {
        let mut report = green();
        let [dev, prod] = report.environments.as_mut_slice() else { panic!("two environments") };
        assert_eq!(clause(dev), "2 tests passed");
        assert_eq!(clause(prod), "no tests");
        dev.tests[1].outcome = TestOutcome::Skipped;
        assert_eq!(clause(dev), "2 tests (1 passed, 1 not run)");
        dev.tests[0].outcome = TestOutcome::Unaffected;
        assert_eq!(clause(dev), "2 tests not run");
        assert_eq!(clause(&test_failed().environments[0]), "2 tests (1 failed, 1 passed)");
    }

    #[test]
    fn a_tolerated_failure_does_not_read_as_if_it_had_passed() {
        let mut report = test_failed();
        report.environments[0].tests[0].outcome = TestOutcome::Tolerated;
        assert_eq!(clause(&report.environments[0]), "2 tests (1 failed but tolerated, 1 passed)");
        assert_eq!(tolerated(&report).as_deref(), Some("1 failed test tolerated"));
        report.environments[0].tests[1].outcome = TestOutcome::Tolerated;
        assert_eq!(clause(&report.environments[0]), "2 failed tests tolerated");
        assert_eq!(tolerated(&green()), None);
    }
}
