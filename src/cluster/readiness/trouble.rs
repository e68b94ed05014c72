//! What a workload's pods, and the making of them, say about why it is not ready.

use serde_json::Value;

use crate::field::text;
use crate::{Cause, Live, Remedy, Status, creation, pod};

/// How bad a cause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gravity {
    /// May end by itself: named while waiting.
    HoldsUp,
    /// Waiting does not help.
    Fatal,
}

/// A cause and how bad it is.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub(crate) gravity: Gravity,
    pub(crate) cause: Cause,
    /// What could mend it, where that is given a time.
    remedy: Option<Remedy>,
}

impl Trouble {
    pub(crate) fn fatal(cause: Cause) -> Trouble {
        Trouble { gravity: Gravity::Fatal, cause, remedy: None }
    }

    pub(crate) fn holds_up(cause: Cause) -> Trouble {
        Trouble { gravity: Gravity::HoldsUp, cause, remedy: None }
    }

    /// Holds up for as long as its remedy is given.
    pub(crate) fn until(remedy: Remedy, cause: Cause) -> Trouble {
        Trouble { gravity: Gravity::HoldsUp, cause, remedy: Some(remedy) }
    }

    /// The order of troubles: the worst last.
    pub(crate) fn weight(&self) -> (Gravity, bool) {
        (self.gravity, self.remedy.is_some())
    }

    /// The status of what is in this trouble, and has nothing else to tell.
    pub(crate) fn into_status(self) -> Status {
        match self.gravity {
            Gravity::Fatal => Status::failed(self.cause),
            Gravity::HoldsUp => Status { remedy: self.remedy, ..Status::held_up(self.cause.text.clone(), self.cause) },
        }
    }
}

/// Who decides what a crashing container means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crashes {
    /// Nobody ends a crash loop: the third crash fails.
    AreFatal,
    /// The controller counts failures itself (a Job's `backoffLimit`).
    AreCounted,
}

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
    let of_pods = oldest_first(live.pods).into_iter().filter_map(|p| pod::trouble(p, live.events, crashes));
    // A Job counts its failed pods, a bare one has nobody who would replace it.
    let is_replaced = crashes == Crashes::AreFatal;
    let of_replaced = oldest_first(live.pods).into_iter().rev().filter(|_| is_replaced).filter_map(pod::replaced);
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
    oldest_first(live.pods).into_iter().find_map(|p| {
        let doing = pod::activity(p, live.events)?;
        Some(format!("new pod {} {doing}", text(p, &["metadata", "name"])?))
    })
}

/// Pods that count: not the ones that are on their way out.
pub(crate) fn oldest_first(pods: &[Value]) -> Vec<&Value> {
    let mut counting: Vec<&Value> =
        pods.iter().filter(|p| text(p, &["metadata", "deletionTimestamp"]).is_none()).collect();
    counting.sort_by_key(|p| (text(p, &["metadata", "creationTimestamp"]), text(p, &["metadata", "name"])));
    counting
}
