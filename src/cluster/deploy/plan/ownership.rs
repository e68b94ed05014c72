//! Who else owns an object on the cluster: Flux, Argo CD or Helm.

use serde_json::Value;

/// Labels and annotations by which Flux, Argo CD and Helm know their objects: a copy must not carry them.
const OWNER_LABELS: [&str; 5] = [
    "kustomize.toolkit.fluxcd.io/name",
    "kustomize.toolkit.fluxcd.io/namespace",
    "helm.toolkit.fluxcd.io/name",
    "helm.toolkit.fluxcd.io/namespace",
    "argocd.argoproj.io/instance",
];
const OWNER_ANNOTATIONS: [&str; 4] = [
    "argocd.argoproj.io/tracking-id",
    "argocd.argoproj.io/installation-id",
    "meta.helm.sh/release-name",
    "meta.helm.sh/release-namespace",
];
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const INSTANCE: &str = "app.kubernetes.io/instance";
const TRACKING_ID: &str = "argocd.argoproj.io/tracking-id";

/// The owner, for a sentence: ``Flux Kustomization `flux-system/apps` ``.
pub(crate) fn foreign_owner(live: &Value) -> Option<String> {
    let label = |key: &str| text(live, "labels", key);
    let annotation = |key: &str| text(live, "annotations", key);
    let named = |what: &str, namespace: Option<&str>, name: &str| match namespace {
        Some(namespace) => format!("{what} `{namespace}/{name}`"),
        None => format!("{what} `{name}`"),
    };
    for (what, prefix) in [("Flux Kustomization", "kustomize"), ("Flux HelmRelease", "helm")] {
        if let Some(name) = label(&format!("{prefix}.toolkit.fluxcd.io/name")) {
            return Some(named(what, label(&format!("{prefix}.toolkit.fluxcd.io/namespace")), name));
        }
    }
    if let Some(tracking) = annotation(TRACKING_ID) {
        let application = tracking.split(':').next().unwrap_or(tracking);
        return Some(named("Argo CD Application", None, application));
    }
    let release = annotation("meta.helm.sh/release-name").filter(|_| label(MANAGED_BY) == Some("Helm"))?;
    Some(named("Helm release", annotation("meta.helm.sh/release-namespace"), release))
}

/// Takes the owners' labels and annotations off an object that is about to be a copy.
pub(crate) fn drop_owners(object: &mut Value) {
    let tracked = text(object, "annotations", TRACKING_ID).is_some();
    let by_helm = text(object, "labels", MANAGED_BY) == Some("Helm");
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    for (section, keys) in [("labels", OWNER_LABELS.as_slice()), ("annotations", OWNER_ANNOTATIONS.as_slice())] {
        let Some(map) = metadata.get_mut(section).and_then(Value::as_object_mut) else { continue };
        keys.iter().for_each(|key| drop(map.remove(*key)));
        if section == "labels" {
            // The label is common property; only beside Argo CD's annotation does it mark an owner.
            if tracked {
                map.remove(INSTANCE);
            }
            if by_helm {
                map.remove(MANAGED_BY);
            }
        }
        if map.is_empty() {
            metadata.remove(section);
        }
    }
}

fn text<'a>(object: &'a Value, section: &str, key: &str) -> Option<&'a str> {
    object.get("metadata")?.get(section)?.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_the_owner_and_takes_its_marks_off_a_copy() {
        let table = [
            (
                json!({"labels": {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system", "a": "b"}}),
                Some("Flux Kustomization `flux-system/apps`"),
                json!({"labels": {"a": "b"}}),
            ),
            (
                json!({"labels": {"helm.toolkit.fluxcd.io/name": "web", "app.kubernetes.io/managed-by": "Helm"}}),
                Some("Flux HelmRelease `web`"),
                json!({}),
            ),
            (
                json!({"labels": {"app.kubernetes.io/instance": "shop"}, "annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/web"}}),
                Some("Argo CD Application `shop`"),
                json!({}),
            ),
            (
                json!({"labels": {"app.kubernetes.io/managed-by": "Helm"}, "annotations": {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"}}),
                Some("Helm release `shop/web`"),
                json!({}),
            ),
            (
                json!({"labels": {"app.kubernetes.io/instance": "shop", "app.kubernetes.io/managed-by": "kustomize"}}),
                None,
                json!({"labels": {"app.kubernetes.io/instance": "shop", "app.kubernetes.io/managed-by": "kustomize"}}),
            ),
        ];
        for (metadata, owner, left) in table {
            let mut object = json!({ "metadata": metadata });
            assert_eq!(foreign_owner(&object).as_deref(), owner);
            drop_owners(&mut object);
            assert_eq!(object["metadata"], left, "{owner:?}");
        }
    }
}
