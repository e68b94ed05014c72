//! PersistentVolumeClaim. Corrected: a claim that waits for its first consumer is as far as it can be.

use serde_json::Value;

use crate::event::{is_about, message, newest, reason};
use crate::field::{clip, text};
use crate::{Cause, Live, Status};

pub(crate) fn status(live: Live<'_>) -> Status {
    let object = live.object;
    match text(object, &["status", "phase"]) {
        Some("Bound") => return Status::current("bound"),
        Some("Lost") => return Status::failed(Cause::of_object("Lost", "its volume was lost")),
        _ => {}
    }
    let own = |e: &Value| is_about(e, object, "PersistentVolumeClaim");
    let Some(event) = newest(live.events, own) else { return Status::in_progress("not bound yet") };
    match reason(event) {
        "WaitForFirstConsumer" => Status::current("waiting for its first consumer"),
        "ProvisioningFailed" | "FailedBinding" => {
            let cause = Cause::of_object(reason(event), clip(message(event)));
            Status::held_up(format!("not bound yet, {}", cause.text), cause)
        }
        _ => Status::in_progress("not bound yet"),
    }
}
