//! Which status ends what an overtaken run began: the newer run's, when it was set before.

use crate::{CommitStatus, StatusState};

/// What to set so that nothing stays pending, given the statuses of that name, the newest first; `None` where nothing is pending.
///
/// A run that was overtaken may have said "pending" after the newer one said how it ended: then that is said again.
pub(crate) fn ending(newest_first: Vec<CommitStatus>, own: &CommitStatus) -> Option<CommitStatus> {
    let newest = newest_first.first()?;
    if newest.state != StatusState::Pending {
        return None;
    }
    let of_newer = newest_first.into_iter().find(|status| status.state != StatusState::Pending);
    Some(of_newer.unwrap_or_else(|| own.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(state: StatusState, description: &str) -> CommitStatus {
        let (context, description) = ("seatrial/ci".to_owned(), description.to_owned());
        CommitStatus { context, state, description, target_url: None }
    }

    #[test]
    fn a_newer_runs_word_stays_and_nothing_stays_pending() {
        use StatusState::{Failure, Pending, Success};
        type Set<'a> = &'a [(StatusState, &'a str)];
        let table: [(Set<'_>, Option<&str>); 5] = [
            (&[], None),
            (&[(Failure, "newer"), (Pending, "")], None),
            (&[(Pending, ""), (Failure, "newer"), (Pending, "")], Some("newer")),
            (&[(Pending, ""), (Pending, ""), (Failure, "newer"), (Success, "oldest")], Some("newer")),
            (&[(Pending, ""), (Pending, "")], Some("own")),
        ];
        for (set, expected) in table {
            let set: Vec<CommitStatus> = set.iter().map(|(state, told)| status(*state, told)).collect();
            let ending = ending(set, &status(Success, "own")).map(|status| status.description);
            assert_eq!(ending.as_deref(), expected);
        }
    }
}
