//! Conditions of a status, and what is told of them.

use seatrial_model::Cause;
use serde_json::Value;

use crate::live::field::{clip, integer, items, text};

/// What is told of an object whose newest generation no controller has looked at.
pub(crate) const NOT_SEEN: &str = "not seen by its controller yet";

/// One condition, borrowed from the object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Condition<'a> {
    status: &'a str,
    /// Kubernetes' word for why; may be empty.
    pub(crate) reason: &'a str,
    /// A sentence; may be empty.
    pub(crate) message: &'a str,
    /// When `status` changed last.
    pub(crate) since: Option<&'a str>,
    /// The generation that it was written for, where the controller tells.
    pub(crate) generation: Option<i64>,
}

impl Condition<'_> {
    /// `status: "True"`.
    pub(crate) fn is_true(&self) -> bool {
        self.status == "True"
    }

    /// `status: "False"`.
    pub(crate) fn is_false(&self) -> bool {
        self.status == "False"
    }
}

/// The condition of a type.
pub(crate) fn condition<'a>(object: &'a Value, kind: &str) -> Option<Condition<'a>> {
    let found = items(object, &["status", "conditions"]).iter().find(|c| text(c, &["type"]) == Some(kind))?;
    Some(Condition {
        status: text(found, &["status"]).unwrap_or_default(),
        reason: text(found, &["reason"]).unwrap_or_default(),
        message: text(found, &["message"]).unwrap_or_default(),
        since: text(found, &["lastTransitionTime"]),
        generation: integer(found, &["observedGeneration"]),
    })
}

/// The condition of a type, when it is true.
pub(crate) fn true_condition<'a>(object: &'a Value, kind: &str) -> Option<Condition<'a>> {
    condition(object, kind).filter(Condition::is_true)
}

/// The message of a condition; its reason or `otherwise` when it has none.
pub(crate) fn words(condition: &Condition<'_>, otherwise: &str) -> String {
    let said = [condition.message, condition.reason, otherwise];
    clip(said.into_iter().find(|s| !s.trim().is_empty()).unwrap_or(otherwise))
}

/// A condition as a cause.
pub(crate) fn cause(condition: &Condition<'_>, reason: &str, otherwise: &str) -> Cause {
    let reason = if condition.reason.is_empty() { reason } else { condition.reason };
    Cause::of_object(reason, words(condition, otherwise))
}
