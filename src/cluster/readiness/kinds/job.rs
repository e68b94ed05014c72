//! Job (cli-utils: `pkg/kstatus/status/core.go` `jobConditions`). Corrected as Flux and Helm do: a running Job is not as desired yet.

use seatrial_model::{Cause, Subject, counted};

use crate::live::condition::{self, true_condition};
use crate::live::field::{count, integer, is_true};
use crate::pods::workload::{first, unready};
use crate::status::trouble::{Crashes, Trouble};
use crate::{Live, Status};

pub(crate) fn status(live: Live<'_>) -> Status {
    let object = live.object;
    if true_condition(object, "Complete").is_some() {
        return Status::current("completed");
    }
    // `FailureTarget` says so while its last pods are still being stopped.
    let failed = true_condition(object, "Failed").or_else(|| true_condition(object, "FailureTarget"));
    if let Some(failed) = failed {
        let own = condition::cause(&failed, "Failed", "the Job failed");
        let is_late = failed.reason == "DeadlineExceeded";
        // The Job says that it gave up, its pod says over what.
        let deadline = is_late.then_some(Subject::Deadline);
        return Status::failed(match first(live, Crashes::AreCounted) {
            Some(Trouble { cause, .. }) => Cause { reason: own.reason, subject: cause.subject.or(deadline), ..cause },
            None => own.about(deadline),
        });
    }
    if is_true(object, &["spec", "suspend"]) || true_condition(object, "Suspended").is_some() {
        return Status::current("suspended");
    }
    if true_condition(object, "SuccessCriteriaMet").is_some() {
        return Status::in_progress("succeeded, its last pods are being counted");
    }
    if integer(object, &["status", "active"]).is_none() && count(object, "succeeded") + count(object, "failed") == 0 {
        return unready(live, "not started yet".to_owned(), Crashes::AreCounted);
    }
    unready(live, progress(live), Crashes::AreCounted)
}

fn progress(live: Live<'_>) -> String {
    let [active, succeeded, failed] = ["active", "succeeded", "failed"].map(|key| count(live.object, key));
    let mut message = match integer(live.object, &["spec", "completions"]) {
        Some(wanted) if wanted > 1 => format!("{succeeded} of {wanted} completions"),
        _ if active > 0 => "running".to_owned(),
        _ => "waiting for its next pod".to_owned(),
    };
    if failed > 0 {
        message.push_str(&format!(", {} failed", counted(failed, "pod")));
    }
    message
}
