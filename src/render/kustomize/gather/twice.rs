//! What is said of objects that come in twice from the same place, as through two bases.

use seatrial_model::{Finding, Span};

use crate::findings::ids;

/// Objects that come in a second time from where they stand are at fault where they are named, all of them together.
pub(crate) fn say_once_what_comes_twice(findings: &mut Vec<Finding>, first: usize, entry: Span) {
    let from_one_place = |f: &Finding| {
        f.rule == ids::DUPLICATE_OBJECT && f.related.first().is_some_and(|label| label.span == f.primary.span)
    };
    let (again, others): (Vec<Finding>, Vec<Finding>) =
        findings.split_off(first.min(findings.len())).into_iter().partition(from_one_place);
    findings.extend(others);
    let Some((one, more)) = again.split_first() else { return };
    let name = one.object.as_ref().map(ToString::to_string).unwrap_or_default();
    let message = match more.len() {
        0 => format!("`{name}` is included a second time here"),
        1 => format!("`{name}` and one more object are included a second time here"),
        more => format!("`{name}` and {more} more objects are included a second time here"),
    };
    let finding = Finding::new(ids::DUPLICATE_OBJECT, entry, message).with_related(one.primary.span, "the object");
    let help = "remove one of the entries; if both bases need it, include it in a kustomization above them";
    findings.push(finding.with_help(help));
}
