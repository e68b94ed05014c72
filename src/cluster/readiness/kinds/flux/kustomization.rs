//! Flux's Kustomization.
//!
//! **Fails with the first attempt**: what does not build, a path that the artifact does not have, what the API server calls invalid, and a
//! health check, for which the controller has already waited as long as its `timeout` says. It starts the next attempt after
//! `retryInterval`, and so on for ever; between two attempts `Healthy` stays false and says why.
//!
//! **Holds up**: a source without artifact, a dependency: those are objects with a status of their own.
//!
//! **Fails when it has lasted**, by the events of its attempts: a kind, a namespace, a ConfigMap for substitution that is not there yet, a right
//! that a binding may still give, a webhook that is down. When the next attempt comes later than that, there is nothing to wait for.

use jiff::SignedDuration;
use seatrial_model::Cause;
use serde_json::Value;

use crate::kinds::flux::{self, Reading};
use crate::live::condition::Condition;
use crate::live::event::{LASTING, has_lasted, is_about, last_changed, reason};
use crate::live::field::{one_line, text};
use crate::status::trouble::Trouble;
use crate::{Live, Status};

const READING: Reading = Reading { done, failing, stalled: |_, stalled| flux::cause(stalled), before };

/// Time stamps have whole seconds; a change is later than the start of an attempt only beyond this.
const ROUNDING: SignedDuration = SignedDuration::from_secs(2);

pub(crate) fn status(live: Live<'_>) -> Status {
    flux::status(live, &READING)
}

fn done(object: &Value) -> String {
    match text(object, &["status", "lastAppliedRevision"]) {
        Some(revision) => format!("applied {revision}"),
        None => "ready".to_owned(),
    }
}

fn failing(live: Live<'_>, ready: &Condition<'_>) -> Trouble {
    let cause = Cause::of_object(ready.reason, describe(live.object, ready.message));
    let said = ready.message.trim_end();
    let is_fatal = match ready.reason {
        "DependencyNotReady" | "HealthCheckCanceled" => false,
        "ArtifactFailed" => said.starts_with(NO_PATH),
        "HealthCheckFailed" => !is_outdated(live.object, ready),
        "BuildFailed" if !said.ends_with("not found") => true,
        "ReconciliationFailed" if said.contains("(Invalid)") || said.contains("(BadRequest)") => true,
        _ => has_lasted_or_rests(live, ready),
    };
    if is_fatal { Trouble::fatal(cause) } else { Trouble::holds_up(cause) }
}

/// Whether the same failure was reported for long, or the next attempt comes only after that.
fn has_lasted_or_rests(live: Live<'_>, ready: &Condition<'_>) -> bool {
    let pause = flux::duration(live.object, "retryInterval").or_else(|| flux::duration(live.object, "interval"));
    let same = |event: &Value| is_about(event, live.object, "Kustomization") && reason(event) == ready.reason;
    pause.is_some_and(|pause| pause > LASTING) || has_lasted(live.events, None, same)
}

/// A health check takes minutes, and its end is stamped with the generation of that moment: it says nothing about a generation that is
/// younger than its start. (The next attempt follows at once.)
fn is_outdated(object: &Value, ready: &Condition<'_>) -> bool {
    // The history tells it, too, but is written a moment later than the condition.
    let took = ready.message.strip_prefix("health check failed after ").and_then(|rest| rest.split_once(':'));
    let took = took.and_then(|(took, _)| took.parse::<SignedDuration>().ok());
    let ended = ready.since.and_then(|since| since.parse::<jiff::Timestamp>().ok());
    match (last_changed(object), ended, took) {
        (Some(changed), Some(ended), Some(took)) => changed.duration_since(ended).saturating_add(took) > ROUNDING,
        _ => false,
    }
}

fn before(object: &Value) -> Option<Cause> {
    let unhealthy = flux::false_condition(object, "Healthy")?;
    Some(Cause::of_object(unhealthy.reason, describe(object, unhealthy.message)))
}

const NO_PATH: &str = "kustomization path not found";
const BUILT_IN: &str = "/tmp/kustomization-";

/// The message without the directory that the controller built in, which has another name with every attempt.
fn describe(object: &Value, said: &str) -> String {
    if said.starts_with(NO_PATH) {
        let path = text(object, &["spec", "path"]).unwrap_or("./");
        return format!("the source has no path `{path}`");
    }
    let mut pieces = said.split(BUILT_IN);
    let mut rest = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let piece = piece.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.push_str(piece.strip_prefix('/').unwrap_or(piece));
    }
    one_line(&rest)
}
