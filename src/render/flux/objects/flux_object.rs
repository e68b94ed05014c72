//! How Flux's own objects are read: which kind an object is, and a few fields that all of them have.

use seatrial_model::{Manifest, Node, ObjectId};

/// A kind of Flux that the walk knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FluxKind {
    Kustomization,
    HelmRelease,
    /// `GitRepository`, `OCIRepository`, `Bucket`, `HelmRepository`, `HelmChart`, `ExternalArtifact`.
    Source,
    ArtifactGenerator,
    /// `ImageRepository`, `ImagePolicy`, `ImageUpdateAutomation`.
    Image,
    /// `Alert`, `Provider`, `Receiver`.
    Notification,
    /// `ResourceSet`, `ResourceSetInputProvider`.
    ResourceSet,
    FluxInstance,
}

impl FluxKind {
    /// What an object is, whatever its version; `None` for what is not Flux's.
    pub(crate) fn of(id: &ObjectId) -> Option<FluxKind> {
        let kind = match (id.group.as_str(), id.kind.as_str()) {
            ("kustomize.toolkit.fluxcd.io", "Kustomization") => FluxKind::Kustomization,
            ("helm.toolkit.fluxcd.io", "HelmRelease") => FluxKind::HelmRelease,
            ("source.toolkit.fluxcd.io", _) => FluxKind::Source,
            ("source.extensions.fluxcd.io", "ArtifactGenerator") => FluxKind::ArtifactGenerator,
            ("image.toolkit.fluxcd.io", _) => FluxKind::Image,
            ("notification.toolkit.fluxcd.io", _) => FluxKind::Notification,
            ("fluxcd.controlplane.io", "FluxInstance") => FluxKind::FluxInstance,
            ("fluxcd.controlplane.io", "ResourceSet" | "ResourceSetInputProvider") => FluxKind::ResourceSet,
            _ => return None,
        };
        Some(kind)
    }
}

/// A field of `spec`.
pub(crate) fn spec<'a>(manifest: &'a Manifest, path: &[&str]) -> Option<&'a Node> {
    manifest.node.get("spec")?.at(path).filter(|node| !node.is_null())
}

/// A text of `spec`; empty ones count as none.
pub(crate) fn text<'a>(manifest: &'a Manifest, path: &[&str]) -> Option<&'a str> {
    spec(manifest, path)?.scalar_text().filter(|text| !text.is_empty())
}

/// Whether a field of `spec` is true.
pub(crate) fn is_true(manifest: &Manifest, path: &[&str]) -> bool {
    spec(manifest, path).and_then(Node::as_bool) == Some(true)
}

/// The items of a list of `spec`.
pub(crate) fn items<'a>(manifest: &'a Manifest, path: &[&str]) -> &'a [Node] {
    spec(manifest, path).map(Node::items).unwrap_or_default()
}

/// The namespace that references without one lead into.
pub(crate) fn namespace(manifest: &Manifest) -> &str {
    manifest.id.namespace.as_deref().unwrap_or_default()
}

/// The annotation by which flux-operator does not reconcile an object, where it is `disabled`.
pub(crate) const RECONCILE: &str = "fluxcd.controlplane.io/reconcile";

/// The annotation by which flux-operator fills a ConfigMap or Secret with the data of another one.
pub(crate) const COPY_FROM: &str = "fluxcd.controlplane.io/copyFrom";

/// The annotation by which it fills a ConfigMap with parts of a kubeconfig.
const CONVERTED_FROM: &str = "fluxcd.controlplane.io/convertKubeConfigFrom";

/// Whether an object has data that only the cluster knows: flux-operator copies it from what is not in Git.
pub(crate) fn is_filled_in_cluster(object: &Manifest) -> bool {
    let has = |name: &str| object.node.at(&["metadata", "annotations", name]).is_some();
    let has_data = || ["data", "stringData", "binaryData"].iter().any(|field| object.node.get(field).is_some());
    has(CONVERTED_FROM) || (has(COPY_FROM) && !has_data())
}

/// Whether a text holds a variable that was not filled in.
pub(crate) fn has_variable(text: &str) -> bool {
    text.contains("${")
}

/// Whether a value, or one that lies in it, stands for one that only the cluster knows.
pub(crate) fn holds_variable(values: &Node) -> bool {
    values.scalar_text().is_some_and(has_variable)
        || values.entries().iter().any(|entry| holds_variable(&entry.value))
        || values.items().iter().any(holds_variable)
}

/// `flux-system/platform`.
pub(crate) fn full_name(id: &ObjectId) -> String {
    match &id.namespace {
        Some(namespace) if !namespace.is_empty() => format!("{namespace}/{}", id.name),
        _ => id.name.clone(),
    }
}

/// Whether an object of Flux does not reconcile: of flux-operator, an annotation says it.
pub(crate) fn is_suspended(object: &Manifest) -> bool {
    let annotation = || object.node.at(&["metadata", "annotations", RECONCILE]);
    let by_annotation = || annotation().and_then(Node::scalar_text) == Some("disabled");
    is_true(object, &["suspend"]) || (object.id.group == "fluxcd.controlplane.io" && by_annotation())
}
