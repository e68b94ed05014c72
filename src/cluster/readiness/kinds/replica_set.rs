//! ReplicaSet (cli-utils: `pkg/kstatus/status/core.go` `replicasetConditions`).

use crate::Live;
use crate::Status;
use crate::live::condition::true_condition;
use crate::live::field::{count, integer};
use crate::pods::workload::unready;
use crate::status::trouble::Crashes;
use seatrial_model::counted;

pub(crate) fn status(live: Live<'_>) -> Status {
    let object = live.object;
    let wanted = integer(object, &["spec", "replicas"]).unwrap_or(1);
    let of_wanted = |n: i64, what: &str| format!("{n} of {} {what}", counted(wanted, "replica"));
    let [replicas, labelled, available, ready] =
        ["replicas", "fullyLabeledReplicas", "availableReplicas", "readyReplicas"].map(|key| count(object, key));
    let message = if true_condition(object, "ReplicaFailure").is_some() {
        of_wanted(replicas, "created")
    } else if labelled < wanted {
        of_wanted(labelled, "labelled")
    } else if ready < wanted {
        of_wanted(ready, "ready")
    } else if available < wanted {
        of_wanted(available, "available")
    } else if replicas > wanted {
        format!("{} to be removed", counted(replicas - wanted, "replica"))
    } else {
        return Status::current(of_wanted(wanted, "ready"));
    };
    unready(live, message, Crashes::AreFatal)
}
