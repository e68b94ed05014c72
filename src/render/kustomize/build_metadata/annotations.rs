//! The two annotations that objects carry while a build notes where they come from.

use seatrial_model::{Entry, Finding, Node, Origin, SetBy, Span};

use crate::findings::ids;
use crate::objects::resource::Resource;
use crate::values::shared::Shared;

/// Where an object comes from (kustomize: `OriginAnnotationKey`).
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";

/// Who transformed it (kustomize: `TransformerAnnotationKey`).
pub(crate) const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// The field.
pub(crate) const FIELD: &str = "buildMetadata";

/// Sets an annotation; the map is made where there is none.
pub(crate) fn annotate(object: &mut Node, key: &str, text: String, place: Span) {
    let origin = Origin::over(place, SetBy::Field(FIELD), None);
    let Some(metadata) = object.get_mut("metadata") else { return };
    if metadata.get("annotations").is_none_or(Node::is_null) {
        metadata.set("annotations", Node::mapping(Vec::new(), origin.clone()));
    }
    if let Some(annotations) = metadata.get_mut("annotations") {
        annotations.set(key, Node::string(text, origin));
    }
}

/// What an annotation notes. One that a file or a patch brought may be none of kustomize's, at which it fails.
pub(crate) fn read_annotation(
    resource: &Resource,
    key: &str,
    read: impl Fn(&str) -> Result<String, String>,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let annotation = resource.node().at(&["metadata", "annotations", key])?;
    let text = annotation.scalar_text().unwrap_or_default();
    if annotation.origin().over.is_some_and(|over| over.by == SetBy::Field(FIELD)) {
        return Some(text.to_owned());
    }
    match read(text) {
        Ok(text) => Some(text),
        Err(why) => {
            let message = format!("`{}` cannot have the annotation `{key}`: {why}", resource.id().describe());
            let finding = Finding::new(ids::KUSTOMIZE, annotation.span(), message).with_object(&resource.object_id());
            findings.push(finding.with_help(format!("leave it to `{FIELD}`")));
            None
        }
    }
}

/// Makes annotations values of their own, where they are one with values elsewhere (see `values/shared`).
pub(crate) fn unshare(object: &mut Node, shared: &Shared) {
    let is_shared = |e: &Entry| shared.contains(&e.value.origin());
    let annotations = object.at(&["metadata", "annotations"]).map(Node::entries).unwrap_or_default();
    if shared.is_empty() || !annotations.iter().any(is_shared) {
        return;
    }
    let annotations = object.get_mut("metadata").and_then(|m| m.get_mut("annotations"));
    for entry in annotations.map(Node::entries_mut).unwrap_or_default().iter_mut().filter(|e| is_shared(e)) {
        let origin = entry.value.origin();
        if let Some(by) = origin.over.as_ref().map(|over| over.by.clone()) {
            entry.value.set_origin(Origin::over(origin.span, by, Some(origin)));
        }
    }
}

/// The origin that an object had before another was merged into it (kustomize: `resWrangler.appendReplaceOrMerge`).
pub(crate) fn keep_origin(old: &Node, merged: &mut Node) {
    let Some(origin) = old.at(&["metadata", "annotations", ORIGIN]) else { return };
    if let Some(annotations) = merged.get_mut("metadata").and_then(|m| m.get_mut("annotations")) {
        annotations.set(ORIGIN, origin.clone());
    }
}
