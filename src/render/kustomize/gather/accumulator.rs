//! The resources gathered so far, in order, each identity once (kustomize: `resmap.resWrangler`).

use std::collections::hash_map::Entry;
use std::sync::Arc;

use seatrial_model::{Built, Finding, Needed, QuickMap, QuickSet, Span};

use crate::fields::config::TransformerConfig;
use crate::fields::spec::FieldError;
use crate::findings::absent::absent;
use crate::findings::ids;
use crate::objects::id::Id;
use crate::objects::resource::Resource;
use crate::values::budget::Budget;
use crate::values::scalar::Setter;
use crate::values::size::Size;
use crate::vars::gathered::Vars;

/// Resources of one kustomization while it is built.
#[derive(Clone, Debug)]
pub(crate) struct Accumulator {
    /// The fields that transformers touch, those of the bases included.
    pub(crate) config: Arc<TransformerConfig>,
    /// The vars, those of the bases included.
    pub(crate) vars: Vars,
    /// What this kustomization and all that it includes has used and may use.
    pub(crate) budget: Arc<Budget>,
    /// Charts that are not here, those of the bases included.
    pub(crate) needed: Vec<Needed>,
    /// The documents and files of which anything has come in.
    documents: QuickSet<Span>,
    resources: Vec<Resource>,
    /// Where each present identity stands; `None` after a change.
    index: Option<QuickMap<Id, usize>>,
    /// Where each identity stands, present or former; `None` after a change.
    any_index: Option<QuickMap<Id, Vec<usize>>>,
    /// Where each name stands, present or former; `None` after a change.
    name_index: Option<QuickMap<Arc<str>, Vec<usize>>>,
    /// Where the first thing is named that could not be read.
    unread: Option<Span>,
}

impl Default for Accumulator {
    fn default() -> Accumulator {
        Accumulator {
            config: TransformerConfig::empty(),
            vars: Vars::default(),
            budget: Arc::default(),
            needed: Vec::new(),
            documents: QuickSet::default(),
            resources: Vec::new(),
            index: None,
            any_index: None,
            name_index: None,
            unread: None,
        }
    }
}

impl Accumulator {
    /// One without anything, whose growth is charged to a budget.
    pub(crate) fn under(budget: &Arc<Budget>) -> Accumulator {
        Accumulator { budget: Arc::clone(budget), ..Accumulator::default() }
    }

    /// One without anything that is filled for this one: what has come in here does not come in for the first time there.
    pub(crate) fn lend(&mut self) -> Accumulator {
        let documents = std::mem::take(&mut self.documents);
        Accumulator { documents, ..Accumulator::under(&self.budget) }
    }

    /// Ends that.
    pub(crate) fn take_back(&mut self, lent: &mut Accumulator) {
        self.documents = std::mem::take(&mut lent.documents);
    }

    /// Something of that size that is written in `document` comes in by way of `place`. What of it costs nothing, as it is the first time.
    pub(crate) fn admit(&mut self, document: Span, size: Size, place: Span) -> Size {
        if self.documents.insert(document) {
            return self.budget.read(size, document, place);
        }
        self.budget.grow(size, place);
        Size::default()
    }

    /// All resources of a base come in by way of `place`; whether they may.
    pub(crate) fn admit_base(&mut self, base: &Accumulator, place: Span) -> bool {
        self.budget.take_over(&base.budget, place);
        self.needed.extend_from_slice(&base.needed);
        for resource in &base.resources {
            if self.documents.insert(resource.span) {
                self.budget.own(resource.free);
            } else {
                self.budget.grow(resource.written, place);
            }
        }
        !self.budget.is_exceeded()
    }

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
        let grown = self.budget.grown_values();
        change(resource);
        resource.values += self.budget.grown_values() - grown;
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

