//! Service. Corrected: a load balancer is there when it has an address, not when it has a cluster IP.

use seatrial_model::{Cause, Subject};

use crate::live::event::{is_about, message, newest, reason};
use crate::live::field::{clip, items, text};
use crate::{Live, Status};

pub(crate) fn status(live: Live<'_>) -> Status {
    let object = live.object;
    let kind = text(object, &["spec", "type"]).unwrap_or("ClusterIP");
    if kind != "LoadBalancer" {
        return Status::current("exists");
    }
    if !items(object, &["status", "loadBalancer", "ingress"]).is_empty() {
        return Status::current("load balancer has an address");
    }
    let message_text = "waiting for the load balancer's address";
    let failing = |e: &serde_json::Value| is_about(e, object, "Service") && reason(e) == "SyncLoadBalancerFailed";
    match newest(live.events, failing) {
        Some(event) => {
            let cause = Cause::of_object("SyncLoadBalancerFailed", clip(message(event))).about(Subject::ServiceType);
            Status::held_up(format!("{message_text}, {}", cause.text), cause)
        }
        None => Status::held_up(message_text, Cause::of_object("NoAddress", message_text).about(Subject::ServiceType)),
    }
}
