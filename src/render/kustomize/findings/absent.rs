//! What is said of objects that are not there, where something could not be read that may contain them.

use seatrial_model::{Finding, Level, Span};

/// A finding about a resource that is not there. Where something could not be read (`unread` names it), it follows from that, which is the
/// error, and it is not told; as a note, where something near is there.
pub(crate) fn absent(finding: Finding, unread: Option<Span>) -> Option<Finding> {
    let Some(span) = unread else { return Some(finding) };
    let is_near = !finding.related.is_empty();
    let note = finding.with_level(Level::Note).with_related(span, "this could not be read and may contain it");
    Some(note).filter(|_| is_near)
}
