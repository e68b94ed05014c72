//! A suite while its element is read: what it says of its cases is held against what they say.

use seatrial_model::Masker;

use crate::case::{LONGEST_DETAILS, OpenCase, Problem};
use crate::collected::End;

/// The name of a case that is the suite itself: its preparation failed, or what it counts does not stand in the file.
const ITSELF: &str = "the suite itself";

/// A suite whose element is not at its end.
#[derive(Debug, Default)]
pub(crate) struct OpenSuite {
    /// Its own name and those of the suites around it.
    pub(crate) path: String,
    /// Failures and errors that it says it has.
    pub(crate) claimed: usize,
    /// Those that were found in it.
    pub(crate) found: usize,
    pub(crate) printed: End,
}

impl OpenSuite {
    /// A case for a problem of the suite itself.
    pub(crate) fn case_of_its_own(&self) -> OpenCase {
        OpenCase { suite: self.path.clone(), name: ITSELF.to_owned(), ..OpenCase::default() }
    }

    /// A case for failures that the suite counts and none of its cases shows: they happened, whatever the reason is that they are not told.
    pub(crate) fn untold(&self, masker: &Masker) -> Option<OpenCase> {
        let (claimed, found) = (self.claimed, self.found);
        if claimed <= found {
            return None;
        }
        let mut case = self.case_of_its_own();
        case.add(Problem::Error, &format!("the suite counts {claimed} as failed, its cases show {found}"), "");
        case.details.push(&self.printed.shown(LONGEST_DETAILS, masker), LONGEST_DETAILS);
        Some(case)
    }
}

/// `"1,234"` → 1234: what is not a number is none.
pub(crate) fn claim(attribute: &str) -> usize {
    let digits: String = attribute.trim().chars().filter(|c| !matches!(c, ',' | '.' | ' ')).take(12).collect();
    digits.parse().unwrap_or(0)
}
