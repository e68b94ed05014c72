//! The last steps, once for the whole build: content hashes, references, what stays out, order, manifests.

use std::sync::Arc;

use seatrial_model::{Finding, Level, Manifest, Node, Origin, SetBy, ids};
use seatrial_yaml::{into_kustomize_order, kustomize_cannot_print};

use crate::build_metadata::wanted::Wanted;
use crate::finish::content_hash::content_hash;
use crate::finish::name_references::fix_references;
use crate::gather::accumulator::{Accumulator, distinct};
use crate::objects::id::written_namespace;
use crate::objects::order::sort;
use crate::objects::resource::{NameHash, Resource};
use crate::values::folded;
use crate::values::metadata;
use crate::values::scalar::{Setter, Tag};
use crate::vars::resolution::resolve;

/// The manifests of a build. Its resources are taken where nobody else needs them.
pub(crate) fn finish(
    built: &mut Accumulator,
    sort_options: Option<&Node>,
    wanted: Wanted,
    findings: &mut Vec<Finding>,
) -> Vec<Manifest> {
    let mut resources = std::mem::take(built.resources_mut());
    let config = &built.config;
    // What others may have built as a base is theirs, too.
    let budget = Arc::new(built.budget.continued());
    for resource in resources.iter_mut().filter(|r| r.hash == NameHash::On) {
        append_hash(resource);
    }
    let mut resources = distinct(resources, findings);
    fix_references(&mut resources, config, &budget, findings);
    resolve(&mut resources, &built.vars, &config.var_reference, built.unread(), &budget, findings);
    resources.retain(|r| !is_local(r));
    sort(&mut resources, sort_options, findings);
    let resources = wanted.label(resources, &budget, findings);
    if budget.is_exceeded() {
        findings.extend(budget.finding());
        return Vec::new();
    }
    resources.into_iter().map(|resource| manifest(resource, wanted, findings)).collect()
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
        let setter = Setter::free(by, name.span());
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

fn manifest(resource: Resource, wanted: Wanted, findings: &mut Vec<Finding>) -> Manifest {
    let (span, built, id) = (resource.span, resource.built, resource.id().clone());
    let mut node = resource.into_node();
    wanted.strip(&mut node);
    metadata::rewrite(&mut node, "annotations");
    folded::reread_printed(&mut node);
    let object_id = |node: &Node| id.object_id(written_namespace(node));
    findings.extend(kustomize_cannot_print(&node).map(|finding| finding.with_object(&object_id(&node))));
    if node.get("metadata").is_none() {
        node.set("metadata", Node::mapping(Vec::new(), span));
    }
    findings.extend(not_applicable(&node).map(|finding| finding.with_object(&object_id(&node))));
    let node = into_kustomize_order(node);
    match Manifest::from_node(node.clone()) {
        Some(manifest) => Manifest { span, built, ..manifest },
        None => {
            let (version, id) = (id.gvk.version.to_string(), object_id(&node));
            Manifest { id, version, node, owner: None, release: None, span, built }
        }
    }
}

/// Why an object that kustomize prints cannot be applied.
fn not_applicable(node: &Node) -> Option<Finding> {
    let fields: [&[&str]; 3] = [&["apiVersion"], &["kind"], &["metadata", "name"]];
    let is_text = |value: Option<&Node>| value.and_then(Node::as_str).is_some_and(|text| !text.is_empty());
    let field = fields.into_iter().find(|path| !is_text(node.at(path)))?;
    let (name, value) = (field.join("."), node.at(field).filter(|value| !value.is_null() && value.as_str().is_none()));
    let wrong = match value {
        Some(value) => format!("`{name}` is {}, not a string", value.describe()),
        None => format!("the object has no `{name}`"),
    };
    let message = format!("{wrong}: kustomize prints it anyway, but no cluster accepts it");
    let start = node.entries().first().map_or(node.span(), |entry| entry.key.span);
    // kustomize's own examples leave it out, and the checks refuse the kind then.
    let level = if field == ["apiVersion"] { Level::Warning } else { Level::Error };
    Some(Finding::new(ids::INVALID_OBJECT, value.map_or(start, Node::span), message).with_level(level))
}
