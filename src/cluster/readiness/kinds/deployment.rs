//! Deployment (cli-utils: `pkg/kstatus/status/core.go` `deploymentConditions`). Corrected: causes of its new pods, creation failures
//! that last, and a paused rollout are seen.

use seatrial_model::{Cause, Subject, counted};

use crate::live::condition::condition;
use crate::live::field::{count, integer, is_true};
use crate::pods::workload::{given_up, unready};
use crate::status::trouble::Crashes;
use crate::{Live, Status};

/// A deadline of this many seconds means none (`math.MaxInt32`).
const NO_DEADLINE: i64 = i32::MAX as i64;

pub(crate) fn status(live: Live<'_>) -> Status {
    let object = live.object;
    let progressing = condition(object, "Progressing");
    if let Some(exceeded) = progressing.filter(|c| c.reason == "ProgressDeadlineExceeded") {
        let text = "did not become ready within its `progressDeadlineSeconds`";
        // Where nothing else is told, it may just be too short.
        let cause = Cause::of_object(exceeded.reason, text);
        let cause = cause.about(Subject::PodField("spec.progressDeadlineSeconds".to_owned()));
        return given_up(live, cause, Crashes::AreFatal);
    }
    let wanted = integer(object, &["spec", "replicas"]).unwrap_or(1);
    let Some(message) = lacks(live, wanted) else {
        return Status::current(format!("{wanted} of {} ready", counted(wanted, "replica")));
    };
    if is_true(object, &["spec", "paused"]) && count(object, "updatedReplicas") < wanted {
        let text = "its rollout is paused (`spec.paused`), so the new revision does not start";
        return Status::failed(Cause::of_object("DeploymentPaused", text).about(Subject::Paused));
    }
    unready(live, message, Crashes::AreFatal)
}

/// What is missing, in the order in which a rollout gets there.
fn lacks(live: Live<'_>, wanted: i64) -> Option<String> {
    let object = live.object;
    let [replicas, updated, available, ready] =
        ["replicas", "updatedReplicas", "availableReplicas", "readyReplicas"].map(|key| count(object, key));
    let of_wanted = |n: i64, what: &str| Some(format!("{n} of {} {what}", counted(wanted, "replica")));
    if replicas < wanted {
        return of_wanted(replicas, "created");
    }
    if updated < wanted {
        return of_wanted(updated, "updated");
    }
    if replicas > wanted {
        return Some(format!("{} to be removed", counted(replicas - wanted, "old replica")));
    }
    if ready < wanted {
        return of_wanted(ready, "ready");
    }
    if available < updated {
        return of_wanted(available, "available");
    }
    let deadline = integer(object, &["spec", "progressDeadlineSeconds"]).is_some_and(|seconds| seconds != NO_DEADLINE);
    let progressed = condition(object, "Progressing").is_some_and(|c| c.reason == "NewReplicaSetAvailable");
    let paused = is_true(object, &["spec", "paused"]);
    if deadline && !progressed && !paused {
        return Some("the new ReplicaSet is not available yet".to_owned());
    }
    let is_available = condition(object, "Available").is_some_and(|c| c.is_true());
    (!is_available).then(|| "not available yet".to_owned())
}
