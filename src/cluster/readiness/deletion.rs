//! An object that is being deleted: what keeps it.

use seatrial_model::Cause;
use serde_json::Value;

use crate::live::condition::true_condition;
use crate::live::field::{items, one_line};
use crate::{Live, Status};

/// Conditions by which a Namespace says what keeps it, the ones that name a culprit first.
const OF_NAMESPACES: [&str; 5] = [
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceFinalizersRemaining",
    "NamespaceContentRemaining",
];

pub(crate) fn status(live: Live<'_>) -> Status {
    let message = "is being deleted";
    if let Some(kept) = OF_NAMESPACES.iter().find_map(|kind| true_condition(live.object, kind)) {
        let said = one_line(kept.message);
        return Status::kept(format!("{message}: {said}"), Cause::of_object(kept.reason, said));
    }
    let finalizers: Vec<&str> =
        items(live.object, &["metadata", "finalizers"]).iter().filter_map(Value::as_str).collect();
    if finalizers.is_empty() {
        return Status::terminating(message);
    }
    Status::terminating(format!("{message}, waiting for {}", finalizers.join(", ")))
}
