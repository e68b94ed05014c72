//! The last steps, once for the whole build: content hashes, references, what stays out, order, manifests.

use seatrial_model::{Finding, Manifest, Node, Origin, SetBy, ids};
use seatrial_yaml::{in_kustomize_order, kustomize_cannot_print};

use crate::accumulator::distinct;
use crate::content_hash::content_hash;
use crate::name_references::fix_references;
use crate::order::sort;
use crate::resource::{NameHash, Resource};
use crate::scalar::{Setter, Tag};
use crate::transformer_config::TransformerConfig;
use crate::{folded, metadata};

/// The manifests of a build.
pub(crate) fn finish(
    mut resources: Vec<Resource>,
    config: &TransformerConfig,
    sort_options: Option<&Node>,
    findings: &mut Vec<Finding>,
) -> Vec<Manifest> {
    for resource in resources.iter_mut().filter(|r| r.hash == NameHash::On) {
        append_hash(resource);
    }
    let mut resources = distinct(resources, findings);
    fix_references(&mut resources, &config.name_references, findings);
    resources.retain(|r| !is_local(r));
    sort(&mut resources, sort_options, findings);
    resources.into_iter().filter_map(|resource| manifest(resource, findings)).collect()
}

/// Appends the content hash to a name.
pub(crate) fn append_hash(resource: &mut Resource) {
    resource.store_previous_id();
    let hash = content_hash(resource.node());
    resource.edit(|node| {
        let Some(metadata) = node.get_mut("metadata") else { return };
        let Some(name) = metadata.get("name") else { return };
        // Another transformer may stand between; the generator named it first.
        let by = generator_of(&name.origin()).unwrap_or(SetBy::Generator("configMapGenerator"));
        let setter = Setter { by, span: name.span() };
        let hashed = format!("{}-{hash}", name.scalar_text().unwrap_or_default());
        setter.set_entry(metadata, "name", hashed, Tag::Untyped);
    });
}

fn generator_of(origin: &Origin) -> Option<SetBy> {
    let mut next = origin.over.clone();
    while let Some(over) = next {
        if matches!(over.by, SetBy::Generator(_)) {
            return Some(over.by.clone());
        }
        next = over.before.as_ref().and_then(|b| b.over.clone());
    }
    None
}

/// Configuration of local tools (kustomize: `config.kubernetes.io/local-config`).
fn is_local(resource: &Resource) -> bool {
    resource.annotation("config.kubernetes.io/local-config").is_some_and(|value| value != "false")
}

fn manifest(resource: Resource, findings: &mut Vec<Finding>) -> Option<Manifest> {
    let (span, name_span, id) = (resource.span, resource.name_span(), resource.object_id());
    let mut node = resource.into_node();
    metadata::rewrite(&mut node, "annotations");
    folded::reread_printed(&mut node);
    findings.extend(kustomize_cannot_print(&node).map(|finding| finding.with_object(&id)));
    let Some(mut manifest) = Manifest::from_node(in_kustomize_order(&node)) else {
        let message = "`apiVersion`, `kind` and `metadata.name` of an object must be strings";
        findings.push(Finding::new(ids::INVALID_OBJECT, name_span, message).with_object(&id));
        return None;
    };
    manifest.span = span;
    Some(manifest)
}
