//! Cases of tests, which other programs ran: how many passed, how they compare with an earlier report, which are told. The same in all
//! reporters.

use seatrial_model::{CaseAge, CaseOutcome, EnvironmentReport, TestCase, TestOutcome, TestResult};

use crate::plain::lines;
use crate::wording::{count, list};

/// Cases of a test that are told one by one.
pub(crate) const MOST_TOLD: usize = 10;

/// Lines of what a case says and shows.
const MOST_LINES: usize = 12;

/// `37 of 40 cases passed, 3 failed; 2 new failures, 1 fixed`; empty where there is nothing to say.
pub(crate) fn told(tests: &[TestResult]) -> String {
    tally(tests).into_iter().chain(ages(tests)).collect::<Vec<_>>().join("; ")
}

/// `40 cases passed`, `37 of 40 cases passed (1 flaky), 1 failed, 2 not run`; `None` without cases.
pub(crate) fn tally(tests: &[TestResult]) -> Option<String> {
    let number = |is: fn(CaseOutcome) -> bool| cases(tests).filter(|case| is(case.outcome)).count();
    let all = cases(tests).count();
    let flaky = number(|outcome| outcome == CaseOutcome::Flaky);
    let passed = number(|outcome| outcome == CaseOutcome::Passed) + flaky;
    let skipped = number(|outcome| outcome == CaseOutcome::Skipped);
    let told = match passed {
        _ if all == 0 => return None,
        passed if passed == all => format!("{} passed", count(all, "case")),
        _ => format!("{passed} of {} passed", count(all, "case")),
    };
    let flaky = if flaky > 0 { format!(" ({flaky} flaky)") } else { String::new() };
    let other = [(number(CaseOutcome::is_failing), "failed"), (skipped, "not run")];
    let other = other.iter().filter(|(number, _)| *number > 0).map(|(number, how)| format!(", {number} {how}"));
    Some(format!("{told}{flaky}{}", other.collect::<String>()))
}

/// `2 new failures, 1 fixed, 3 as before`, of cases and of tests that have none; `None` where nothing is to be said.
pub(crate) fn ages(tests: &[TestResult]) -> Option<String> {
    let of_tests = tests.iter().filter(|test| test.cases.is_empty()).filter_map(|test| test.age);
    let ages: Vec<CaseAge> = of_tests.chain(cases(tests).filter_map(|case| case.age)).collect();
    let number = |wanted: CaseAge| ages.iter().filter(|age| **age == wanted).count();
    let new = Some(number(CaseAge::New)).filter(|number| *number > 0).map(|number| count(number, "new failure"));
    let other = |age, word| Some(number(age)).filter(|number| *number > 0).map(|number| format!("{number} {word}"));
    let told = [new, other(CaseAge::Fixed, "fixed"), other(CaseAge::Known, "as before")];
    let told: Vec<String> = told.into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// What an age is called beside a failure: `, new`, `, as before`; empty where there is none.
pub(crate) fn age_of(age: Option<CaseAge>) -> &'static str {
    match age {
        Some(CaseAge::New) => ", new",
        Some(CaseAge::Known) => ", as before",
        Some(CaseAge::Fixed) => ", fixed",
        None => "",
    }
}

/// Failing cases of one test: those to be told, new ones first, and how many more there are.
pub(crate) struct Failing<'a> {
    pub(crate) environment: &'a str,
    pub(crate) test: &'a TestResult,
    pub(crate) told: Vec<&'a TestCase>,
    pub(crate) more: usize,
}

/// The tests of some environments that have failing cases.
pub(crate) fn failing(environments: &[EnvironmentReport]) -> Vec<Failing<'_>> {
    let tests = environments.iter().flat_map(|e| e.tests.iter().map(move |test| (e.name.as_str(), test)));
    tests.filter_map(|(environment, test)| failing_of(environment, test)).collect()
}

fn failing_of<'a>(environment: &'a str, test: &'a TestResult) -> Option<Failing<'a>> {
    let mut told: Vec<&TestCase> = test.cases.iter().filter(|case| case.outcome.is_failing()).collect();
    told.sort_by_key(|case| case.age != Some(CaseAge::New));
    let more = told.len().saturating_sub(MOST_TOLD);
    told.truncate(MOST_TOLD);
    (!told.is_empty()).then_some(Failing { environment, test, told, more })
}

impl Failing<'_> {
    /// ``Cases of `acceptance` in dev: 37 of 40 cases passed; 2 new failures``.
    pub(crate) fn heading(&self) -> String {
        let told = told(std::slice::from_ref(self.test));
        let tolerated = if self.test.outcome == TestOutcome::Tolerated { "tolerated, " } else { "" };
        format!("`{}` in {}: {tolerated}{told}", self.test.name.replace('`', "'"), self.environment)
    }
}

