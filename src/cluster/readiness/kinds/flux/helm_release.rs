//! Flux's HelmRelease.
//!
//! **Holds up**: a source or chart that is not ready, a dependency, values from a ConfigMap or Secret that is not there: those have a status of
//! their own or may still come, and are tried again without being counted.
//!
//! **An action that failed** (install, upgrade, test) is final with `Stalled`, which comes at once unless `remediation.retries` asks for more
//! attempts: who asks for them is given them. Some failures never stall: what fails before there is a release (a template, values that
//! the chart's schema refuses, a missing namespace), and the strategy `RetryOnFailure`. Those are forgiven twice, as crashing containers are.
//!
//! The cause is what failed first, not that retries are exceeded nor that the rollback went well.

use seatrial_model::Cause;
use serde_json::Value;

use crate::kinds::flux::{self, Reading};
use crate::live::condition::{Condition, NOT_SEEN, condition};
use crate::live::field::{count, integer, one_line, text};
use crate::status::trouble::Trouble;
use crate::{Live, Status};

const READING: Reading = Reading { done: |_| "ready".to_owned(), failing, stalled, before };

/// The third attempt that fails is fatal.
const FORGIVEN_FAILURES: i64 = 2;

/// Reasons that come before any action.
const WAITING: [&str; 4] = ["ArtifactFailed", "DependencyNotReady", "SourceNotReady", "ValuesError"];

pub(crate) fn status(live: Live<'_>) -> Status {
    if is_outdated(live.object) {
        return Status::in_progress(NOT_SEEN);
    }
    flux::status(live, &READING)
}

/// Whether the conditions tell of an attempt for an older generation: an action takes minutes, and its end is stamped with the
/// generation of that moment, `Stalled` included.
fn is_outdated(object: &Value) -> bool {
    let generation = integer(object, &["metadata", "generation"]);
    let attempted = integer(object, &["status", "lastAttemptedGeneration"]);
    let observed = integer(object, &["status", "observedGeneration"]);
    let failed = condition(object, "Ready").is_some_and(|c| c.is_false() && !WAITING.contains(&c.reason));
    failed && attempted.is_some() && attempted != generation && observed != generation
}

fn failing(live: Live<'_>, ready: &Condition<'_>) -> Trouble {
    if WAITING.contains(&ready.reason) {
        return Trouble::holds_up(flux::cause(ready));
    }
    let cause = cause(live.object, ready);
    let action = text(live.object, &["status", "lastAttemptedReleaseAction"]).unwrap_or("install");
    let asked_for = integer(live.object, &["spec", action, "remediation", "retries"]).unwrap_or(0);
    let is_fatal = count(live.object, "failures") > asked_for.max(FORGIVEN_FAILURES);
    if is_fatal { Trouble::fatal(cause) } else { Trouble::holds_up(cause) }
}

fn stalled(object: &Value, stalled: &Condition<'_>) -> Cause {
    cause(object, &flux::false_condition(object, "Ready").unwrap_or(*stalled))
}

fn before(object: &Value) -> Option<Cause> {
    failed_action(object).map(|failed| cause(object, &failed))
}

/// What failed before any remedy was tried.
fn failed_action(object: &Value) -> Option<Condition<'_>> {
    flux::false_condition(object, "Released").or_else(|| flux::false_condition(object, "TestSuccess"))
}

fn cause(object: &Value, otherwise: &Condition<'_>) -> Cause {
    let failed = failed_action(object).unwrap_or(*otherwise);
    let remedy = flux::newest(object, "Remediated").map_or("", |c| match c.reason {
        "RollbackSucceeded" => "; it was rolled back",
        "RollbackFailed" => "; it could not be rolled back",
        "UninstallSucceeded" => "; it was uninstalled",
        "UninstallFailed" => "; it could not be uninstalled",
        _ => "",
    });
    Cause::of_object(failed.reason, format!("{}{remedy}", describe(failed.message)))
}

/// `Helm install failed for release shop/web with chart web@1.0.0: …` without what everybody knows.
fn describe(said: &str) -> String {
    let said = one_line(said);
    let short = said.strip_prefix("Helm ").and_then(|rest| {
        let (action, rest) = rest.split_once(" failed for release ")?;
        let (_, why) = rest.split_once(": ")?;
        Some(format!("{action} failed: {why}"))
    });
    short.unwrap_or(said)
}
