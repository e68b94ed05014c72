//! CustomResourceDefinition (cli-utils: `pkg/kstatus/status/core.go` `crdConditions`).

use crate::live::condition::{cause, condition, true_condition};
use crate::{Live, Status};

pub(crate) fn status(live: Live<'_>) -> Status {
    let object = live.object;
    if true_condition(object, "Terminating").is_some() {
        return Status::terminating("is being deleted");
    }
    if let Some(refused) = condition(object, "NamesAccepted").filter(|c| c.is_false()) {
        return Status::failed(cause(&refused, "NamesNotAccepted", "its names are not accepted"));
    }
    match condition(object, "Established") {
        Some(established) if established.is_true() => Status::current("established"),
        Some(refused) if refused.is_false() && refused.reason != "Installing" => {
            Status::failed(cause(&refused, "NotEstablished", "cannot be established"))
        }
        _ => Status::in_progress("being installed"),
    }
}
