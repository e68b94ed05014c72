//! The verdict of a run and the exit codes of the program.

use serde::{Deserialize, Serialize};

/// Everything that was asked for passed.
pub const EXIT_PASSED: u8 = 0;
/// The change is wrong: a finding, a rollout or a test failed.
pub const EXIT_FAILED: u8 = 1;
/// The command line or the configuration is wrong.
pub const EXIT_USAGE: u8 = 2;
/// We or the infrastructure failed: the change was not judged.
pub const EXIT_BROKEN: u8 = 3;

/// What the run says of the change. Ordered: the later one beats the earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing speaks against merging.
    Passed,
    /// The change is wrong.
    Failed,
    /// No verdict: Seatrial or the infrastructure failed.
    Broken,
}

impl Verdict {
    /// The exit code of the program for this verdict. No output format changes it.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Verdict::Passed => EXIT_PASSED,
            Verdict::Failed => EXIT_FAILED,
            Verdict::Broken => EXIT_BROKEN,
        }
    }

    /// `passed`, `failed` or `broken`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Broken => "broken",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_beats_failed_beats_passed() {
        assert!(Verdict::Broken > Verdict::Failed && Verdict::Failed > Verdict::Passed);
        assert_eq!([Verdict::Passed, Verdict::Failed, Verdict::Broken].map(Verdict::exit_code), [0, 1, 3]);
    }
}
