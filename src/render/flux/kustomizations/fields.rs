//! What a Kustomization adds to the kustomization of its directory, and to the objects that were built
//! (fluxcd/pkg: `kustomize/kustomize_generator.go`; kustomize-controller: `apply`).

use seatrial_kustomize::Additions;
use seatrial_model::{Entry, Manifest, Node, Origin, SetBy, Style, Text};
use seatrial_tree::{Tree, join};

use crate::objects::flux_object::{is_true, items, namespace, spec, text};

/// Fields that take the place of the kustomization's own: what they are called here, and there.
const SET: [(&str, &str); 4] = [
    ("targetNamespace", "namespace"),
    ("namePrefix", "namePrefix"),
    ("nameSuffix", "nameSuffix"),
    ("buildMetadata", "buildMetadata"),
];

/// What a Kustomization adds to the kustomization of its directory.
pub(crate) fn additions(kustomization: &Manifest, tree: &Tree, dir: &str) -> Additions {
    let mut additions = Additions::none(place(kustomization));
    for (own, field) in SET {
        let value = spec(kustomization, &[own])
            .filter(|value| !value.items().is_empty() || value.scalar_text().is_some_and(|t| !t.is_empty()));
        additions.set.extend(value.map(|value| Entry::new(Text::from_static(field), value.clone())));
    }
    append(&mut additions, "patches", items(kustomization, &["patches"]).to_vec(), kustomization);
    let is_there = |component: &&Node| {
        let path = component.scalar_text().and_then(|path| join(dir, path));
        path.is_some_and(|path| tree.exists(&path))
    };
    let components = items(kustomization, &["components"]).iter();
    let components = match is_true(kustomization, &["ignoreMissingComponents"]) {
        true => components.filter(is_there).cloned().collect(),
        false => components.cloned().collect(),
    };
    append(&mut additions, "components", components, kustomization);
    // Before v1, patches had two more fields, whose patches were no texts.
    let merges = items(kustomization, &["patchesStrategicMerge"]).iter().map(as_text).collect();
    append(&mut additions, "patchesStrategicMerge", merges, kustomization);
    let json = items(kustomization, &["patchesJson6902"]).iter().map(|entry| {
        let mut entry = entry.clone();
        if let Some(patch) = entry.get("patch").filter(|patch| patch.scalar_text().is_none()) {
            let patch = as_text(patch);
            entry.set("patch", patch);
        }
        entry
    });
    append(&mut additions, "patchesJson6902", json.collect(), kustomization);
    additions.images = items(kustomization, &["images"]).to_vec();
    additions
}

fn append(additions: &mut Additions, field: &'static str, items: Vec<Node>, kustomization: &Manifest) {
    if !items.is_empty() {
        let span = spec(kustomization, &[field]).map_or(kustomization.span, Node::span);
        additions.appended.push(Entry::new(Text::from_static(field), Node::sequence(items, span)));
    }
}

/// A patch that is YAML, as the text that kustomize takes.
pub(crate) fn as_text(node: &Node) -> Node {
    if node.scalar_text().is_some() {
        return node.clone();
    }
    let json = serde_json::to_string(&node.to_json()).unwrap_or_default();
    let mut text = Node::string(json, node.origin());
    text.set_style(Style::DoubleQuoted);
    text
}

/// Where a Kustomization says what it builds.
pub(crate) fn place(kustomization: &Manifest) -> seatrial_model::Span {
    spec(kustomization, &["path"]).map_or(kustomization.span, Node::span)
}

/// Labels and annotations that all objects get.
pub(crate) fn set_common_metadata(kustomization: &Manifest, manifest: &mut Manifest) {
    for field in ["labels", "annotations"] {
        let Some(common) = spec(kustomization, &["commonMetadata", field]).filter(|node| !node.entries().is_empty())
        else {
            continue;
        };
        let Some(metadata) = manifest.node.get_mut("metadata") else { continue };
        let mut own = metadata.get(field).filter(|own| own.is_mapping()).cloned();
        let own = own.get_or_insert_with(|| Node::mapping(Vec::new(), common.span()));
        for entry in common.entries() {
            let before = own.get(&entry.key.text).map(Node::origin);
            let mut value = entry.value.clone();
            value.set_origin(Origin::over(entry.value.span(), SetBy::Field("commonMetadata"), before));
            own.set(&entry.key.text, value);
        }
        metadata.set(field, own.clone());
    }
}

/// A cluster other than the one that Flux runs in: namespace and name of its kubeconfig.
pub(crate) type OtherCluster<'a> = (&'a str, &'a str);

/// The cluster that an object applies to, where that is not the one that it lives in.
pub(crate) fn other_cluster(of: &Manifest) -> Option<OtherCluster<'_>> {
    let secret = text(of, &["kubeConfig", "secretRef", "name"]);
    let name = secret.or_else(|| text(of, &["kubeConfig", "configMapRef", "name"]))?;
    Some((namespace(of), name))
}
