//! APIService (Argo CD's rule; kstatus does not ask). One that is not available also keeps every namespace from being deleted.

use crate::live::condition::{NOT_SEEN, cause, condition};
use crate::{Live, Status};

pub(crate) fn status(live: Live<'_>) -> Status {
    let Some(available) = condition(live.object, "Available") else { return Status::in_progress(NOT_SEEN) };
    if available.is_true() {
        return Status::current("available");
    }
    // Its pods may be starting.
    let cause = cause(&available, "NotAvailable", "not available");
    Status::held_up(format!("not available: {}", cause.text), cause)
}
