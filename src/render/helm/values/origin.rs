//! Where a value came from that replaced another.

use seatrial_model::{Contribution, Origin, SetBy};

/// The origin of a value that came from `origin` and was put over one that came from `before`. What made the value itself stands beside.
pub(crate) fn replacing(origin: &Origin, by: &SetBy, before: Origin) -> Origin {
    let own = origin.over.as_ref().map(|over| Contribution { by: over.by.clone(), origin: origin.clone() });
    Origin::over(origin.span, by.clone(), Some(before)).with_beside(own.into_iter().collect())
}
