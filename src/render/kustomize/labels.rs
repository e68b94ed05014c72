//! `labels`, `commonLabels` and `commonAnnotations` (kustomize: `LabelTransformer`, `AnnotationsTransformer`).

use seatrial_model::{Entry, Finding, Node, ids};

use crate::accumulator::Accumulator;
use crate::field_spec::{FieldError, FieldSpec, Leaf, merge_one};
use crate::field_specs::{COMMON_ANNOTATIONS, COMMON_LABELS, TEMPLATE_LABELS};
use crate::scalar::{Setter, Tag};

/// An entry of `labels`.
pub(crate) fn set_labels(resources: &mut Accumulator, label: &Node, findings: &mut Vec<Finding>) {
    let Some(pairs) = label.get("pairs") else { return };
    match specs_of(label) {
        Ok(specs) => set_pairs(resources, "labels", pairs, &specs, findings),
        Err(message) => findings.push(Finding::new(ids::KUSTOMIZE, label.span(), message).with_field("labels")),
    }
}

/// `commonLabels`.
pub(crate) fn set_common_labels(resources: &mut Accumulator, pairs: &Node, findings: &mut Vec<Finding>) {
    set_pairs(resources, "commonLabels", pairs, &COMMON_LABELS, findings);
}

/// `commonAnnotations`.
pub(crate) fn set_common_annotations(resources: &mut Accumulator, pairs: &Node, findings: &mut Vec<Finding>) {
    set_pairs(resources, "commonAnnotations", pairs, &COMMON_ANNOTATIONS, findings);
}

fn specs_of(label: &Node) -> Result<Vec<FieldSpec>, String> {
    let is_set = |name| label.get(name).and_then(Node::as_bool) == Some(true);
    let text = |node: &Node, name: &str| node.get(name).and_then(Node::as_str).unwrap_or_default().to_owned();
    let own = label.get("fields").map(Node::items).unwrap_or_default().iter();
    let mut specs: Vec<FieldSpec> = own
        .map(|f| {
            let create = f.get("create").and_then(Node::as_bool) == Some(true);
            FieldSpec::new(&text(f, "group"), &text(f, "version"), &text(f, "kind"), &text(f, "path"), create)
        })
        .collect();
    if is_set("includeSelectors") {
        COMMON_LABELS.iter().try_for_each(|spec| merge_one(&mut specs, spec))?;
        return Ok(specs);
    }
    if is_set("includeTemplates") {
        TEMPLATE_LABELS.iter().try_for_each(|spec| merge_one(&mut specs, spec))?;
    }
    merge_one(&mut specs, &FieldSpec::new("", "", "", "metadata/labels", true))?;
    Ok(specs)
}

fn set_pairs(
    resources: &mut Accumulator,
    field: &'static str,
    pairs: &Node,
    specs: &[FieldSpec],
    findings: &mut Vec<Finding>,
) {
    let mut sorted: Vec<&Entry> = pairs.entries().iter().collect();
    sorted.sort_by(|a, b| a.key.text.cmp(&b.key.text));
    for entry in sorted {
        let setter = Setter::field(field, entry.value.span());
        let text = entry.value.scalar_text().unwrap_or_default();
        resources.transform(&setter, field, findings, |resource| {
            let gvk = resource.id().gvk.clone();
            let own = specs.iter().filter(|s| s.selects(&gvk));
            resource.edit(|node| {
                for spec in own {
                    let set = &mut |map: &mut Node| set_pair(map, &entry.key.text, text, &setter);
                    spec.visit(node, Leaf::Mapping, &setter.origin(), set)?;
                }
                Ok(())
            })
        });
    }
}

fn set_pair(map: &mut Node, key: &str, text: &str, setter: &Setter) -> Result<(), FieldError> {
    if map.is_null() {
        return Ok(());
    }
    if !map.is_mapping() {
        return Err(FieldError { span: map.span(), message: format!("is {}, not a mapping", map.describe()) });
    }
    setter.set_entry(map, key, text, Tag::String);
    Ok(())
}
