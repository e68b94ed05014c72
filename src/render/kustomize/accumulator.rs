//! The resources gathered so far, in order, each identity once (kustomize: `resmap.resWrangler`).

use std::collections::HashMap;
use std::sync::Arc;

use seatrial_model::{Finding, Level, Span, ids};

use crate::field_spec::FieldError;
use crate::resource::{Id, Resource};
use crate::scalar::Setter;
use crate::transformer_config::TransformerConfig;
use crate::vars::Vars;

/// Resources of one kustomization while it is built.
#[derive(Debug)]
pub(crate) struct Accumulator {
    /// The fields that transformers touch, those of the bases included.
    pub(crate) config: Arc<TransformerConfig>,
    /// The vars, those of the bases included.
    pub(crate) vars: Vars,
    resources: Vec<Resource>,
    /// Where each present identity stands; `None` after a change.
    index: Option<HashMap<Id, usize>>,
    /// Where each identity stands, present or former; `None` after a change.
    any_index: Option<HashMap<Id, Vec<usize>>>,
    /// Where each name stands, present or former; `None` after a change.
    name_index: Option<HashMap<Arc<str>, Vec<usize>>>,
    /// Where the first thing is named that could not be read.
    unread: Option<Span>,
}

impl Default for Accumulator {
    fn default() -> Accumulator {
        Accumulator {
            config: TransformerConfig::empty(),
            vars: Vars::default(),
            resources: Vec::new(),
            index: None,
            any_index: None,
            name_index: None,
            unread: None,
        }
    }
}

impl Accumulator {
    pub(crate) fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// All of them, to change; identities are looked up anew afterwards.
    pub(crate) fn resources_mut(&mut self) -> &mut Vec<Resource> {
        self.forget();
        &mut self.resources
    }

    /// Changes one; identities are looked up anew only when it got another one.
    pub(crate) fn change(&mut self, position: usize, change: impl FnOnce(&mut Resource)) {
        let Some(resource) = self.resources.get_mut(position) else { return };
        let before: Vec<Id> = resource.any_ids().cloned().collect();
        change(resource);
        let is_same = before.last() == Some(resource.id())
            && resource.any_ids().all(|id| before.contains(id))
            && before.iter().all(|id| resource.any_ids().any(|now| now == id));
        if !is_same {
            self.forget();
        }
    }

    /// Identities are looked up anew.
    fn forget(&mut self) {
        self.index = None;
        self.any_index = None;
        self.name_index = None;
    }

    /// Positions of those that have the identity, now or before, in order.
    pub(crate) fn with_id(&mut self, id: &Id) -> &[usize] {
        let resources = &self.resources;
        let index = self.any_index.get_or_insert_with(|| {
            let mut index: HashMap<Id, Vec<usize>> = HashMap::with_capacity(resources.len());
            for (position, resource) in resources.iter().enumerate() {
                note(&mut index, resource, position);
            }
            index
        });
        index.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Positions of those that have the name, now or before, in order.
    pub(crate) fn with_name(&mut self, name: &str) -> &[usize] {
        let resources = &self.resources;
        let index = self.name_index.get_or_insert_with(|| {
            let mut index: HashMap<Arc<str>, Vec<usize>> = HashMap::with_capacity(resources.len());
            for (position, resource) in resources.iter().enumerate() {
                for id in resource.any_ids() {
                    let positions = index.entry(Arc::clone(&id.name)).or_default();
                    if positions.last() != Some(&position) {
                        positions.push(position);
                    }
                }
            }
            index
        });
        index.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Notes that what is named in `span` could not be read, so that resources are missing.
    pub(crate) fn note_unread(&mut self, span: Span) {
        self.unread.get_or_insert(span);
    }

    /// Where the first thing is named that could not be read.
    pub(crate) fn unread(&self) -> Option<Span> {
        self.unread
    }

    /// A finding about a resource that is not there. It follows from what could not be read, if there is such: then that is the error.
    pub(crate) fn absent(&self, finding: Finding) -> Finding {
        let Some(span) = self.unread else { return finding };
        finding.with_level(Level::Note).with_related(span, "this could not be read, and it may be in there")
    }

    /// Adds a resource; one with the identity of another is a finding and is left out.
    pub(crate) fn append(&mut self, resource: Resource, findings: &mut Vec<Finding>) {
        let resources = &self.resources;
        let index = self.index.get_or_insert_with(|| {
            resources.iter().enumerate().rev().map(|(position, r)| (r.id().clone(), position)).collect()
        });
        if let Some(first) = index.get(resource.id()).and_then(|position| resources.get(*position)) {
            findings.push(duplicate(&resource, first));
            return;
        }
        index.insert(resource.id().clone(), self.resources.len());
        if let Some(any) = &mut self.any_index {
            note(any, &resource, self.resources.len());
        }
        self.name_index = None;
        self.resources.push(resource);
    }

    /// Removes resources that have become equal in identity to an earlier one; each is a finding.
    pub(crate) fn drop_duplicates(&mut self, findings: &mut Vec<Finding>) {
        self.resources = distinct(std::mem::take(&mut self.resources), findings);
        self.forget();
    }

    /// Changes every resource's node; what cannot be set is a finding.
    pub(crate) fn transform(
        &mut self,
        setter: &Setter,
        field: &str,
        findings: &mut Vec<Finding>,
        mut change: impl FnMut(&mut Resource) -> Result<(), FieldError>,
    ) {
        for resource in self.resources_mut() {
            if let Err(error) = change(resource) {
                findings.push(unsettable(&error, resource, setter, field));
            }
        }
    }
}

/// The resources of different identities; one with the identity of an earlier one is a finding.
pub(crate) fn distinct(resources: Vec<Resource>, findings: &mut Vec<Finding>) -> Vec<Resource> {
    let mut seen: HashMap<Id, usize> = HashMap::with_capacity(resources.len());
    let mut kept: Vec<Resource> = Vec::with_capacity(resources.len());
    for resource in resources {
        if let Some(first) = seen.get(resource.id()).and_then(|position| kept.get(*position)) {
            findings.push(duplicate(&resource, first));
            continue;
        }
        seen.insert(resource.id().clone(), kept.len());
        kept.push(resource);
    }
    kept
}

/// Enters a resource under all its identities.
fn note(index: &mut HashMap<Id, Vec<usize>>, resource: &Resource, position: usize) {
    for id in resource.any_ids() {
        let positions = index.entry(id.clone()).or_default();
        if positions.last() != Some(&position) {
            positions.push(position);
        }
    }
}

fn duplicate(second: &Resource, first: &Resource) -> Finding {
    let message = format!("`{}` is there twice", second.id().describe());
    Finding::new(ids::DUPLICATE_OBJECT, second.name_span(), message)
        .with_related(first.name_span(), "it is here already")
        .with_object(&second.object_id())
        .with_help("rename one of the two, remove it, or patch the other instead")
}

fn unsettable(error: &FieldError, resource: &Resource, setter: &Setter, field: &str) -> Finding {
    let message = format!("`{field}` cannot be applied to `{}`: this {}", resource.id().describe(), error.message);
    Finding::new(ids::KUSTOMIZE, error.span, message)
        .with_related(setter.span, format!("`{field}` is set here"))
        .with_object(&resource.object_id())
}
