//! How a suite of tests ended: by the program that ran it, and by the cases that it wrote.

use seatrial_junit::Cases;
use seatrial_model::{Masker, TestCase};

use crate::outcome::ended::Ended;

/// Cases that a message names.
const NAMED: usize = 3;

/// What the JUnit files of a suite say.
#[derive(Debug, Default)]
pub(crate) struct Imported {
    pub(crate) cases: Cases,
    /// Why there is none, or what could not be read: sentences.
    pub(crate) problems: Vec<String>,
    /// Why there are no cases, as a clause, when nothing else is wrong.
    pub(crate) empty: Option<String>,
}

impl Imported {
    /// Adds the cases of a JUnit file, or why it cannot be read.
    pub(crate) fn add(&mut self, name: &str, bytes: &[u8], masker: &Masker) {
        match seatrial_junit::read(bytes, masker) {
            Ok(cases) => self.cases.add(cases),
            Err(error) => self.problems.push(format!("`{name}` is not a JUnit file: {error}")),
        }
    }
}

/// The verdict on a suite: `bad` says how its program ended, when that was not well; `imported` is what it wrote, where it was to write.
pub(crate) fn verdict(bad: Option<String>, imported: Imported, may_be_empty: bool) -> Ended {
    let (all, more) = (imported.cases.count(), imported.cases.failing_left_out());
    let left_out = imported.cases.told_of_left_out();
    let cases = imported.cases.into_kept();
    let failing: Vec<&TestCase> = cases.iter().filter(|case| case.outcome.is_failing()).collect();
    let failed = (failing.len() + more > 0).then(|| failed_cases(&failing, failing.len() + more, all));
    // The cases tell why it ended so.
    let mut why: Vec<String> = failed.or(bad).into_iter().chain(imported.problems).collect();
    if let Some(empty) = imported.empty.filter(|_| why.is_empty() && !may_be_empty) {
        why.push(format!("it ran no test case: {empty} (`allow-no-tests: true` permits that)"));
    }
    let mut ended = if why.is_empty() { Ended::passed(1) } else { Ended::failed(why.join("; "), 1) };
    ended.cases = cases;
    if let Some(sentence) = left_out {
        ended.remark(&sentence);
    }
    ended
}

/// ``2 of 40 cases failed: `pays with a card`, `adds to the cart` ``.
fn failed_cases(failing: &[&TestCase], failed: usize, all: usize) -> String {
    let names: Vec<String> = failing.iter().take(NAMED).map(|case| format!("`{}`", case.name)).collect();
    let more = match failed.saturating_sub(names.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let cases = if all == 1 { "case" } else { "cases" };
    format!("{failed} of {all} {cases} failed: {}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use seatrial_model::{CaseOutcome, TestOutcome};

    use super::*;

    fn case(name: &str, outcome: CaseOutcome) -> TestCase {
        let (suite, class, message, output) = Default::default();
        TestCase { suite, class, name: name.to_owned(), outcome, duration_ms: 1, message, output, age: None }
    }

    fn imported(cases: Vec<TestCase>, problems: &[&str]) -> Imported {
        let empty = (cases.is_empty() && problems.is_empty()).then(|| "no file matches `*.xml`".to_owned());
        let cases = cases.into_iter().collect();
        Imported { cases, problems: problems.iter().map(ToString::to_string).collect(), empty }
    }

    #[test]
    fn a_suite_passes_only_when_it_ended_well_and_every_case_did() {
        let (good, bad) = (|| case("a", CaseOutcome::Passed), || case("b", CaseOutcome::Failed));
        let exit = || Some("it ended with exit code 1".to_owned());
        let nothing = "it ran no test case: no file matches `*.xml` (`allow-no-tests: true` permits that)";
        let table = [
            ("no files wanted", None, Imported::default(), false, ""),
            ("all is well", None, imported(vec![good()], &[]), false, ""),
            ("a bad exit", exit(), imported(vec![good()], &[]), false, "it ended with exit code 1"),
            ("a case explains it", exit(), imported(vec![good(), bad()], &[]), false, "1 of 2 cases failed: `b`"),
            ("a failed case after a good exit", None, imported(vec![bad()], &[]), false, "1 of 1 case failed: `b`"),
            ("no case", None, imported(vec![], &[]), false, nothing),
            ("no case, which is permitted", None, imported(vec![], &[]), true, ""),
            ("no case and a bad exit", exit(), imported(vec![], &[]), true, "it ended with exit code 1"),
            ("a broken file", None, imported(vec![good()], &["`a.xml` is broken"]), true, "`a.xml` is broken"),
        ];
        for (claim, exit, imported, may_be_empty, message) in table {
            let ended = verdict(exit, imported, may_be_empty);
            let outcome = if message.is_empty() { TestOutcome::Passed } else { TestOutcome::Failed };
            assert_eq!((ended.outcome, ended.message.as_str()), (outcome, message), "{claim}");
        }
    }
}
