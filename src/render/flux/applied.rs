//! An object as its controller applies it: with the marks by which kustomize-controller, flux-operator or Helm knows what is its own.

use seatrial_model::{Manifest, Node, ObjectId, Origin, Owner, ReleasePart, ReleaseRole, SetBy};

use crate::unit::set_owner_labels;

const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io";

/// The object that the cluster gets. Hooks and what lies in `crds/` are not marked by Helm (helm: `setMetadataVisitor`).
#[must_use]
pub fn as_applied(manifest: &Manifest) -> Node {
    let mut node = manifest.node.clone();
    if let Some(Owner(owner)) = &manifest.owner
        && let Some(group) = group_of_labels(owner)
    {
        set_owner_labels(&mut node, group, &owner.name, owner.namespace.as_deref().unwrap_or_default());
    }
    if let Some(ReleasePart { release, role: ReleaseRole::Tracked { .. } }) = &manifest.release {
        set(&mut node, "labels", &[("app.kubernetes.io/managed-by", "Helm")]);
        let (name, namespace) = (&*release.name, &*release.namespace);
        let owner = [("meta.helm.sh/release-name", name), ("meta.helm.sh/release-namespace", namespace)];
        set(&mut node, "annotations", &owner);
    }
    node
}

/// What the labels begin with by which an owner knows its objects.
fn group_of_labels(owner: &ObjectId) -> Option<&'static str> {
    match (owner.group.as_str(), owner.kind.as_str()) {
        (KUSTOMIZE, _) => Some(KUSTOMIZE),
        ("fluxcd.controlplane.io", "ResourceSet") => Some("resourceset.fluxcd.controlplane.io"),
        _ => None,
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
