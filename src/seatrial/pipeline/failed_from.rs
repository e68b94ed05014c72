//! `test --failed-from FILE`: only what did not pass in an earlier report is run, and what that needs. The rest is shown as not run.
//!
//! What the report does not know, or did not run, has not passed either: it is run.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_model::{Report, TestOutcome, TestResult};

use crate::config::TestConfig;
use crate::pipeline::earlier::tests_of;
use crate::pipeline::testing::not_run;

/// How the reason for not running a test begins; later reports are recognised by it, too.
const PASSED_IN: &str = "passed in `";

/// An earlier report, as far as it says which tests passed.
#[derive(Debug)]
pub(crate) struct FailedFrom {
    /// Its file, as the command line names it.
    file: String,
    /// The commit that it is about.
    head: Option<String>,
    /// By environment and test.
    tests: BTreeMap<(String, String), Past>,
}

/// What became of a test; of several the first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Past {
    /// It was run and did not pass: it is run whatever has changed.
    Failed,
    /// It was not run.
    NotRun,
    /// It passed, or had passed before.
    Passed,
}

impl FailedFrom {
    /// Of a report.
    pub(crate) fn new(report: &Report, file: String) -> FailedFrom {
        let mut tests = BTreeMap::new();
        for (environment, test) in tests_of(report) {
            // Of several tests of one name, all must have passed.
            let key = (environment.to_owned(), test.name.clone());
            let past = Past::of(test);
            tests.entry(key).and_modify(|known: &mut Past| *known = past.min(*known)).or_insert(past);
        }
        FailedFrom { file, head: report.revision.head.clone(), tests }
    }

    /// Those of an environment's tests that are run; `needs` says which tests one needs.
    pub(crate) fn wanted<'a>(
        &self,
        environment: &str,
        names: &[&'a str],
        needs: impl Fn(&str) -> Vec<&'a str>,
    ) -> BTreeSet<&'a str> {
        let mut open: Vec<&str> = names.iter().copied().filter(|name| !self.has_passed(environment, name)).collect();
        let mut wanted = BTreeSet::new();
        while let Some(name) = open.pop() {
            if wanted.insert(name) {
                open.extend(needs(name).into_iter().filter(|needed| names.contains(needed)));
            }
        }
        wanted
    }

    /// The result of a test that is not wanted.
    pub(crate) fn not_repeated(&self, test: &TestConfig) -> TestResult {
        not_run(test, &format!("{PASSED_IN}{}`", self.file))
    }

    /// Why none of an environment's tests is run, as a clause.
    pub(crate) fn nothing_wanted(&self, environment: &str) -> String {
        let has_failed = self.tests.iter().any(|((of, _), past)| of == environment && *past != Past::Passed);
        let what = if has_failed { "no test is left that failed in" } else { "nothing failed in" };
        format!("{what} `{}`", self.file)
    }

    /// What is to be said of an environment: tests that failed there and are not among those that it has.
    pub(crate) fn gone(&self, environment: &str, names: &[&str]) -> Vec<String> {
        let failed = self.tests.iter().filter(|((of, _), past)| of == environment && **past != Past::Passed);
        let gone = failed.map(|((_, name), _)| name.as_str()).filter(|name| !names.contains(name));
        gone.map(|name| {
            format!("the test `{name}` of {environment} did not pass in `{}` and is not run now", self.file)
        })
        .collect()
    }

    /// What is to be said where the report is about another commit than the one that is tested.
    pub(crate) fn other_commit(&self, head: Option<&str>) -> Option<String> {
        let own = self.head.as_deref().filter(|own| head.is_some_and(|head| head != *own))?;
        let short: String = own.chars().take(7).collect();
        Some(format!(
            "`{}` is about commit {short}: what passed there was not run for this one; without --failed-from, every test is run",
            self.file
        ))
    }

    /// Whether a test was run and did not pass.
    pub(crate) fn has_failed(&self, environment: &str, name: &str) -> bool {
        self.past(environment, name) == Some(Past::Failed)
    }

    fn has_passed(&self, environment: &str, name: &str) -> bool {
        self.past(environment, name) == Some(Past::Passed)
    }

    fn past(&self, environment: &str, name: &str) -> Option<Past> {
        self.tests.get(&(environment.to_owned(), name.to_owned())).copied()
    }
}

