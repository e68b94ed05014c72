//! What holds for every object of Flux, as its controllers (Flux 2.9) really write it.
//!
//! - **`status.observedGeneration` follows only success** (and, mostly, `Stalled`). A failing object stays at `-1` or at the last good
//!   generation for ever, so that kstatus' rule would call every failure "not seen yet". Each condition has an `observedGeneration` of its
//!   own: that is what a failure is judged by. Success needs both.
//! - A condition is stamped with the generation at the time of *writing*: what an attempt for generation 1 found out may carry
//!   generation 2, when the object was changed meanwhile. Where an object tells which generation was attempted, that is asked, too.
//! - **`Reconciling` stays true while a failed attempt waits for its next one** (`ProgressingWithRetry`). kstatus and `kubectl wait` go on
//!   waiting then, until their own deadline; `flux reconcile` reports the attempt as failed. Here what nothing but a change can mend fails
//!   with the first attempt, and what may mend itself (a source that is still being fetched, a ConfigMap that an operator writes, a webhook
//!   that starts) holds up until it has lasted. Each kind's file says which is which.
//! - `Stalled` is final.
//! - A suspended object is as far as it is wanted, whatever its last conditions say: nobody will write another one.
//!
//! Which *revision* of the source was applied is not asked here: a verdict about a revision needs to know the one that is wanted.

pub(super) mod helm_release;
pub(super) mod helm_repository;
pub(super) mod kustomization;
pub(super) mod source;

use seatrial_model::Cause;
use serde_json::Value;

use crate::live::condition::{Condition, NOT_SEEN, condition};
use crate::live::field::{integer, is_true, one_line, text};
use crate::status::trouble::Trouble;
use crate::{Live, Status};

/// How one kind of Flux is read.
pub(crate) struct Reading {
    /// What is told of an object that is as desired.
    pub(crate) done: fn(&Value) -> String,
    /// What a condition `Ready` that is false means.
    pub(crate) failing: fn(Live<'_>, &Condition<'_>) -> Trouble,
    /// The cause of an object that has stalled.
    pub(crate) stalled: fn(&Value, &Condition<'_>) -> Cause,
    /// Why the attempt before the one that is running failed.
    pub(crate) before: fn(&Value) -> Option<Cause>,
}

/// The status of an object of Flux.
pub(crate) fn status(live: Live<'_>, reading: &Reading) -> Status {
    let object = live.object;
    if is_true(object, &["spec", "suspend"]) {
        return Status::current("suspended");
    }
    let reconciling = newest(object, "Reconciling").filter(Condition::is_true);
    let doing = reconciling.map(|c| one_line(c.message)).filter(|said| !said.is_empty());
    let Some(ready) = newest(object, "Ready") else {
        return Status::in_progress(doing.unwrap_or_else(|| NOT_SEEN.to_owned()));
    };
    if let Some(stalled) = newest(object, "Stalled").filter(Condition::is_true) {
        return Status::failed((reading.stalled)(object, &stalled));
    }
    if ready.is_true() {
        return match doing {
            None if is_observed(object) => Status::current((reading.done)(object)),
            doing => Status::in_progress(doing.unwrap_or_else(|| NOT_SEEN.to_owned())),
        };
    }
    if ready.is_false() {
        return (reading.failing)(live, &ready).into_status();
    }
    let doing = doing.unwrap_or_else(|| one_line(ready.message));
    match (reading.before)(object) {
        Some(cause) => Status::held_up(format!("{doing}; previously: {}", cause.text), cause),
        None => Status::in_progress(doing),
    }
}

/// The condition of a type, if it was written for the newest generation.
pub(crate) fn newest<'a>(object: &'a Value, kind: &str) -> Option<Condition<'a>> {
    let generation = integer(object, &["metadata", "generation"]);
    let is_newest = |c: &Condition<'_>| generation.is_none() || c.generation.is_none() || c.generation == generation;
    condition(object, kind).filter(is_newest)
}

/// Whether the newest generation was reconciled to its end. Kinds without `observedGeneration` do not tell.
fn is_observed(object: &Value) -> bool {
    let generation = integer(object, &["metadata", "generation"]);
    let observed = integer(object, &["status", "observedGeneration"]);
    generation.is_none() || observed.is_none() || observed == generation
}

/// A condition as a cause, all lines of it.
pub(crate) fn cause(condition: &Condition<'_>) -> Cause {
    Cause::of_object(condition.reason, one_line(condition.message))
}

/// The condition of a type that is false for the newest generation.
pub(crate) fn false_condition<'a>(object: &'a Value, kind: &str) -> Option<Condition<'a>> {
    newest(object, kind).filter(Condition::is_false)
}

/// A duration of the spec as Go writes it: `1m30s`.
pub(crate) fn duration(object: &Value, key: &str) -> Option<jiff::SignedDuration> {
    text(object, &["spec", key])?.parse().ok()
}
