//! `postRenderers` of a HelmRelease: kustomize over what the chart made (helm-controller: `internal/postrender`).

use seatrial_kustomize::Builder;
use seatrial_model::{Entry, Finding, Manifest, Node, ObjectId};

use crate::flux_object::items;
use crate::kustomization::as_text;

/// Fields that a post-renderer may have.
const FIELDS: [&str; 4] = ["patches", "patchesStrategicMerge", "patchesJson6902", "images"];

/// What post-renderers change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    /// Objects of `crds/`: never.
    pub(crate) crds: &'a [ObjectId],
    /// Whether hooks are changed, too.
    pub(crate) with_hooks: bool,
}

/// Changes what a chart made by all post-renderers, one after the other.
pub(crate) fn post_render(
    release: &Manifest,
    manifests: Vec<Manifest>,
    scope: Scope<'_>,
    builder: &Builder,
    findings: &mut Vec<Finding>,
) -> Vec<Manifest> {
    let renderers = items(release, &["postRenderers"]);
    if renderers.is_empty() {
        return manifests;
    }
    let is_left = |manifest: &Manifest| scope.crds.contains(&manifest.id) || (!scope.with_hooks && is_hook(manifest));
    let (mut left, mut changed): (Vec<Manifest>, Vec<Manifest>) = manifests.into_iter().partition(is_left);
    for kustomize in renderers.iter().filter_map(|renderer| renderer.get("kustomize")) {
        let rendered = builder.transform(changed, fields(kustomize), kustomize.span());
        changed = rendered.manifests;
        findings.extend(rendered.findings);
    }
    left.append(&mut changed);
    left
}

fn fields(kustomize: &Node) -> Vec<Entry> {
    let entries = FIELDS.into_iter().filter_map(|field| kustomize.entry(field));
    let entry = |entry: &Entry| {
        let is_text = &*entry.key.text == "patchesStrategicMerge";
        let items = entry.value.items().iter().map(|item| match is_text {
            true => as_text(item),
            false => with_text(item),
        });
        Entry { key: entry.key.clone(), value: Node::sequence(items.collect(), entry.value.span()) }
    };
    entries.map(entry).collect()
}

/// Before v2, JSON patches were lists.
fn with_text(item: &Node) -> Node {
    let mut item = item.clone();
    if let Some(patch) = item.get("patch").filter(|patch| patch.scalar_text().is_none()) {
        let patch = as_text(patch);
        item.set("patch", patch);
    }
    item
}

fn is_hook(manifest: &Manifest) -> bool {
    manifest.node.at(&["metadata", "annotations", "helm.sh/hook"]).is_some()
}
