//! What became of putting a target back, and how that is told.

use seatrial_model::{Change, Holding, Holds, NotPutBack, ObjectId};

use crate::Held;

/// Objects that a sentence names.
const MOST_NAMED: usize = 8;

/// What became of putting a target back.
#[derive(Debug, Default)]
pub struct Restored {
    /// What was done to which object, in order.
    pub changes: Vec<Change>,
    /// What could not be put back.
    pub left: Vec<Left>,
    /// What was put back and is not ready; sentences.
    pub unready: Vec<String>,
    /// What was not reached before the restore stopped.
    pub unreached: Vec<ObjectId>,
    /// Why it stopped; a sentence.
    pub broken: Option<String>,
    /// Why the base is not applied again though nothing is wrong: the target does not hold this pull request's state; a clause.
    pub not_applied: Option<String>,
    /// Sentences for the report's notices.
    pub notices: Vec<String>,
}

/// An object that is not as the base has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Which.
    pub object: ObjectId,
    /// Why; a sentence that names it.
    pub sentence: String,
}

impl Restored {
    /// One that did not begin; the reason as a sentence.
    #[must_use]
    pub fn not_begun(why: String) -> Restored {
        Restored { broken: Some(why), ..Restored::default() }
    }

    /// The same, and the target is released.
    pub async fn released(mut self, held: Held) -> Restored {
        self.notices.extend(held.release().await);
        self
    }

    /// What the target holds now.
    #[must_use]
    pub fn holds(&self) -> Holds {
        match (&self.not_applied, &self.broken) {
            (Some(_), _) => Holds::Others,
            (None, None) if self.left.is_empty() => Holds::Base,
            (None, Some(_)) if self.changes.is_empty() => Holds::PullRequest,
            _ => Holds::Mixture,
        }
    }

    /// The same for programs; `sentence` is that of [`Restored::sentence`].
    #[must_use]
    pub fn holding(&self, sentence: String) -> Holding {
        let left = self.left.iter().map(|left| (&left.object, left.sentence.clone()));
        let is_broken = self.broken.is_some();
        let unreached = self
            .unreached
            .iter()
            .filter(|_| is_broken)
            .map(|id| (id, format!("{id} was not reached before the restore stopped")));
        let not_put_back = left.chain(unreached).map(|(id, because)| NotPutBack { object: id.clone(), because });
        Holding { state: self.holds(), sentence, changes: self.changes.clone(), not_put_back: not_put_back.collect() }
    }

    /// What the target holds now, as a sentence: `dev holds the state of its base a1b2c3d again: 3 configured, 1 deleted`.
    #[must_use]
    pub fn sentence(&self, environment: &str, pull_request: Option<u64>, commit: &str) -> String {
        let base: String = commit.chars().take(7).collect();
        let own = pull_request.map_or_else(|| "this pull request".to_owned(), |n| format!("pull request {n}"));
        let done = Change::summary(&self.changes);
        let (colon, but) = if done.is_empty() { ("", String::new()) } else { (": ", format!(", {done}")) };
        let text = match self.holds() {
            Holds::Base => format!("{environment} holds the state of its base {base} again{colon}{done}"),
            Holds::Others => {
                let because = self.not_applied.as_deref().unwrap_or_default();
                format!("{environment}: the base is not applied again, since {because}{but}")
            }
            Holds::PullRequest => format!("{environment} holds the state of {own}, and was not put back to {base}"),
            Holds::Mixture => {
                format!("{environment} holds a mixture of {own} and its base {base}{but}")
            }
        };
        let left: Vec<&str> = self.left.iter().map(|left| left.sentence.as_str()).collect();
        let unreached: Vec<String> = self.unreached.iter().map(|id| format!("`{}`", id.kind_and_name())).collect();
        let unreached: Vec<&str> = unreached.iter().map(String::as_str).collect();
        let broken = self.broken.as_deref();
        let named = |what: &str, all: &[&str], between: &str| {
            (!all.is_empty()).then(|| format!("{what}: {}", shortened(all, between)))
        };
        let told = [
            broken.map(str::to_owned),
            named("not put back", &left, "; "),
            broken.and_then(|_| named("not looked at", &unreached, ", ")),
            named("not ready", &self.unready.iter().map(String::as_str).collect::<Vec<_>>(), "; "),
        ];
        told.into_iter().flatten().fold(text, |text, more| format!("{text}; {more}"))
    }
}

fn shortened(all: &[&str], between: &str) -> String {
    let shown = all.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(between);
    match all.len().checked_sub(MOST_NAMED) {
        None | Some(0) => shown,
        Some(more) => format!("{shown}{between}{more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_another_ones_is_not_called_this_pull_requests_when_clearing_away_breaks_off() {
        let because = "what was deployed last is the state of pull request 13";
        let restored = Restored {
            not_applied: Some(because.to_owned()),
            broken: Some("cancelled while deleting".to_owned()),
            ..Restored::default()
        };
        assert_eq!(restored.holds(), Holds::Others);
        let said = "dev: the base is not applied again, since what was deployed last is the state of pull request 13; cancelled while deleting";
        assert_eq!(restored.sentence("dev", Some(12), "1234567890"), said);
    }
}
