//! What a workload's pods, and the making of them, say about why it is not ready.

use crate::live::field::text;
use crate::pods::{creation, pod};
use crate::status::trouble::{Crashes, Gravity, Trouble};
use crate::{Live, Status};
use seatrial_model::Cause;

/// A workload that is not as desired: `message` says how far it is. Fails when a cause is fatal.
pub(crate) fn unready(live: Live<'_>, message: String, crashes: Crashes) -> Status {
    let Some(trouble) = first(live, crashes) else {
        return match activity(live) {
            Some(activity) => Status::in_progress(format!("{message}, {activity}")),
            None => Status::in_progress(message),
        };
    };
    match trouble.gravity {
        Gravity::Fatal => Status::failed(trouble.cause),
        Gravity::HoldsUp => {
            let message = format!("{message}, {}", trouble.cause.describe());
            Status { remedy: trouble.remedy, ..Status::held_up(message, trouble.cause) }
        }
    }
}

/// A workload whose controller gave up: for `cause`, unless its pods know better.
pub(crate) fn given_up(live: Live<'_>, cause: Cause, crashes: Crashes) -> Status {
    Status::failed(first(live, crashes).map_or(cause, |trouble| trouble.cause))
}

/// The first fatal cause, else the first cause: pods that could not be made, then pods, oldest first.
pub(crate) fn first(live: Live<'_>, crashes: Crashes) -> Option<Trouble> {
    let making = creation::trouble(live);
    let of_pods = pod::oldest_first(live.pods).into_iter().filter_map(|p| pod::trouble(p, live.events, crashes));
    // A Job counts its failed pods, a bare one has nobody who would replace it.
    let is_replaced = crashes == Crashes::AreFatal;
    let of_replaced = pod::oldest_first(live.pods).into_iter().rev().filter(|_| is_replaced).filter_map(pod::replaced);
    let mut all: Vec<Trouble> = making.into_iter().chain(of_pods).chain(of_replaced).collect();
    // A stable sort: the first of the worst, and among equals a pod that does not answer after one that did not get so far.
    all.sort_by_key(|trouble| (std::cmp::Reverse(trouble.weight()), runs(&trouble.cause)));
    all.into_iter().next()
}

/// Whether the cause is told of a container that runs.
fn runs(cause: &Cause) -> bool {
    matches!(cause.reason.as_str(), "Unhealthy" | "PodInitializing")
}

/// What a pod that is not ready is doing: `new pod web-7d9f-x2x4k pulling image`.
fn activity(live: Live<'_>) -> Option<String> {
    pod::oldest_first(live.pods).into_iter().find_map(|p| {
        let doing = pod::activity(p, live.events)?;
        Some(format!("new pod {} {doing}", text(p, &["metadata", "name"])?))
    })
}