/// Cases of a test that passed only when they were run again.
pub(crate) fn flaky(test: &TestResult) -> impl Iterator<Item = &TestCase> {
    test.cases.iter().filter(|case| case.outcome == CaseOutcome::Flaky)
}

/// Its suite, its class and its name, each unless another one says it.
pub(crate) fn title(case: &TestCase) -> String {
    let TestCase { suite, class, name, .. } = case;
    let is_class_told = class.is_empty() || name.starts_with(class.as_str());
    let innermost = suite.rsplit(" › ").next().unwrap_or_default();
    let is_suite_told = suite.is_empty() || class.ends_with(innermost) || name.starts_with(suite.as_str());
    let parts = [(!is_suite_told).then_some(suite), (!is_class_told).then_some(class), Some(name)];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" › ")
}

/// The first line of its message that says something.
pub(crate) fn sentence(case: &TestCase) -> String {
    let lines = lines(&case.message);
    lines.iter().map(|line| line.trim()).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

/// What it shows beyond the first line of its message, at most a dozen lines, and how many more there are; none where that says nothing.
pub(crate) fn shown(case: &TestCase) -> (Vec<String>, usize) {
    let message = lines(case.message.trim_start_matches('\n'));
    // Most programs repeat the message above the stack trace.
    let repeats = case.output.contains(case.message.trim());
    let further = message.into_iter().skip(1).filter(|_| !repeats);
    let output = lines(&case.output).into_iter().filter(|_| !case.output.is_empty());
    let mut all: Vec<String> = further.chain(output).collect();
    if all.iter().all(|line| line.trim().is_empty()) {
        return (Vec::new(), 0);
    }
    let more = all.len().saturating_sub(MOST_LINES);
    all.truncate(MOST_LINES);
    (all, more)
}

/// Names of those that are flaky, of tests and of cases.
pub(crate) fn flaky_names(environment: &EnvironmentReport) -> Option<String> {
    let mut names = Vec::new();
    for test in &environment.tests {
        if test.outcome == TestOutcome::Flaky {
            let attempts = if test.attempts > 1 { format!(" (attempt {})", test.attempts) } else { String::new() };
            names.push(format!("{}{attempts}", test.name));
        }
        names.extend(flaky(test).map(title));
    }
    (!names.is_empty()).then(|| list(&names, MOST_TOLD))
}

fn cases(tests: &[TestResult]) -> impl Iterator<Item = &TestCase> {
    tests.iter().flat_map(|test| &test.cases)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{case, green};

    #[test]
    fn a_case_is_called_by_what_tells_it_apart() {
        let titles = [
            (("", "", "adds"), "adds"),
            (("com.acme.CartTest", "com.acme.CartTest", "adds"), "com.acme.CartTest › adds"),
            (("pytest", "tests.test_api", "test_list"), "pytest › tests.test_api › test_list"),
            (("checkout", "checkout adds tax", "checkout adds tax"), "checkout adds tax"),
            (("Acme.dll › Acme › CartTests", "Acme.CartTests", "Adds"), "Acme.CartTests › Adds"),
            (("k6 thresholds", "", "p(95)<200"), "k6 thresholds › p(95)<200"),
        ];
        for ((suite, class, name), expected) in titles {
            let case =
                TestCase { suite: suite.to_owned(), class: class.to_owned(), ..case(name, CaseOutcome::Passed, "") };
            assert_eq!(title(&case), expected);
        }
    }

    #[test]
    fn cases_are_counted_and_compared() {
        let mut tests = green().environments[0].tests.clone();
        assert_eq!((tally(&tests), ages(&tests)), (None, None));
        tests[0].cases = vec![case("a", CaseOutcome::Passed, ""), case("b", CaseOutcome::Flaky, "x")];
        assert_eq!(tally(&tests).as_deref(), Some("2 cases passed (1 flaky)"));
        tests[0].cases.push(TestCase { age: Some(CaseAge::New), ..case("c", CaseOutcome::Failed, "x") });
        tests[0].cases.push(case("d", CaseOutcome::Skipped, ""));
        assert_eq!(tally(&tests).as_deref(), Some("2 of 4 cases passed (1 flaky), 1 failed, 1 not run"));
        tests[1].age = Some(CaseAge::Fixed);
        tests[0].age = Some(CaseAge::Known);
        assert_eq!(ages(&tests).as_deref(), Some("1 new failure, 1 fixed"), "a test with cases is not counted itself");
    }

    #[test]
    fn what_is_shown_does_not_say_the_message_twice() {
        let mut one = case("a", CaseOutcome::Failed, "\nexpected:\n 1");
        assert_eq!((sentence(&one).as_str(), shown(&one)), ("expected:", (vec![" 1".to_owned()], 0)));
        one.output = "Error: expected:\n 1\n  at a.js:1".to_owned();
        assert_eq!(shown(&one).0, ["Error: expected:", " 1", "  at a.js:1"]);
        one.output = "line\n".repeat(20);
        assert_eq!(shown(&one).1, 9);
    }
}
