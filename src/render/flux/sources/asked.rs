//! What is said of files of other repositories is told in this one, at the line that asked for them: a Kustomization's path or source, or the
//! object that reads from there.

use std::collections::HashMap;

use seatrial_model::{Finding, Manifest, Node, ObjectId, Sources, Span};

use crate::objects::flux_object::FluxKind;

/// Owners above each other that are looked at.
const MOST_ABOVE: usize = 100;

/// Fields of a Kustomization that ask for files.
const OF_KUSTOMIZATION: [&[&str]; 2] = [&["spec", "path"], &["spec", "sourceRef", "name"]];

/// Fields of a HelmRelease that ask for a chart.
const OF_RELEASE: [&[&str]; 2] = [&["spec", "chart", "spec", "chart"], &["spec", "chartRef", "name"]];

/// Tells findings about objects in this repository, those that lie in it already apart; one about an object that is not among these stays
/// as it is.
pub fn tell_here(findings: &mut [Finding], manifests: &[Manifest], sources: &Sources) {
    if !findings.iter().any(|finding| sources.asked(finding.primary.span).is_some()) {
        return;
    }
    let mut known: HashMap<&ObjectId, &Manifest> = HashMap::new();
    for manifest in manifests {
        known.entry(&manifest.id).or_insert(manifest);
    }
    tell_with(findings, &|id| known.get(id).copied(), sources);
}

/// The same with objects as they are found by their identity.
pub(crate) fn tell_with<'a>(
    findings: &mut [Finding],
    find: &dyn Fn(&ObjectId) -> Option<&'a Manifest>,
    sources: &Sources,
) {
    tell_at(findings, sources, |finding| line_of(finding.object.as_ref().and_then(find)?, find, sources));
}

/// Tells findings about files of other repositories at lines of this one; one without a line stays as it is.
pub(crate) fn tell_at(findings: &mut [Finding], sources: &Sources, line: impl Fn(&Finding) -> Option<Span>) {
    for finding in findings.iter_mut().filter(|finding| sources.asked(finding.primary.span).is_some()) {
        if let Some(line) = line(finding) {
            *finding = finding.clone().told_at(line);
        }
    }
}

/// The line of this repository that an object stands at, or that asks for it.
pub(crate) fn line_of<'a>(
    object: &'a Manifest,
    find: &dyn Fn(&ObjectId) -> Option<&'a Manifest>,
    sources: &Sources,
) -> Option<Span> {
    let mut at = object;
    for _ in 0..MOST_ABOVE {
        if let Some(line) = own_line(at, sources) {
            return Some(line);
        }
        at = find(&at.owner.as_ref()?.0)?;
    }
    None
}

/// Where an object of this repository asks for what it reads.
fn own_line(object: &Manifest, sources: &Sources) -> Option<Span> {
    let asks = match FluxKind::of(&object.id) {
        Some(FluxKind::Kustomization) => OF_KUSTOMIZATION.as_slice(),
        Some(FluxKind::HelmRelease) => &OF_RELEASE,
        _ => &[],
    };
    let fields = asks.iter().chain(&[&["metadata", "name"] as &[&str]]);
    let spans = fields.filter_map(|field| object.node.at(field)).map(Node::span).chain([object.span]);
    spans.into_iter().find(|span| sources.asked(*span).is_none())
}
