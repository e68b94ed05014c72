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
mod log;
mod namespace;
mod persistent_volume_claim;
mod pod;
mod pod_disruption_budget;
mod reference;
mod refusal;
mod replica_set;
mod scheduling;
mod service;
mod start;
mod stateful_set;
mod trouble;
mod volume;

#[cfg(test)]
mod cases;

use serde_json::Value;

pub use kinds::{has_events, has_pods};
pub use log::told_by_log;
pub use refusal::told_by_admission;
pub use seatrial_model::Cause;

/// What is known of an object on the cluster.
#[derive(Clone, Copy, Debug)]
pub struct Live<'a> {
    /// The object with its status.
    pub object: &'a Value,
    /// Pods that it owns and that belong to its newest revision.
    pub pods: &'a [Value],
    /// Events of the object, of its ReplicaSet and of its pods.
    pub events: &'a [Value],
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
}

impl Status {
    fn current(message: impl Into<String>) -> Status {
        Status { state: State::Current, message: message.into(), cause: None }
    }

    fn in_progress(message: impl Into<String>) -> Status {
        Status { state: State::InProgress, message: message.into(), cause: None }
    }

    fn held_up(message: impl Into<String>, cause: Cause) -> Status {
        Status { state: State::InProgress, message: message.into(), cause: Some(cause) }
    }

    fn failed(cause: Cause) -> Status {
        Status { state: State::Failed, message: cause.describe(), cause: Some(cause) }
    }

    /// Being deleted; `cause` says what keeps it.
    fn kept(message: impl Into<String>, cause: Cause) -> Status {
        Status { state: State::Terminating, message: message.into(), cause: Some(cause) }
    }

    fn terminating(message: impl Into<String>) -> Status {
        Status { state: State::Terminating, message: message.into(), cause: None }
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
