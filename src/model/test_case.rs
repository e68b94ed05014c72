//! A case of a test suite that ran as one test: what a JUnit file says of it. Reading such files is not done here.

use serde::{Deserialize, Serialize};

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseOutcome {
    /// An assertion failed.
    Failed,
    /// It ended by an error of its own (JUnit: `error`).
    Errored,
    /// It failed and passed when it was run again.
    Flaky,
    /// As expected.
    Passed,
    /// Not run.
    Skipped,
}

impl CaseOutcome {
    /// Whether the case fails its test.
    #[must_use]
    pub fn is_failing(self) -> bool {
        matches!(self, CaseOutcome::Failed | CaseOutcome::Errored)
    }
}

/// How a case or a test compares with an earlier report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseAge {
    /// It fails and did not fail there, or was not there.
    New,
    /// It fails as it did there.
    Known,
    /// It passes and failed there.
    Fixed,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestCase {
    /// Names of its suites, outermost first, with ` › ` between them; empty where the file has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suite: String,
    /// `classname`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// Its name.
    pub name: String,
    /// How it ended.
    pub outcome: CaseOutcome,
    /// In milliseconds.
    pub duration_ms: u64,
    /// What failed; empty when it passed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Stack trace and output, shortened; empty when it passed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub output: String,
    /// How it compares with an earlier report; `None` where there is none, or nothing to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<CaseAge>,
}
