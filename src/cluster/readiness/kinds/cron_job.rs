//! CronJob: there; what its Jobs do is not a part of a rollout.

use crate::live::field::is_true;
use crate::{Live, Status};

pub(crate) fn status(live: Live<'_>) -> Status {
    Status::current(if is_true(live.object, &["spec", "suspend"]) { "suspended" } else { "scheduled" })
}
