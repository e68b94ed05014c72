//! Objects that are applied by two owners.

use std::collections::BTreeMap;

use seatrial_kubernetes::{Minor, Scope, scope};
use seatrial_model::{Finding, Level, Manifest, ObjectId, ReleaseRole};

use crate::kustomizations::fields::{OtherCluster, other_cluster};
use crate::objects::flux_object::{full_name, has_variable};
use crate::objects::found::Objects;
use crate::objects::ids;
use crate::objects::shared::is_shared;

/// How many further owners are named.
const NAMED: usize = 3;

/// Each object that several owners apply to one cluster.
pub(crate) fn check(objects: &Objects) -> Vec<Finding> {
    let mut applied: BTreeMap<(Option<OtherCluster<'_>>, &ObjectId), Vec<&Manifest>> = BTreeMap::new();
    let repeated = objects.all().iter().filter(|manifest| objects.is_repeated(&manifest.id));
    for manifest in repeated.filter(|manifest| is_placed(manifest)) {
        let owner = manifest.owner.as_ref().and_then(|owner| objects.get(&owner.0));
        let cluster = owner.and_then(other_cluster);
        applied.entry((cluster, &manifest.id)).or_default().push(manifest);
    }
    let several = applied.into_values().filter(|all| all.len() > 1);
    several.flat_map(|all| told(&all, objects)).collect()
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

/// Once for all that differ from the first one's, and once for all that are the same.
fn told(all: &[&Manifest], objects: &Objects) -> Vec<Finding> {
    let Some((first, others)) = all.split_first() else { return Vec::new() };
    let others =
        others.iter().filter(|other| other.owner != first.owner && ![first, other].iter().any(|one| is_left(one)));
    let (same, different): (Vec<&Manifest>, Vec<&Manifest>) = others.partition(|other| other.node == first.node);
    let different = finding(first, &different, "an object", objects);
    let same = finding(first, &same, "the same object", objects).map(|finding| finding.with_level(Level::Warning));
    different.into_iter().chain(same).collect()
}

/// That others apply an object, too; at the first of them.
fn finding(first: &Manifest, others: &[&Manifest], what: &str, objects: &Objects) -> Option<Finding> {
    let other = others.first()?;
    let mut by: Vec<String> = others.iter().map(|other| owner_of(other)).collect();
    if by.len() > NAMED {
        by.truncate(1);
        by.push(format!("{} others", others.len() - 1));
    }
    let last = by.pop()?;
    let before: String = by.iter().map(|name| format!(", by {name}")).collect();
    let message =
        format!("{what} is applied by {}{before} and by {last}: {}", owner_of(first), other.id.kind_and_name());
    let place = other.name_span();
    let finding = Finding::new(ids::TWO_OWNERS, place, message).with_object(&other.id);
    // One file may serve them all: then who applies it tells them apart.
    let whole = |manifest: &Manifest| match manifest.owner.as_ref().and_then(|owner| objects.get(&owner.0)) {
        Some(owner) if manifest.name_span() == place => crate::kustomizations::fields::place(owner),
        _ => manifest.name_span(),
    };
    let finding = finding.with_related(whole(first), format!("{} has it, too", owner_of(first)));
    let further = others.iter().skip(1).take(NAMED - 1);
    Some(
        further.fold(finding, |finding, other| {
            finding.with_related(whole(other), format!("{} has it, too", owner_of(other)))
        }),
    )
}

/// Whoever applies an object.
fn owner_of(manifest: &Manifest) -> String {
    manifest.owner.as_ref().map_or_else(|| "the bootstrap".to_owned(), |owner| format!("`{}`", full_name(&owner.0)))
}

/// Whether whoever applies it leaves what another has made of it.
fn is_left(manifest: &Manifest) -> bool {
    let role = manifest.release.as_ref().map(|part| &part.role);
    is_shared(manifest) || matches!(role, Some(ReleaseRole::Definition { is_replaced: false }))
}
