//! Objects that are built only in part, because something that should have changed them could not be read or applied: what is wrong with
//! them may follow from that.

use seatrial_model::{Built, Finding, Level, Node, Span};

use crate::gather::accumulator::Accumulator;
use crate::gather::selector::Selector;
use crate::objects::id::Id;

/// Notes that a patch or a replacement for what `target` selects failed; without a target it may have been for any object.
pub(crate) fn those_selected(target: Option<&Node>, place: Span, resources: &mut Accumulator) {
    match target.and_then(|target| Selector::read(target, &mut Vec::new())) {
        Some(selector) => resources.note_built(Built::InPart, place, |resource| selector.matches(resource)),
        None => perhaps_any(place, resources),
    }
}

/// Notes that something failed that may have been for any object.
pub(crate) fn perhaps_any(place: Span, resources: &mut Accumulator) {
    resources.note_built(Built::PerhapsInPart, place, |_| true);
}

/// Notes that a patch fits nothing: an object of that kind or of that name was perhaps meant.
pub(crate) fn those_like(wanted: &Id, place: Span, resources: &mut Accumulator) {
    resources.note_built(Built::PerhapsInPart, place, |resource| {
        resource.any_ids().any(|id| id.gvk.kind == wanted.gvk.kind || id.name == wanted.name)
    });
}

/// Whether one of the findings from the given one on is an error.
pub(crate) fn has_errors_since(findings: &[Finding], first: usize) -> bool {
    findings.iter().skip(first).any(|finding| finding.level == Level::Error)
}
