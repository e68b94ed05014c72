//! The namespace transformer (kustomize: `filters/namespace`).

use seatrial_model::{Finding, Node};

use crate::accumulator::Accumulator;
use crate::field_spec::{FieldError, Leaf};
use crate::field_specs::NAMESPACES;
use crate::resource::Resource;
use crate::scalar::{Setter, Tag};

/// Moves everything that has a namespace into the one that `value` names.
pub(crate) fn set_namespace(resources: &mut Accumulator, value: &Node, findings: &mut Vec<Finding>) {
    let Some(namespace) = value.as_str().filter(|n| !n.is_empty()) else { return };
    let setter = Setter::field("namespace", value.span());
    resources.transform(&setter, "namespace", findings, |resource| {
        resource.store_previous_id();
        move_one(resource, namespace, &setter)
    });
    resources.drop_duplicates(findings);
}

fn move_one(resource: &mut Resource, namespace: &str, setter: &Setter) -> Result<(), FieldError> {
    let gvk = resource.id().gvk.clone();
    let cluster_scoped = resource.id().is_cluster_scoped();
    resource.edit(|node| {
        if !cluster_scoped {
            set_metadata_namespace(node, namespace, setter);
        }
        if &*gvk.kind == "RoleBinding" || &*gvk.kind == "ClusterRoleBinding" {
            set_default_subjects(node, namespace, setter);
        }
        for spec in NAMESPACES.iter().filter(|s| s.selects(&gvk)) {
            // The name of a Namespace follows only in the core group.
            let is_name = spec.path.last().is_some_and(|p| p == "name");
            if is_name && gvk.api_version() != "v1" {
                continue;
            }
            spec.visit(node, Leaf::Scalar, &setter.origin(), &mut |field| set_scalar(field, namespace, setter))?;
        }
        Ok(())
    })
}

fn set_metadata_namespace(node: &mut Node, namespace: &str, setter: &Setter) {
    if node.get("metadata").is_none_or(Node::is_null) {
        node.set("metadata", Node::mapping(Vec::new(), setter.origin()));
    }
    if let Some(metadata) = node.get_mut("metadata") {
        setter.set_entry(metadata, "namespace", namespace, Tag::String);
    }
}

/// Subjects called `default` follow; other service accounts follow with their references.
fn set_default_subjects(node: &mut Node, namespace: &str, setter: &Setter) {
    let is_default = |s: &Node| s.get("name").and_then(Node::scalar_text) == Some("default");
    if !node.get("subjects").is_some_and(|s| s.items().iter().any(is_default)) {
        return;
    }
    let Some(subjects) = node.get_mut("subjects") else { return };
    for subject in subjects.items_mut().iter_mut().filter(|s| is_default(s)) {
        setter.set_entry(subject, "namespace", namespace, Tag::String);
    }
}

fn set_scalar(field: &mut Node, text: &str, setter: &Setter) -> Result<(), FieldError> {
    if field.scalar_text().is_none() {
        return Err(FieldError { span: field.span(), message: format!("is {}, not a string", field.describe()) });
    }
    *field = setter.replace(Some(field), text, Tag::String);
    Ok(())
}
