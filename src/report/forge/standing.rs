//! Where a pull request stands, and why a report on one of its commits may be out of date.

use crate::calls::one_line;

/// How a pull request of GitHub ended that the target branch has.
pub(crate) const MERGED: &str = "merged";

/// Where a pull request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its number.
    pub number: u64,
    /// Its head commit.
    pub head: String,
    /// How it ended, as a participle; `None` while it is open.
    pub over: Option<String>,
    /// Whether it comes from another repository, or from one that is not there any more.
    pub is_from_a_fork: bool,
}

impl Standing {
    /// Whether it was closed without a merge; `None` while it is open, or where the forge says something else.
    #[must_use]
    pub fn is_unmerged(&self) -> Option<bool> {
        match self.over.as_deref() {
            Some("closed" | "abandoned") => Some(true),
            Some(MERGED | "completed") => Some(false),
            _ => None,
        }
    }

    /// Why a report on this commit is out of date, as a clause: there is another head by now, or the pull request is over.
    #[must_use]
    pub fn outdates(&self, commit: &str) -> Option<String> {
        self.moved_on(commit).or_else(|| self.ended())
    }

    /// The clause for a commit that is not the head any more.
    pub(crate) fn moved_on(&self, commit: &str) -> Option<String> {
        let short: String = one_line(&self.head).chars().take(7).collect();
        (self.head != commit).then(|| format!("the head of pull request {} is now {short}", self.number))
    }

    /// The clause for a pull request that is over.
    pub(crate) fn ended(&self) -> Option<String> {
        self.over.as_ref().map(|over| format!("pull request {} is {over}", self.number))
    }
}
