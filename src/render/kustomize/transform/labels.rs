//! `labels`, `commonLabels` and `commonAnnotations` (kustomize: `LabelTransformer`, `AnnotationsTransformer`).

use std::sync::Arc;

use seatrial_model::{Entry, Finding, Node};

use crate::fields::config::TransformerConfig;
use crate::fields::spec;
use crate::fields::spec::{Conflict, Created, FieldError, FieldSpec, Leaf, merge_all, merge_one};
use crate::gather::accumulator::Accumulator;
use crate::values::scalar::{Setter, Tag};
use crate::values::shared::Changes;

/// An entry of `labels`.
pub(crate) fn set_labels(resources: &mut Accumulator, label: &Node, findings: &mut Vec<Finding>) {
    let Some(pairs) = label.get("pairs") else { return };
    match specs_of(label, &resources.config) {
        Ok(specs) => set_pairs(resources, "labels", pairs, &specs, findings),
        Err(conflict) => findings.push(conflict.finding(label.span()).with_field("labels")),
    }
}

fn specs_of(label: &Node, config: &TransformerConfig) -> Result<Vec<FieldSpec>, Box<Conflict>> {
    let is_set = |name| label.get(name).and_then(Node::as_bool) == Some(true);
    let mut specs = label.get("fields").map(spec::specs_of).unwrap_or_default();
    merge_all(&mut specs, &config.labels)?;
    if is_set("includeSelectors") {
        merge_all(&mut specs, &config.common_labels)?;
        return Ok(specs);
    }
    if is_set("includeTemplates") {
        merge_all(&mut specs, &config.template_labels)?;
    }
    merge_one(&mut specs, &FieldSpec::new("", "", "", "metadata/labels", true))?;
    Ok(specs)
}

/// Sets keys of the mappings that the specifications lead to, in the order of the keys.
pub(crate) fn set_pairs(
    resources: &mut Accumulator,
    field: &'static str,
    pairs: &Node,
    specs: &[FieldSpec],
    findings: &mut Vec<Finding>,
) {
    let mut sorted: Vec<&Entry> = pairs.entries().iter().collect();
    sorted.sort_by(|a, b| a.key.text.cmp(&b.key.text));
    // The keys differ, so that no change follows from another one.
    let mut all_changes: Vec<Changes> = Vec::new();
    for entry in sorted {
        let mut position = 0;
        let setter = Setter::field(field, entry.value.span(), &resources.budget);
        let key = &*entry.key.text;
        let text = entry.value.scalar_text().unwrap_or_default();
        resources.transform(&setter, field, findings, |resource| {
            let gvk = resource.id().gvk.clone();
            let own = specs.iter().filter(|s| s.selects(&gvk));
            let mut created = 0;
            let mut shared = std::mem::take(&mut resource.shared);
            let mut changes = Changes::default();
            let result = resource.edit(|node| {
                for spec in own {
                    let set = &mut |map: &mut Node| {
                        let before = map.get(key).cloned();
                        created += usize::from(map.is_mapping() && before.is_none());
                        set_pair(map, key, text, &setter)?;
                        if let (Some(before), Some(after)) = (before, map.get(key)) {
                            changes.note(&before, after, &shared);
                        }
                        Ok(())
                    };
                    spec.visit(node, Leaf::Mapping, &Created::by(&setter), set)?;
                }
                Ok(())
            });
            if result.is_ok() && !changes.is_empty() {
                all_changes.resize_with(all_changes.len().max(position + 1), Changes::default);
                all_changes.get_mut(position).into_iter().for_each(|all| all.extend(std::mem::take(&mut changes)));
            }
            position += 1;
            if created > 1 {
                shared.insert(setter.origin());
            }
            resource.shared = shared;
            result
        });
    }
    let budget = Arc::clone(&resources.budget);
    for (position, changes) in all_changes.into_iter().enumerate().filter(|(_, changes)| !changes.is_empty()) {
        if let Some(resource) = resources.resources_mut().get_mut(position) {
            if !budget.look_at(resource.values, pairs.span()) {
                return;
            }
            let mut shared = std::mem::take(&mut resource.shared);
            resource.edit(|node| changes.spread(node, &mut shared, &budget));
            resource.shared = shared;
        }
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
