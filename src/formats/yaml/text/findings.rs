//! The findings of one file, bounded in number: hostile input must not turn ten megabytes into gigabytes of sentences.

use seatrial_model::Finding;

/// What is listed of one file; what is beyond is counted.
const LISTED: usize = 1000;

/// Findings in the order they were made.
#[derive(Default)]
pub(crate) struct Findings {
    listed: Vec<Finding>,
    /// The last one beyond the bound, and how many there were.
    beyond: Option<(Box<Finding>, usize)>,
}

impl Findings {
    /// Takes one; `make` is called only for the listed ones and the first beyond.
    pub(crate) fn push(&mut self, make: impl FnOnce() -> Finding) {
        match &mut self.beyond {
            Some((_, count)) => *count += 1,
            None if self.listed.len() < LISTED => self.listed.push(make()),
            None => self.beyond = Some((Box::new(make()), 1)),
        }
    }

    /// Takes all of another list.
    pub(crate) fn append(&mut self, other: Findings) {
        for finding in other.listed {
            self.push(|| finding);
        }
        if let Some((finding, count)) = other.beyond {
            self.push(|| *finding);
            if let Some((_, beyond)) = &mut self.beyond {
                *beyond += count - 1;
            }
        }
    }

    /// The list, and at its end how many are missing from it.
    pub(crate) fn finish(self) -> Vec<Finding> {
        let mut listed = self.listed;
        if let Some((mut finding, count)) = self.beyond {
            if count > 1 {
                finding.message =
                    format!("{}, and {} more problems in this file are not listed", finding.message, count - 1);
            }
            listed.push(*finding);
        }
        listed
    }
}
