//! What holds for every kind: deletion, observed generation and the standard conditions (cli-utils: `pkg/kstatus/status/generic.go`).
//!
//! A custom resource without a status is there, as kstatus says. Whether somebody will ever write one is not in the object: that its
//! definition has a status subresource is not a promise (many have one that nobody fills), and waiting would never end for those.
//! Kinds whose controller is known to write conditions have a row and wait for them.

use crate::kinds::Conditions;
use crate::live::condition::{Condition, NOT_SEEN, cause, condition, true_condition, words};
use crate::live::field::{integer, text};
use crate::{Live, Status, deletion, kinds};
use seatrial_model::group_of;

/// The status of an object of any kind.
#[must_use]
pub fn status(live: Live<'_>) -> Status {
    let object = live.object;
    if text(object, &["metadata", "deletionTimestamp"]).is_some() {
        return deletion::status(live);
    }
    let row = row(live);
    if let Some(row) = row.filter(|row| row.conditions == Conditions::Own) {
        return (row.status)(live);
    }
    if !is_observed(live, row) {
        return Status::in_progress(NOT_SEEN);
    }
    let generation = integer(object, &["metadata", "generation"]);
    let is_older = |condition: &Condition<'_>| condition.generation.is_some() && condition.generation < generation;
    // A controller that writes no `observedGeneration` of the whole may write one of each condition.
    if row.is_none() && ["Ready", "Stalled"].iter().filter_map(|kind| condition(object, kind)).any(|c| is_older(&c)) {
        return Status::in_progress(NOT_SEEN);
    }
    if let Some(reconciling) = true_condition(object, "Reconciling") {
        return Status::in_progress(words(&reconciling, "reconciling"));
    }
    if let Some(stalled) = true_condition(object, "Stalled") {
        return Status::failed(cause(&stalled, "Stalled", "stalled"));
    }
    match row {
        Some(row) => (row.status)(live),
        None => by_ready_condition(live),
    }
}

fn row(live: Live<'_>) -> Option<&'static kinds::Row> {
    let api_version = text(live.object, &["apiVersion"])?;
    let group = group_of(api_version);
    kinds::find(group, text(live.object, &["kind"])?)
}

/// Whether the controller has seen the newest generation. The counts of a workload mean nothing before its controller wrote them,
/// so for those `observedGeneration` must be there, which kstatus does not ask for.
fn is_observed(live: Live<'_>, row: Option<&kinds::Row>) -> bool {
    let Some(generation) = integer(live.object, &["metadata", "generation"]) else { return true };
    match integer(live.object, &["status", "observedGeneration"]) {
        Some(observed) => observed == generation,
        None => {
            let counts =
                |row: &kinds::Row| matches!(row.kind, "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet");
            !row.is_some_and(counts)
        }
    }
}

fn by_ready_condition(live: Live<'_>) -> Status {
    match condition(live.object, "Ready") {
        None => Status::current("exists"),
        Some(ready) if ready.is_true() => Status::current("ready"),
        Some(ready) => Status::held_up(words(&ready, "not ready"), cause(&ready, "NotReady", "not ready")),
    }
}