    /// Positions of those that have the identity, now or before, in order; `place` asks for them.
    pub(crate) fn with_id(&mut self, id: &Id, place: Span) -> &[usize] {
        let (resources, budget) = (&self.resources, &self.budget);
        let index = self.any_index.get_or_insert_with(|| {
            budget.look_at(resources.len(), place);
            let mut index: QuickMap<Id, Vec<usize>> = QuickMap::default();
            for (position, resource) in resources.iter().enumerate() {
                note(&mut index, resource, position);
            }
            index
        });
        index.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Positions of those that have the name, now or before, in order; `place` asks for them.
    pub(crate) fn with_name(&mut self, name: &str, place: Span) -> &[usize] {
        let (resources, budget) = (&self.resources, &self.budget);
        let index = self.name_index.get_or_insert_with(|| {
            budget.look_at(resources.len(), place);
            let mut index: QuickMap<Arc<str>, Vec<usize>> = QuickMap::default();
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

    /// A finding about a resource that is not there, as far as it is told.
    pub(crate) fn absent(&self, finding: Finding) -> Option<Finding> {
        absent(finding, self.unread)
    }

    /// Notes of those that are meant that not all of what should have made them could be applied; `place` asks for it.
    pub(crate) fn note_built(&mut self, built: Built, place: Span, is_meant: impl Fn(&Resource) -> bool) {
        if !self.budget.look_at(self.resources.len(), place) {
            return;
        }
        for resource in self.resources.iter_mut().filter(|resource| is_meant(resource)) {
            resource.built = resource.built.max(built);
        }
    }

    /// Adds a resource; one with the identity of another is a finding and is left out.
    pub(crate) fn append(&mut self, resource: Resource, findings: &mut Vec<Finding>) {
        let resources = &self.resources;
        let index = self.index.get_or_insert_with(|| {
            resources.iter().enumerate().rev().map(|(position, r)| (r.id().clone(), position)).collect()
        });
        match index.entry(resource.id().clone()) {
            Entry::Vacant(place) => drop(place.insert(resources.len())),
            Entry::Occupied(place) => {
                findings.extend(resources.get(*place.get()).map(|first| duplicate(&resource, first)));
                return;
            }
        }
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
        let budget = Arc::clone(&self.budget);
        for resource in self.resources_mut() {
            let grown = budget.grown_values();
            if !budget.look_at(1, setter.span) {
                return;
            }
            if let Err(error) = change(resource) {
                findings.push(unsettable(&error, resource, setter, field));
                budget.find(1, error.span);
            }
            resource.values += budget.grown_values() - grown;
        }
    }
}

/// The resources of different identities; one with the identity of an earlier one is a finding.
pub(crate) fn distinct(resources: Vec<Resource>, findings: &mut Vec<Finding>) -> Vec<Resource> {
    let mut ids: QuickSet<&Id> = QuickSet::default();
    ids.reserve(resources.len());
    if resources.iter().all(|resource| ids.insert(resource.id())) {
        return resources;
    }
    let mut seen: QuickMap<Id, usize> = QuickMap::default();
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
pub(crate) fn note(index: &mut QuickMap<Id, Vec<usize>>, resource: &Resource, position: usize) {
    for id in resource.any_ids() {
        let positions = index.entry(id.clone()).or_default();
        if positions.last() != Some(&position) {
            positions.push(position);
        }
    }
}

fn duplicate(second: &Resource, first: &Resource) -> Finding {
    let message = format!("`{}` is defined twice", second.id().describe());
    Finding::new(ids::DUPLICATE_OBJECT, second.name_span(), message)
        .with_related(first.name_span(), "it is first defined here")
        .with_object(&second.object_id())
        .with_help("rename one of the two, remove it, or patch the other instead")
}

fn unsettable(error: &FieldError, resource: &Resource, setter: &Setter, field: &str) -> Finding {
    let message = format!("`{field}` cannot be applied to `{}`: this {}", resource.id().describe(), error.message);
    Finding::new(ids::KUSTOMIZE, error.span, message)
        .with_related(setter.span, format!("`{field}` is set here"))
        .with_object(&resource.object_id())
}
