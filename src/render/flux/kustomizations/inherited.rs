//! Patches that were themselves patched in: a root's patch may give every Kustomization a patch of its own.

use seatrial_kustomize::{Additions, PATCH_TARGET};
use seatrial_model::{Finding, Level, Node, SetBy, Span};

/// A patch that was itself patched in is made for many Kustomizations, and not each of them has all that it patches.
pub(crate) fn leave_out_what_is_for_others(additions: &Additions, findings: &mut Vec<Finding>) {
    let patches = additions.appended.iter().filter(|entry| entry.key.text.starts_with("patches"));
    let inherited = patches.flat_map(|entry| entry.value.items());
    let inherited: Vec<Span> = inherited.filter(|patch| is_patched_in(patch)).map(whole).collect();
    let lies_in =
        |span: Span, patch: &Span| patch.file == span.file && patch.start <= span.start && span.end <= patch.end;
    findings.retain(|finding| {
        finding.rule != PATCH_TARGET
            || finding.level == Level::Error
            || !inherited.iter().any(|patch| lies_in(finding.primary.span, patch))
    });
}

fn is_patched_in(node: &Node) -> bool {
    let is_set = |node: &Node| node.origin().over.is_some_and(|over| over.by == SetBy::Patch);
    is_set(node)
        || node.entries().iter().any(|entry| is_patched_in(&entry.value))
        || node.items().iter().any(is_patched_in)
}

/// From the first to the last place of a node.
fn whole(node: &Node) -> Span {
    let within = node.entries().iter().map(|entry| whole(&entry.value)).chain(node.items().iter().map(whole));
    within.fold(node.span(), Span::to)
}
