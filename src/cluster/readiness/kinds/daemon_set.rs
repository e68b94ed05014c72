//! DaemonSet (cli-utils: `pkg/kstatus/status/core.go` `daemonsetConditions`). Corrected: no node to run on is as desired, and says so;
//! pods that cannot be made are seen.

use crate::live::condition::NOT_SEEN;
use crate::live::field::{count, integer, text};
use crate::pods::workload::unready;
use crate::status::trouble::Crashes;
use crate::{Live, Status};
use seatrial_model::counted;

pub(crate) fn status(live: Live<'_>) -> Status {
    let object = live.object;
    if integer(object, &["status", "observedGeneration"]).is_none() {
        return Status::in_progress(NOT_SEEN);
    }
    let Some(wanted) = integer(object, &["status", "desiredNumberScheduled"]) else {
        return Status::in_progress("the number of its nodes is not known yet");
    };
    if wanted == 0 {
        return Status::current("no node matches");
    }
    let of_wanted = |n: i64, what: &str| format!("{n} of {} {what}", counted(wanted, "pod"));
    let [current, updated, available, ready] =
        ["currentNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady"]
            .map(|k| count(object, k));
    let on_delete = text(object, &["spec", "updateStrategy", "type"]) == Some("OnDelete");
    let message = if current < wanted {
        of_wanted(current, "scheduled")
    } else if updated < wanted && !on_delete {
        of_wanted(updated, "updated")
    } else if ready < wanted {
        of_wanted(ready, "ready")
    } else if available < wanted {
        of_wanted(available, "available")
    } else {
        return Status::current(of_wanted(wanted, "ready"));
    };
    unready(live, message, Crashes::AreFatal)
}
