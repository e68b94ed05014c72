//! Pure: an object, its pods and events → status and cause. One table row per kind. Asks no cluster, reads no clock:
//! what "lasts" is measured between time stamps that the cluster itself wrote.

mod api_service;
mod condition;
mod container;
mod creation;
mod cron_job;
mod custom_resource_definition;
mod daemon_set;
mod deletion;
mod deployment;
mod event;
mod eviction;
mod field;
mod flux;
mod flux_source;
mod generic;
mod helm_release;
mod helm_repository;
mod horizontal_pod_autoscaler;
mod image;
mod ingress;
mod job;
mod kinds;
mod kustomization;
mod last_words;
mod log;
mod mention;
mod namespace;
mod persistent_volume_claim;
mod pod;
mod pod_disruption_budget;
mod probe;
mod reference;
mod refusal;
mod remedy;
mod replica_set;
mod room;
mod scheduling;
mod service;
mod start;
mod stateful_set;
mod steady;
mod trouble;
mod volume;

#[cfg(test)]
mod cases;

use serde_json::Value;

pub use kinds::{has_events, has_pods};
pub use log::told_by_log;
pub use refusal::told_by_admission;
pub use remedy::{Around, Missing, Patience, Remedy};
pub use room::makes_room;
pub use seatrial_model::Cause;
pub use steady::{Steadiness, liveness_takes};

/// What is known of an object on the cluster.
#[derive(Clone, Copy, Debug)]
pub struct Live<'a> {
    /// The object with its status.
    pub object: &'a Value,
    /// Pods that it owns and that belong to its newest revision.
    pub pods: &'a [Value],
    /// Pods that it owns and that belong to older ones.
    pub older: &'a [Value],
    /// The ReplicaSet of its newest revision, of a Deployment.
    pub replica_set: Option<&'a Value>,
    /// Events of the object, of its ReplicaSet and of its pods.
    pub events: &'a [Value],
}

impl<'a> Live<'a> {
    /// An object of which nothing else is known.
    #[must_use]
    pub fn alone(object: &'a Value) -> Live<'a> {
        Live { object, pods: &[], older: &[], replica_set: None, events: &[] }
    }
}

/// How far an object is (cli-utils: `pkg/kstatus/status`, with corrections).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As desired.
    Current,
    /// On the way.
    InProgress,
    /// Will not get there by waiting.
    Failed,
    /// Being deleted.
    Terminating,
}

/// A status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// How far it is.
    pub state: State,
    /// A clause for progress lines: `1 of 2 replicas ready`.
    pub message: String,
    /// Why it failed, or what holds it up.
    pub cause: Option<Cause>,
    /// What could still mend that; who waits decides how long ([`Patience`]).
    pub remedy: Option<Remedy>,
}

impl Status {
    /// A status that no remedy is known for.
    #[must_use]
    pub fn new(state: State, message: impl Into<String>, cause: Option<Cause>) -> Status {
        Status { state, message: message.into(), cause, remedy: None }
    }

    /// What becomes of an object whose remedy has had its time: it has failed, for the same cause.
    #[must_use]
    pub fn given_up(self) -> Status {
        match self.cause {
            Some(cause) => Status::failed(cause),
            None => Status { state: State::Failed, remedy: None, ..self },
        }
    }

    fn current(message: impl Into<String>) -> Status {
        Status::new(State::Current, message, None)
    }

    fn in_progress(message: impl Into<String>) -> Status {
        Status::new(State::InProgress, message, None)
    }

    fn held_up(message: impl Into<String>, cause: Cause) -> Status {
        Status::new(State::InProgress, message, Some(cause))
    }

    fn failed(cause: Cause) -> Status {
        Status::new(State::Failed, cause.describe(), Some(cause))
    }

    /// Being deleted; `cause` says what keeps it.
    fn kept(message: impl Into<String>, cause: Cause) -> Status {
        Status::new(State::Terminating, message, Some(cause))
    }

    fn terminating(message: impl Into<String>) -> Status {
        Status::new(State::Terminating, message, None)
    }
}

/// How a container of its pods ended that should not have, though all may be as desired again: the first one. Pods on their way out do not
/// count.
#[must_use]
pub fn past_crash(live: Live<'_>) -> Option<Cause> {
    let mut containers = trouble::oldest_first(live.pods).into_iter().flat_map(container::containers);
    containers.find_map(|container| container.past_crash(live.events))
}

/// The status of an object.
#[must_use]
pub fn status(live: Live<'_>) -> Status {
    generic::status(live)
}
