//! What was or would be done to one object.

use serde::{Deserialize, Serialize};

use crate::ObjectId;

/// Past-tense action on an object (fluxcd/pkg: `ssa/changeset.go`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It did not exist.
    Created,
    /// It existed and differed.
    Configured,
    /// It existed and was equal: nothing was sent.
    Unchanged,
    /// It was removed.
    Deleted,
    /// It was left alone; `because` has the reason.
    Skipped,
    /// It was deleted and created again.
    Recreated,
    /// It has another name, and is equal otherwise.
    Renamed,
}

impl Action {
    /// All actions in the order in which they are counted.
    pub const ALL: [Action; 7] = [
        Action::Created,
        Action::Configured,
        Action::Unchanged,
        Action::Deleted,
        Action::Recreated,
        Action::Renamed,
        Action::Skipped,
    ];

    /// The actions of a difference, what may lose something first.
    pub const MOST_SERIOUS_FIRST: [Action; 6] =
        [Action::Deleted, Action::Recreated, Action::Configured, Action::Created, Action::Renamed, Action::Skipped];

    /// `created`, `configured`, …
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Created => "created",
            Action::Configured => "configured",
            Action::Unchanged => "unchanged",
            Action::Deleted => "deleted",
            Action::Skipped => "skipped",
            Action::Recreated => "recreated",
            Action::Renamed => "renamed",
        }
    }

    /// The same in a sentence about two states: `changed` for what `kubectl apply` calls `configured`, `left alone` for what is skipped.
    #[must_use]
    pub fn of_a_diff(self) -> &'static str {
        match self {
            Action::Configured => "changed",
            Action::Skipped => "left alone",
            other => other.as_str(),
        }
    }
}

/// One object's change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The object.
    pub object: ObjectId,
    /// What was done.
    pub action: Action,
    /// Why, where the action does not speak for itself (skipped).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

impl Change {
    /// Counts of a change set as a clause, in order of [`Action::ALL`]: `18 created, 3 configured`; empty for none.
    #[must_use]
    pub fn summary(changes: &[Change]) -> String {
        let counted = Action::ALL.iter().filter_map(|action| {
            let count = changes.iter().filter(|c| c.action == *action).count();
            (count > 0).then(|| format!("{count} {}", action.as_str()))
        });
        counted.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_actions_in_their_order_and_leaves_out_zeros() {
        let change = |action| Change { object: ObjectId::new("", "Pod", Some("a"), "b"), action, because: None };
        let set = [change(Action::Skipped), change(Action::Created), change(Action::Created)];
        assert_eq!(Change::summary(&set), "2 created, 1 skipped");
        assert_eq!(Change::summary(&[]), "");
    }
}
