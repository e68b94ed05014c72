//! Flux's sources: GitRepository, OCIRepository, Bucket, HelmChart, ExternalArtifact, and HelmRepository of an index.
//!
//! A fetch is tried again with growing pauses and without an end, and what is missing may be about to be pushed, so that it fails only
//! when it has lasted: `FetchFailed` is true since the first attempt that failed, `Ready` is false since the last one.
//! A wrong address, which no attempt will mend, has `Stalled`.

use jiff::Timestamp;
use seatrial_model::Cause;
use serde_json::Value;

use crate::kinds::flux::{self, Reading};
use crate::live::condition::{Condition, true_condition};
use crate::live::event::LASTING;
use crate::live::field::text;
use crate::status::trouble::Trouble;
use crate::{Live, Status};

const READING: Reading = Reading { done, failing, stalled: |_, stalled| flux::cause(stalled), before };

pub(crate) fn status(live: Live<'_>) -> Status {
    flux::status(live, &READING)
}

fn done(object: &Value) -> String {
    match text(object, &["status", "artifact", "revision"]) {
        Some(revision) => format!("fetched {revision}"),
        None => "ready".to_owned(),
    }
}

fn failing(live: Live<'_>, ready: &Condition<'_>) -> Trouble {
    let first = true_condition(live.object, "FetchFailed").and_then(|c| time(c.since));
    let lasted = match (first, time(ready.since)) {
        (Some(first), Some(last)) => last.duration_since(first) >= LASTING,
        _ => false,
    };
    let cause = flux::cause(ready);
    if lasted { Trouble::fatal(cause) } else { Trouble::holds_up(cause) }
}

fn time(stamp: Option<&str>) -> Option<Timestamp> {
    stamp?.parse().ok()
}

fn before(object: &Value) -> Option<Cause> {
    flux::newest(object, "FetchFailed").filter(Condition::is_true).map(|c| flux::cause(&c))
}
