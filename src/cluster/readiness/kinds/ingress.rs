//! Ingress (Argo CD's rule; kstatus does not ask). There when its controller has published an address.

use seatrial_model::{Cause, Subject};
use serde_json::Value;

use crate::live::event::{is_about, message, newest, reason};
use crate::live::field::{clip, items, text};
use crate::{Live, Status};

pub(crate) fn status(live: Live<'_>) -> Status {
    let object = live.object;
    if !items(object, &["status", "loadBalancer", "ingress"]).is_empty() {
        return Status::current("has an address");
    }
    let waiting = match text(object, &["spec", "ingressClassName"]) {
        Some(class) => format!("waiting for an address from the controller of ingress class `{class}`"),
        None => "waiting for an address from its ingress controller".to_owned(),
    };
    let warning = |e: &Value| is_about(e, object, "Ingress") && text(e, &["type"]) == Some("Warning");
    let class = Subject::IngressClass(text(object, &["spec", "ingressClassName"]).map(str::to_owned));
    let Some(event) = newest(live.events, warning) else {
        return Status::held_up(waiting.clone(), Cause::of_object("NoAddress", waiting).about(class));
    };
    // What its controller says may be about anything in it.
    let cause = Cause::of_object(reason(event), clip(message(event)));
    Status::held_up(format!("{waiting}, {}", cause.text), cause)
}
