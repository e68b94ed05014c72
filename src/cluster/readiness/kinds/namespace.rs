//! Namespace: there, or on its way out.

use crate::live::field::text;
use crate::{Live, Status};

pub(crate) fn status(live: Live<'_>) -> Status {
    match text(live.object, &["status", "phase"]) {
        Some("Terminating") => Status::terminating("is being deleted"),
        _ => Status::current("exists"),
    }
}
