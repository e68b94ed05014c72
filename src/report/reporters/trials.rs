//! How the tests of an environment ended, as a clause.

use seatrial_model::{EnvironmentReport, TestOutcome};

use crate::wording::count;

/// `no tests`, `2 tests passed`, `3 tests (1 failed, 2 passed)`.
pub(crate) fn clause(environment: &EnvironmentReport) -> String {
    let tests = &environment.tests;
    let all = count(tests.len(), "test");
    let worst_first = [
        TestOutcome::Broken,
        TestOutcome::Failed,
        TestOutcome::Tolerated,
        TestOutcome::Passed,
        TestOutcome::Skipped,
    ];
    let counted = worst_first.map(|outcome| (tests.iter().filter(|test| test.outcome == outcome).count(), outcome));
    let ended: Vec<(usize, TestOutcome)> = counted.into_iter().filter(|(number, _)| *number > 0).collect();
    match ended.as_slice() {
        [] => "no tests".to_owned(),
        [(_, only)] => format!("{all} {}", word(*only)),
        several => {
            let parts: Vec<String> = several.iter().map(|(number, how)| format!("{number} {}", word(*how))).collect();
            format!("{all} ({})", parts.join(", "))
        }
    }
}

/// `passed`, `failed`, `failed and tolerated`, `broken`, `not run`.
pub(crate) fn word(outcome: TestOutcome) -> &'static str {
    match outcome {
        TestOutcome::Passed => "passed",
        TestOutcome::Failed => "failed",
        TestOutcome::Tolerated => "failed and tolerated",
        TestOutcome::Broken => "broken",
        TestOutcome::Skipped => "not run",
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
        dev.tests[0].outcome = TestOutcome::Skipped;
        assert_eq!(clause(dev), "2 tests not run");
        assert_eq!(clause(&test_failed().environments[0]), "2 tests (1 failed, 1 passed)");
    }
}
