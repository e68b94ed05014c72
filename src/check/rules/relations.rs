//! What the rules about references between objects share: how sure they may be, which texts are known, and how they say it.

use seatrial_model::{Finding, Level, Manifest, Node, RuleId, Span, listed_in_backticks};
use seatrial_schema::nearest;

use crate::{Context, Objects, Pod, is_substitution, provenance, syntax};

/// Kinds whose objects stand for others that are not rendered here.
const RENDERED_ELSEWHERE: [(&str, &str); 6] = [
    ("helm.toolkit.fluxcd.io", "HelmRelease"),
    ("kustomize.toolkit.fluxcd.io", "Kustomization"),
    ("helm.cattle.io", "HelmChart"),
    ("argoproj.io", "Application"),
    ("argoproj.io", "ApplicationSet"),
    ("fleet.cattle.io", "GitRepo"),
];

/// What a rule may say about objects that all have to be in the environment: its own level where the whole environment was rendered,
/// else a note.
pub(crate) fn level(rule: RuleId, context: &Context<'_>) -> Level {
    if context.complete { rule.info().level } else { Level::Note }
}

/// The same for pods and workloads, which a Helm release or an Argo CD application may bring.
pub(crate) fn level_of_pods(rule: RuleId, objects: &Objects<'_>, context: &Context<'_>) -> Level {
    let may_bring = RENDERED_ELSEWHERE.iter().filter(|(_, kind)| !(context.walked && *kind == "Kustomization"));
    let is_partial = may_bring.into_iter().any(|(group, kind)| !objects.of_kind(group, kind).is_empty());
    if is_partial { Level::Note } else { level(rule, context) }
}

/// Those of a kind whose values can be read.
pub(crate) fn readable<'a>(
    objects: &Objects<'a>,
    group: &str,
    kind: &str,
) -> impl Iterator<Item = &'a Manifest> + use<'a> {
    let all: Vec<&'a Manifest> = objects.of_kind(group, kind).to_vec();
    all.into_iter().filter(|manifest| !manifest.is_sops_encrypted())
}

/// A text that is set and holds no substitution.
pub(crate) fn known(node: &Node) -> Option<&str> {
    node.as_str().filter(|text| !text.is_empty() && !is_substitution(text))
}

/// The name of a port. A number in quotes is not one, and what cannot be a name is refused as that.
pub(crate) fn port_name(node: &Node) -> Option<&str> {
    known(node).filter(|text| syntax::port_name(text).is_none())
}

/// A finding about a value, with who set it.
pub(crate) fn finding(rule: RuleId, value: &Node, manifest: &Manifest, field: String, message: String) -> Finding {
    let finding = Finding::new(rule, value.span(), message).with_object(&manifest.id).with_field(field);
    provenance::tell(finding, Some(value), manifest)
}

/// The key of a mapping, or what there is of it.
pub(crate) fn key_or(node: &Node, key: &str, otherwise: Span) -> Span {
    let first = || node.entries().first().map_or(otherwise, |entry| entry.key.span);
    node.entry(key).map_or_else(first, |entry| entry.key.span)
}

/// Names for a reader, the first few of them.
pub(crate) fn listed(names: &[&str]) -> String {
    const MOST: usize = 5;
    listed_in_backticks(names, MOST)
}

/// `did you mean …?` for a name that is known to be wrong: the nearest of the first hundred, and where it is written. Either may be the slip.
pub(crate) fn advise<'a>(
    finding: Finding,
    name: &str,
    candidates: impl IntoIterator<Item = (&'a str, Span)>,
) -> Finding {
    let candidates: Vec<(&str, Span)> = candidates.into_iter().take(100).collect();
    let Some(meant) = nearest(name, candidates.iter().map(|(name, _)| *name)) else { return finding };
    let place = candidates.iter().find(|(name, _)| *name == meant).map(|(_, place)| *place);
    let finding = finding.with_help(format!("did you mean `{meant}`?"));
    place.into_iter().fold(finding, |finding, place| finding.with_related(place, "this name is similar"))
}

/// Texts that are names, each with its place.
pub(crate) fn names<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> impl Iterator<Item = (&'a str, Span)> {
    nodes.into_iter().filter_map(|node| Some((node.scalar_text()?, node.span())))
}

/// Whether something will add containers to a pod when it is created: `sidecar.istio.io/inject`, `linkerd.io/inject` and their like.
pub(crate) fn is_injected(pod: &Pod<'_>) -> bool {
    let asks = |node: &Node| {
        node.entries().iter().any(|entry| {
            let value = entry.value.scalar_text().unwrap_or_default();
            entry.key.text.contains("inject") && !matches!(value, "false" | "disabled" | "")
        })
    };
    ["annotations", "labels"].iter().filter_map(|key| pod.template.at(&["metadata", key])).any(asks)
}
