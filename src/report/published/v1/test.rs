//! Tests and their cases.

use crate::mirror::{mirrors, mirrors_words};
use crate::v1::{Evidence, Location};

mirrors! {
    /// One test.
    Test of seatrial_model::TestResult {
        /// Its name in the configuration.
        name: String,
        /// `http`, `rollout`, `job`, `command`, …
        kind: String,
        /// How it ended.
        outcome: TestOutcome,
        /// One sentence; empty when it passed.
        message: String,
        /// Wall time in milliseconds.
        duration_ms: u64,
        /// Attempts that were made.
        attempts: u32,
        /// Responses, log lines.
        evidence: Vec<Evidence>,
        /// Where the test is configured.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        location: Option<Location>,
        /// How it compares with an earlier report; `None` where there is none, or nothing to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        age: Option<CaseAge>,
        /// Cases out of the JUnit files that it wrote.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cases: Vec<TestCase>,
        /// Paths of the files that it left, relative to the report's directory.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        artifacts: Vec<String>,
    }
}

mirrors_words! {
    /// How a test ended.
    TestOutcome of seatrial_model::TestOutcome {
        /// As expected.
        Passed,
        /// As expected, but only when it was run once more: it failed before.
        Flaky,
        /// Not as expected.
        Failed,
        /// Not as expected, but it does not fail the run: the pull request changes or removes this test, and it ran as the base has it.
        Tolerated,
        /// Could not be run.
        Broken,
        /// Not run: nothing has changed that it waits for.
        Unaffected,
        /// Not run.
        Skipped,
    }
}

mirrors! {
    /// One case.
    TestCase of seatrial_model::TestCase {
        /// Names of its suites, outermost first, with ` › ` between them; empty where the file has none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        suite: String,
        /// `classname`.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        class: String,
        /// Its name.
        name: String,
        /// How it ended.
        outcome: CaseOutcome,
        /// In milliseconds.
        duration_ms: u64,
        /// What failed; empty when it passed.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        message: String,
        /// Stack trace and output, shortened; empty when it passed.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        output: String,
        /// How it compares with an earlier report; `None` where there is none, or nothing to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        age: Option<CaseAge>,
    }
}

mirrors_words! {
    /// How a case ended.
    CaseOutcome of seatrial_model::CaseOutcome {
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
}

mirrors_words! {
    /// How a case or a test compares with an earlier report.
    CaseAge of seatrial_model::CaseAge {
        /// It fails and did not fail there, or was not there.
        New,
        /// It fails as it did there.
        Known,
        /// It passes and failed there.
        Fixed,
    }
}
