//! What the scheduler says that no node fits: `1 Insufficient cpu`, `1 node(s) didn't match Pod's node affinity/selector`.

use seatrial_model::{Amount, Subject};

/// What of a pod the words are about.
pub(crate) fn subject(said: &str) -> Option<Subject> {
    if said.contains("node affinity/selector") {
        return Some(Subject::NodeSelector);
    }
    let (_, rest) = said.split_once("Insufficient ")?;
    let resource = rest.split([',', ' ']).next()?.trim_end_matches('.');
    Some(Subject::Request(Amount::of(resource)))
}
