//! Objects that are applied by two owners.

use std::collections::BTreeMap;

use seatrial_kubernetes::{Minor, Scope, scope};
use seatrial_model::{Finding, Level, Manifest, Node, ObjectId};

use crate::flux_object::has_variable;
use crate::ids;
use crate::kustomization::other_cluster;
use crate::objects::Objects;
use crate::unit::full_name;

/// What says that an object is not put back to what its owner has.
const SHARED: [(&str, &str); 3] = [
    ("kustomize.toolkit.fluxcd.io/ssa", "Merge"),
    ("kustomize.toolkit.fluxcd.io/ssa", "IfNotPresent"),
    ("kustomize.toolkit.fluxcd.io/ssa", "Ignore"),
];

/// Each object that several owners apply to one cluster.
pub(crate) fn check(objects: &Objects) -> Vec<Finding> {
    let mut applied: BTreeMap<(Option<&str>, &ObjectId), Vec<&Manifest>> = BTreeMap::new();
    for manifest in objects.all().iter().filter(|manifest| is_placed(manifest)) {
        let owner = manifest.owner.as_ref().and_then(|owner| objects.get(&owner.0));
        let cluster = owner.and_then(other_cluster);
        applied.entry((cluster, &manifest.id)).or_default().push(manifest);
    }
    let several = applied.into_values().filter(|all| all.len() > 1);
    several.flat_map(|all| told(&all)).collect()
}

/// Whether its namespace is known: two objects without one may end in two.
fn is_placed(manifest: &Manifest) -> bool {
    let ObjectId { group, kind, namespace, name } = &manifest.id;
    let is_known = match namespace {
        Some(namespace) => !has_variable(namespace),
        None => scope(Minor::DEFAULT, group, kind) == Some(Scope::Cluster),
    };
    is_known && !has_variable(name)
}

fn told(all: &[&Manifest]) -> Vec<Finding> {
    let Some((first, others)) = all.split_first() else { return Vec::new() };
    let others = others.iter().filter(|other| other.owner != first.owner && !is_shared(first) && !is_shared(other));
    let finding = |other: &&Manifest| {
        let name = |manifest: &Manifest| {
            manifest
                .owner
                .as_ref()
                .map_or_else(|| "the bootstrap".to_owned(), |owner| format!("`{}`", full_name(&owner.0)))
        };
        let is_same = first.node == other.node;
        let says = if is_same { "the same object" } else { "an object" };
        let message =
            format!("{says} is applied by {} and by {}: {}", name(first), name(other), other.id.kind_and_name());
        let level = if is_same { Level::Warning } else { Level::Error };
        let finding = Finding::new(ids::TWO_OWNERS, name_of(other), message).with_level(level).with_object(&other.id);
        finding.with_related(name_of(first), format!("{} has it, too", name(first)))
    };
    others.map(finding).collect()
}

fn name_of(manifest: &Manifest) -> seatrial_model::Span {
    manifest.node.at(&["metadata", "name"]).map_or(manifest.span, Node::span)
}

pub(crate) fn is_shared(manifest: &Manifest) -> bool {
    let value = |of: &str, key: &str| manifest.node.at(&["metadata", of, key]).and_then(Node::scalar_text);
    let says = |key: &str, wanted: &str| {
        ["labels", "annotations"]
            .iter()
            .any(|of| value(of, key).is_some_and(|value| value.eq_ignore_ascii_case(wanted)))
    };
    SHARED.iter().any(|(key, wanted)| says(key, wanted)) || says("kustomize.toolkit.fluxcd.io/reconcile", "disabled")
}
