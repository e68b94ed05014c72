//! How long what could mend a cause is given.

use std::time::Duration;

use crate::{Remedy, Status};

/// What is known beside the object that waits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around {
    /// Pods are on their way out, or an autoscaler adds a node.
    pub makes_room: bool,
    /// Something that is known to make such objects may make the missing one, or whether it is missing cannot be asked.
    pub has_producer: bool,
}

/// A few seconds: objects of the same change come one after another.
const SHORT: Duration = Duration::from_secs(5);
/// An operator that fetches a Secret, or something nobody knows.
const LONG: Duration = Duration::from_secs(30);
/// Longer than an autoscaler needs to say that it adds a node, which looks every ten seconds; and than the controller that binds claims
/// to volumes, which looks every fifteen.
const SCALING: Duration = Duration::from_secs(20);

impl Remedy {
    /// For how long the same cause is waited for.
    fn patience(&self, around: Around) -> Duration {
        match self {
            Remedy::Arrival(_) if around.has_producer => LONG,
            Remedy::Arrival(_) | Remedy::Admission => SHORT,
            Remedy::Node | Remedy::Volume | Remedy::Room => SCALING,
            Remedy::Unknown => LONG,
        }
    }
}

/// How long the same cause has held up one object. Reads no clock: every time it is told what time it is, on a clock of the caller's choice.
#[derive(Clone, Debug, Default)]
pub struct Patience {
    since: Option<(Remedy, Duration)>,
}

impl Patience {
    /// Whether what holds the object up has had its time.
    pub fn is_over(&mut self, status: &Status, now: Duration, around: Around) -> bool {
        let Some(remedy) = &status.remedy else {
            self.since = None;
            return false;
        };
        let goes_on = self.since.as_ref().is_some_and(|(known, _)| known == remedy);
        if !goes_on || (*remedy == Remedy::Room && around.makes_room) {
            self.since = Some((remedy.clone(), now));
        }
        let since = self.since.as_ref().map_or(now, |(_, since)| *since);
        now.saturating_sub(since) >= remedy.patience(around)
    }

    /// Begins anew: what was missing is there, and only has to be seen.
    pub fn renew(&mut self, now: Duration) {
        if let Some((_, since)) = &mut self.since {
            *since = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Missing;

    #[test]
    fn the_same_cause_is_given_its_time_once() {
        let status = |remedy| Status { remedy, ..Status::in_progress("0 of 1 replica ready") };
        let seconds = Duration::from_secs;
        let (nothing, room) = (Around::default(), Around { makes_room: true, ..Around::default() });
        let mut patience = Patience::default();
        let missing = |name: &str| Missing { api_version: "v1", kind: "Secret", name: name.to_owned(), key: None };
        let waits_for = |name: &str| status(Some(Remedy::Arrival(missing(name))));
        assert!(!patience.is_over(&waits_for("a"), seconds(100), nothing));
        assert!(!patience.is_over(&waits_for("b"), seconds(104), nothing), "another one has its own time");
        assert!(!patience.is_over(&waits_for("b"), seconds(108), nothing));
        let produced = Around { has_producer: true, ..Around::default() };
        assert!(!patience.is_over(&waits_for("b"), seconds(109), produced));
        assert!(patience.is_over(&waits_for("b"), seconds(109), nothing));
        patience.renew(seconds(109));
        assert!(!patience.is_over(&waits_for("b"), seconds(113), nothing));
        let full = status(Some(Remedy::Room));
        assert!(!patience.is_over(&full, seconds(200), room));
        assert!(!patience.is_over(&full, seconds(300), room), "while pods go, there may be room any moment");
        assert!(!patience.is_over(&full, seconds(319), nothing));
        assert!(patience.is_over(&full, seconds(320), nothing));
        assert!(!patience.is_over(&status(None), seconds(400), nothing));
        assert!(!patience.is_over(&full, seconds(401), nothing), "it begins anew when it was away");
    }
}
