//! A cause and how bad it is.

use crate::{Remedy, Status};
use seatrial_model::Cause;

/// How bad a cause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gravity {
    /// May end by itself: named while waiting.
    HoldsUp,
    /// Waiting does not help.
    Fatal,
}

/// A cause and how bad it is.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub(crate) gravity: Gravity,
    pub(crate) cause: Cause,
    /// What could mend it, where that is given a time.
    pub(crate) remedy: Option<Remedy>,
}

impl Trouble {
    pub(crate) fn fatal(cause: Cause) -> Trouble {
        Trouble { gravity: Gravity::Fatal, cause, remedy: None }
    }

    pub(crate) fn holds_up(cause: Cause) -> Trouble {
        Trouble { gravity: Gravity::HoldsUp, cause, remedy: None }
    }

    /// Holds up for as long as its remedy is given.
    pub(crate) fn until(remedy: Remedy, cause: Cause) -> Trouble {
        Trouble { gravity: Gravity::HoldsUp, cause, remedy: Some(remedy) }
    }

    /// The order of troubles: the worst last.
    pub(crate) fn weight(&self) -> (Gravity, bool) {
        (self.gravity, self.remedy.is_some())
    }

    /// The status of what is in this trouble, and has nothing else to tell.
    pub(crate) fn into_status(self) -> Status {
        match self.gravity {
            Gravity::Fatal => Status::failed(self.cause),
            Gravity::HoldsUp => Status { remedy: self.remedy, ..Status::held_up(self.cause.text.clone(), self.cause) },
        }
    }
}

/// Who decides what a crashing container means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crashes {
    /// Nobody ends a crash loop: the third crash fails.
    AreFatal,
    /// The controller counts failures itself (a Job's `backoffLimit`).
    AreCounted,
}
