//! An object as its controller applies it: with the marks by which kustomize-controller, flux-operator or Helm knows what is its own.

use seatrial_model::{Entry, Manifest, Node, ObjectId, Origin, Owner, ReleasePart, ReleaseRole, SetBy, Text};

const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io";

/// The keys of the labels by which a controller knows its objects.
pub(crate) struct OwnerLabels {
    name: &'static str,
    namespace: &'static str,
}

/// Those of kustomize-controller.
const OF_KUSTOMIZATIONS: OwnerLabels =
    OwnerLabels { name: "kustomize.toolkit.fluxcd.io/name", namespace: "kustomize.toolkit.fluxcd.io/namespace" };

/// Those of flux-operator.
const OF_RESOURCE_SETS: OwnerLabels = OwnerLabels {
    name: "resourceset.fluxcd.controlplane.io/name",
    namespace: "resourceset.fluxcd.controlplane.io/namespace",
};

/// Those of helm-controller.
pub(crate) const OF_RELEASES: OwnerLabels =
    OwnerLabels { name: "helm.toolkit.fluxcd.io/name", namespace: "helm.toolkit.fluxcd.io/namespace" };

/// Makes it the object that the cluster gets. Hooks and what lies in `crds/` are not marked by Helm (helm: `setMetadataVisitor`).
pub fn mark_as_applied(manifest: &mut Manifest) {
    let Manifest { node, owner, release, .. } = manifest;
    if let Some(Owner(owner)) = owner
        && let Some(labels) = labels_of(owner)
    {
        set_owner_labels(node, labels, &owner.name, owner.namespace.as_deref().unwrap_or_default());
    }
    if let Some(ReleasePart { release, role: ReleaseRole::Tracked { .. } }) = release {
        set(node, "labels", &[("app.kubernetes.io/managed-by", "Helm")]);
        let (name, namespace) = (&*release.name, &*release.namespace);
        let owner = [("meta.helm.sh/release-name", name), ("meta.helm.sh/release-namespace", namespace)];
        set(node, "annotations", &owner);
    }
}

/// The labels by which an owner knows its objects.
fn labels_of(owner: &ObjectId) -> Option<&'static OwnerLabels> {
    match (owner.group.as_str(), owner.kind.as_str()) {
        (KUSTOMIZE, _) => Some(&OF_KUSTOMIZATIONS),
        ("fluxcd.controlplane.io", "ResourceSet") => Some(&OF_RESOURCE_SETS),
        _ => None,
    }
}

/// Sets the labels by which a controller knows its objects (fluxcd/pkg: `ssa.SetOwnerLabels`).
pub(crate) fn set_owner_labels(node: &mut Node, labels: &OwnerLabels, name: &str, namespace: &str) {
    let Some(metadata) = node.get_mut("metadata") else { return };
    let span = metadata.span();
    let own = metadata.get("labels").filter(|own| own.is_mapping());
    let mut pairs: Vec<Entry> = Vec::with_capacity(own.map_or(0, |own| own.entries().len()) + 2);
    pairs.extend(own.into_iter().flat_map(Node::entries).cloned());
    let origin = Origin::over(span, SetBy::Field("labels"), None);
    for (key, value) in [(labels.name, name), (labels.namespace, namespace)] {
        let value = Node::string(value, origin.clone());
        match pairs.iter_mut().find(|pair| pair.key.text == *key) {
            Some(pair) => pair.value = value,
            None => pairs.push(Entry::new(Text::from_static(key), value)),
        }
    }
    match metadata.get_mut("labels").filter(|own| own.is_mapping()) {
        Some(own) => own.set_entries(pairs),
        None => metadata.set("labels", Node::mapping(pairs, span)),
    }
}

fn set(node: &mut Node, field: &'static str, pairs: &[(&str, &str)]) {
    let Some(metadata) = node.get_mut("metadata") else { return };
    let span = metadata.span();
    let own = metadata.get(field).filter(|own| own.is_mapping()).cloned();
    let mut all = own.unwrap_or_else(|| Node::mapping(Vec::new(), span));
    for (key, value) in pairs {
        let before = all.get(key).map(Node::origin);
        if all.get(key).and_then(Node::scalar_text) != Some(value) {
            all.set(key, Node::string(*value, Origin::over(span, SetBy::Field(field), before)));
        }
    }
    metadata.set(field, all);
}