impl Past {
    /// One that was not run since it had passed before has passed. One that nothing had changed for has not: something may have changed since.
    fn of(test: &TestResult) -> Past {
        match test.outcome {
            TestOutcome::Passed | TestOutcome::Flaky => Past::Passed,
            TestOutcome::Skipped if test.message.starts_with(PASSED_IN) => Past::Passed,
            TestOutcome::Skipped | TestOutcome::Unaffected => Past::NotRun,
            TestOutcome::Failed | TestOutcome::Tolerated | TestOutcome::Broken => Past::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn earlier(tests: &[(&str, &str, &str)]) -> FailedFrom {
        let tests: Vec<_> = tests
            .iter()
            .map(|(name, outcome, message)| {
                json!({ "name": name, "kind": "http", "outcome": outcome, "message": message, "durationMs": 1, "attempts": 1,
                    "evidence": [] })
            })
            .collect();
        let environment = json!({
            "name": "dev", "source": "manifests app", "kubernetes": "1.35", "stages": [], "objects": 1, "changes": [],
            "tests": tests, "skipped": [], "notChecked": [], "vanished": [],
        });
        let mut report = Report::new("run", "0");
        report.revision.head = Some("abc1234def5678abc1234def5678abc1234def56".to_owned());
        report.environments.push(serde_json::from_value(environment).expect("an environment"));
        FailedFrom::new(&report, "old.json".to_owned())
    }

    #[test]
    fn what_did_not_pass_is_run_with_what_it_needs() {
        let earlier = earlier(&[
            ("passed", "passed", ""),
            ("flaky", "flaky", ""),
            ("unaffected", "unaffected", "nothing it waits for changed"),
            ("failed", "failed", "x"),
            ("tolerated", "tolerated", "x"),
            ("broken", "broken", "x"),
            ("not run", "skipped", "`failed` failed"),
            ("passed before", "skipped", "passed in `older.json`"),
            ("login", "passed", ""),
            ("database", "passed", ""),
        ]);
        let names = [
            "passed",
            "flaky",
            "unaffected",
            "failed",
            "tolerated",
            "broken",
            "not run",
            "passed before",
            "login",
            "database",
            "new",
        ];
        let needs = |name: &str| match name {
            "failed" => vec!["login", "elsewhere"],
            "login" => vec!["database", "login"],
            _ => Vec::new(),
        };
        let wanted: Vec<&str> = earlier.wanted("dev", &names, needs).into_iter().collect();
        assert_eq!(wanted, ["broken", "database", "failed", "login", "new", "not run", "tolerated", "unaffected"]);
        assert!(earlier.has_failed("dev", "broken") && !earlier.has_failed("dev", "unaffected"));
        assert_eq!(earlier.wanted("prod", &["passed"], |_| Vec::new()).len(), 1, "another environment says nothing");
        assert!(earlier.wanted("dev", &["passed", "flaky"], |_| Vec::new()).is_empty());
    }

    #[test]
    fn of_several_tests_of_one_name_all_must_have_passed() {
        for outcomes in [["failed", "passed"], ["passed", "failed"]] {
            let earlier = earlier(&outcomes.map(|outcome| ("twin", outcome, "x")));
            assert_eq!(earlier.wanted("dev", &["twin"], |_| Vec::new()).len(), 1, "{outcomes:?}");
        }
        let earlier = earlier(&[("twin", "passed", ""), ("twin", "passed", "")]);
        assert!(earlier.wanted("dev", &["twin"], |_| Vec::new()).is_empty());
    }

    #[test]
    fn what_is_gone_and_another_commit_are_said() {
        let earlier = earlier(&[("a", "failed", "x"), ("b", "passed", "")]);
        let gone = "the test `a` of dev did not pass in `old.json` and is not run now";
        assert_eq!(earlier.gone("dev", &["c"]), [gone]);
        assert_eq!(earlier.nothing_wanted("dev"), "no test is left that failed in `old.json`");
        assert_eq!(earlier.nothing_wanted("prod"), "nothing failed in `old.json`");
        assert!(earlier.gone("dev", &["a"]).is_empty() && earlier.gone("prod", &[]).is_empty());
        assert_eq!(earlier.other_commit(None), None);
        assert_eq!(earlier.other_commit(Some("abc1234def5678abc1234def5678abc1234def56")), None);
        let told = earlier.other_commit(Some("0000000")).expect("another commit");
        assert!(told.starts_with("`old.json` is about commit abc1234: "), "{told}");
    }
}
