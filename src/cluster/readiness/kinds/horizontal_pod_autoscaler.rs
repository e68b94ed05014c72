//! HorizontalPodAutoscaler (kstatus does not ask). Its controller looks at it every 15 seconds and needs about a minute of metrics;
//! what it scales has a status of its own. So it is not waited for, unless it says that what it should scale is not there: that is in its
//! manifest. Missing metrics are told, not waited for: a cluster without a metrics server is not a fault of the change.

use seatrial_model::Subject;

use crate::live::condition::{self, condition};
use crate::live::field::clip;
use crate::{Live, Remedy, Status};

pub(crate) fn status(live: Live<'_>) -> Status {
    let of = |kind| condition(live.object, kind).filter(|c| c.is_false());
    if let Some(unable) = of("AbleToScale") {
        let cause = condition::cause(&unable, "FailedGetScale", "cannot scale");
        if unable.reason != "FailedGetScale" {
            return Status::held_up(cause.text.clone(), cause);
        }
        // What it should scale may have come after it; it looks again after a while.
        let cause = cause.about(Subject::PodField("spec.scaleTargetRef.name".to_owned()));
        return Status { remedy: Some(Remedy::Unknown), ..Status::held_up(cause.text.clone(), cause) };
    }
    match of("ScalingActive") {
        Some(idle) if idle.reason == "ScalingDisabled" => Status::current("exists, its target has no replicas"),
        Some(idle) => Status::current(format!("exists, does not scale: {}", clip(idle.message))),
        None => Status::current("exists"),
    }
}
