//! `--baseline FILE`: tests and cases held against an earlier report. A failure is new or as before, and what failed before may be fixed.
//!
//! It tells, and decides nothing: a failure that is as before fails the run all the same.

use std::collections::BTreeMap;

use seatrial_model::{CaseAge, CaseOutcome, Report, TestCase, TestOutcome, TestResult};

use crate::pipeline::earlier::tests_of;

/// An earlier report, as far as tests go.
#[derive(Debug)]
pub(crate) struct Baseline {
    /// Its file, as the command line names it.
    file: String,
    /// By environment and test.
    tests: BTreeMap<(String, String), Before>,
}

/// How a test ended there, or all of that name.
#[derive(Debug, Default)]
struct Before {
    is_failing: bool,
    /// By suite, class and name: whether they failed, in their order, as several may have one name.
    cases: BTreeMap<CaseKey, Vec<bool>>,
}

type CaseKey = (String, String, String);

impl Baseline {
    /// Of a report.
    pub(crate) fn new(report: &Report, file: String) -> Baseline {
        let mut tests: BTreeMap<(String, String), Before> = BTreeMap::new();
        for (environment, test) in tests_of(report) {
            tests.entry((environment.to_owned(), test.name.clone())).or_default().add(test);
        }
        Baseline { file, tests }
    }

    /// Says of each test of an environment and of its cases how they compare; a sentence where nothing can be compared.
    pub(crate) fn mark(&self, environment: &str, tests: &mut [TestResult]) -> Option<String> {
        if tests.is_empty() {
            return None;
        }
        if !self.tests.keys().any(|(name, _)| name == environment) {
            let file = &self.file;
            return Some(format!("`{file}` has no tests of {environment}: what fails there is not compared with it"));
        }
        for test in tests {
            let before = self.tests.get(&(environment.to_owned(), test.name.clone()));
            test.age = age(is_failing(test), has_passed(test), before.is_some_and(|before| before.is_failing));
            mark_cases(&mut test.cases, before);
        }
        None
    }
}

impl Before {
    fn add(&mut self, test: &TestResult) {
        self.is_failing |= is_failing(test);
        for case in &test.cases {
            self.cases.entry(key(case)).or_default().push(case.outcome.is_failing());
        }
    }
}

fn mark_cases(cases: &mut [TestCase], before: Option<&Before>) {
    let mut seen: BTreeMap<CaseKey, usize> = BTreeMap::new();
    for case in cases {
        let key = key(case);
        let earlier = before.and_then(|before| before.cases.get(&key));
        let nth = seen.entry(key).or_default();
        let was_failing = earlier.and_then(|outcomes| outcomes.get(*nth)).is_some_and(|is_failing| *is_failing);
        *nth += 1;
        let has_passed = matches!(case.outcome, CaseOutcome::Passed | CaseOutcome::Flaky);
        case.age = age(case.outcome.is_failing(), has_passed, was_failing);
    }
}

/// What was not run is neither.
fn age(is_failing: bool, has_passed: bool, was_failing: bool) -> Option<CaseAge> {
    match (is_failing, was_failing) {
        (true, true) => Some(CaseAge::Known),
        (true, false) => Some(CaseAge::New),
        (false, true) if has_passed => Some(CaseAge::Fixed),
        (false, _) => None,
    }
}

fn key(case: &TestCase) -> CaseKey {
    (case.suite.clone(), case.class.clone(), case.name.clone())
}

fn is_failing(test: &TestResult) -> bool {
    matches!(test.outcome, TestOutcome::Failed | TestOutcome::Tolerated | TestOutcome::Broken)
}

fn has_passed(test: &TestResult) -> bool {
    matches!(test.outcome, TestOutcome::Passed | TestOutcome::Flaky)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn report(tests: &Value) -> Report {
        let mut report = Report::new("run", "0");
        let environment = json!({
            "name": "dev", "source": "manifests app", "kubernetes": "1.35", "stages": [], "objects": 1, "changes": [],
            "tests": tests, "skipped": [], "notChecked": [], "vanished": [],
        });
        report.environments.push(serde_json::from_value(environment).expect("an environment"));
        report
    }

    fn test(name: &str, outcome: &str, cases: &[(&str, &str)]) -> Value {
        let cases: Vec<Value> = cases
            .iter()
            .map(|(name, outcome)| json!({ "class": "C", "name": name, "outcome": outcome, "durationMs": 1 }))
            .collect();
        json!({ "name": name, "kind": "job", "outcome": outcome, "message": "", "durationMs": 1, "attempts": 1, "evidence": [],
            "cases": cases })
    }

    fn ages(before: &Value, now: &Value) -> Vec<String> {
        let mut now = report(now).environments.remove(0).tests;
        assert_eq!(Baseline::new(&report(before), "old.json".to_owned()).mark("dev", &mut now), None);
        let told = |age: Option<CaseAge>| age.map_or("-".to_owned(), |age| format!("{age:?}").to_lowercase());
        now.iter().flat_map(|test| [test.age].into_iter().chain(test.cases.iter().map(|c| c.age))).map(told).collect()
    }

    #[test]
    fn tests_are_new_known_or_fixed() {
        let outcomes = ["passed", "flaky", "failed", "tolerated", "broken", "unaffected", "skipped"];
        let all = |outcome: &str| Value::from(vec![test("a", outcome, &[])]);
        for before in outcomes {
            let failed_before = ["failed", "tolerated", "broken"].contains(&before);
            for now in outcomes {
                let expected = match (["failed", "tolerated", "broken"].contains(&now), failed_before, now) {
                    (true, true, _) => "known",
                    (true, false, _) => "new",
                    (false, true, "passed" | "flaky") => "fixed",
                    _ => "-",
                };
                assert_eq!(ages(&all(before), &all(now)), [expected], "{before} → {now}");
            }
        }
        let besides = Value::from(vec![test("b", "passed", &[])]);
        assert_eq!(ages(&besides, &all("failed")), ["new"], "it was not there");
        assert_eq!(ages(&besides, &all("passed")), ["-"]);
    }

    #[test]
    fn cases_are_compared_by_suite_class_and_name_and_those_of_one_name_in_their_order() {
        let before = [("x", "failed"), ("x", "passed"), ("y", "errored"), ("z", "skipped"), ("gone", "failed")];
        let now =
            [("x", "failed"), ("x", "errored"), ("x", "failed"), ("y", "flaky"), ("z", "failed"), ("w", "passed")];
        let (before, now) = (test("a", "failed", &before), test("a", "failed", &now));
        let expected = ["known", "known", "new", "new", "fixed", "new", "-"];
        assert_eq!(ages(&Value::from(vec![before]), &Value::from(vec![now])), expected);
    }

    #[test]
    fn a_report_without_tests_of_the_environment_makes_nothing_new() {
        let mut now = report(&Value::from(vec![test("a", "failed", &[])])).environments.remove(0).tests;
        let told = Baseline::new(&report(&json!([])), "old.json".to_owned()).mark("dev", &mut now);
        assert_eq!(told.as_deref(), Some("`old.json` has no tests of dev: what fails there is not compared with it"));
        assert_eq!(now[0].age, None);
    }
}
