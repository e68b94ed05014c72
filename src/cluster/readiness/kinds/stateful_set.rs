//! StatefulSet (cli-utils: `pkg/kstatus/status/core.go` `statefulsetConditions`). Corrected: pods that cannot be made are seen,
//! and `observedGeneration` must be there (see `generic`).

use crate::live::field::{count, integer, text};
use crate::pods::workload::unready;
use crate::status::trouble::Crashes;
use crate::{Live, Status};
use seatrial_model::counted;

pub(crate) fn status(live: Live<'_>) -> Status {
    let object = live.object;
    let wanted = integer(object, &["spec", "replicas"]).unwrap_or(1);
    if text(object, &["spec", "updateStrategy", "type"]) == Some("OnDelete") {
        return Status::current("its pods are replaced when they are deleted (`OnDelete`)");
    }
    let Some(message) = lacks(live, wanted) else {
        return Status::current(format!("{wanted} of {} ready", counted(wanted, "replica")));
    };
    unready(live, message, Crashes::AreFatal)
}

fn lacks(live: Live<'_>, wanted: i64) -> Option<String> {
    let object = live.object;
    let [replicas, ready, current, updated] =
        ["replicas", "readyReplicas", "currentReplicas", "updatedReplicas"].map(|key| count(object, key));
    let of = |n: i64, wanted: i64, what: &str| Some(format!("{n} of {} {what}", counted(wanted, "replica")));
    if replicas < wanted {
        return of(replicas, wanted, "created");
    }
    if ready < wanted {
        return of(ready, wanted, "ready");
    }
    if replicas > wanted {
        return Some(format!("{} to be removed", counted(replicas - wanted, "replica")));
    }
    let partition = integer(object, &["spec", "updateStrategy", "rollingUpdate", "partition"]);
    if let Some(partition) = partition.filter(|p| *p > 0) {
        let share = (wanted - partition).max(0);
        return if updated < share { of(updated, share, "updated") } else { None };
    }
    let revision = |key| text(object, &["status", key]);
    if revision("currentRevision") != revision("updateRevision") {
        return of(updated, wanted, "updated");
    }
    if current < wanted {
        return of(current, wanted, "of the current revision");
    }
    None
}
