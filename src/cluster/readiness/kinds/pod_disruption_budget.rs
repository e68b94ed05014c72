//! PodDisruptionBudget: there; how much it allows is told.

use crate::live::field::count;
use crate::{Live, Status};
use seatrial_model::counted;

pub(crate) fn status(live: Live<'_>) -> Status {
    let [allowed, healthy, wanted] =
        ["disruptionsAllowed", "currentHealthy", "desiredHealthy"].map(|key| count(live.object, key));
    match (allowed, wanted) {
        (0, 0) => Status::current("exists"),
        (0, _) => Status::current(format!("allows no disruption, {healthy} of {} healthy", counted(wanted, "pod"))),
        (allowed, _) => Status::current(format!("allows {}", counted(allowed, "disruption"))),
    }
}
