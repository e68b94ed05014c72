//! Pods that could not be made: quota, admission, a missing service account.

use seatrial_model::Cause;
use serde_json::Value;

use crate::live::condition::true_condition;
use crate::live::event::{has_lasted, last_changed, last_seen, message, newest, reason};
use crate::live::field::{clip, text};
use crate::messages::{mending, refusal};
use crate::status::trouble::Trouble;
use crate::{Live, Remedy, makes_room};

/// What the controller says about pods it cannot make. It tries again and again, and a quota may free up,
/// so this fails only when it has lasted.
pub(crate) fn trouble(live: Live<'_>) -> Option<Trouble> {
    // A Deployment shows the condition of an older ReplicaSet when its newest one has none.
    let condition = true_condition(live.replica_set.unwrap_or(live.object), "ReplicaFailure");
    let fresh = |event: &Value| is_fresh_failure(event, live.object);
    let event = newest(live.events, fresh).filter(|event| condition.is_some() || !is_overcome(event, live));
    let said = match (event, &condition) {
        (Some(event), _) => message(event),
        (None, Some(condition)) => condition.message,
        (None, None) => return None,
    };
    let refused = refusal::refused(said);
    let cause = Cause::of_object("FailedCreate", describe(said)).about(refused.subject);
    let cause = Cause { container: refused.container, ..cause };
    let since = condition.and_then(|c| c.since);
    let remedy = mending::of_creation(said);
    let frees_up = remedy == Remedy::Room && makes_room(live);
    Some(if has_lasted(live.events, since, fresh) && !frees_up {
        Trouble::fatal(cause)
    } else {
        Trouble::until(remedy, cause)
    })
}

/// Nobody takes an event back: a later success is what tells that pods can be made (a new namespace's service account comes late).
fn is_overcome(failure: &Value, live: Live<'_>) -> bool {
    let made = newest(live.events, |event| reason(event) == "SuccessfulCreate").and_then(last_seen);
    made.is_some() && made >= last_seen(failure)
}

/// Events of the workload itself outlive its revisions by an hour: what was said before the object changed last is not news.
fn is_fresh_failure(event: &Value, object: &Value) -> bool {
    if reason(event) != "FailedCreate" {
        return false;
    }
    let own = text(event, &["involvedObject", "name"]) == text(object, &["metadata", "name"]);
    match (last_seen(event), last_changed(object)) {
        (Some(seen), Some(changed)) => !own || seen >= changed,
        _ => true,
    }
}

/// `Error creating: pods "web-1" is forbidden: exceeded quota: q, …` without what stands in front of the reason.
fn describe(said: &str) -> String {
    let said = said.trim().trim_start_matches("Error creating: ");
    let reason = said.split_once(" is forbidden: ").map_or(said, |(_, reason)| reason);
    format!("pods cannot be created: {}", clip(reason))
}
