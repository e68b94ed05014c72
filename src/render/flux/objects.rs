//! All objects that were found on the way, by their identity.

use std::collections::HashMap;

use seatrial_model::{Manifest, ObjectId};

/// Objects by identity; the first one counts.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    all: Vec<Manifest>,
    places: HashMap<ObjectId, usize>,
    names: HashMap<String, Vec<usize>>,
}

impl Objects {
    pub(crate) fn add(&mut self, manifest: Manifest) {
        let at = self.all.len();
        self.places.entry(manifest.id.clone()).or_insert(at);
        self.names.entry(manifest.id.name.clone()).or_default().push(at);
        self.all.push(manifest);
    }

    pub(crate) fn get(&self, id: &ObjectId) -> Option<&Manifest> {
        self.places.get(id).and_then(|at| self.all.get(*at))
    }

    /// Whether there is an object of a kind, whatever its group.
    pub(crate) fn has_kind_and_name(&self, kind: &str, namespace: Option<&str>, name: &str) -> bool {
        let named = self.names.get(name).into_iter().flatten().filter_map(|at| self.all.get(*at));
        let mut alike = named.filter(|manifest| manifest.id.namespace.as_deref() == namespace);
        alike.any(|manifest| manifest.id.kind == kind)
    }

    /// Objects of that name.
    pub(crate) fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Manifest> {
        self.names.get(name).into_iter().flatten().filter_map(|at| self.all.get(*at))
    }

    pub(crate) fn all(&self) -> &[Manifest] {
        &self.all
    }

    pub(crate) fn into_all(self) -> Vec<Manifest> {
        self.all
    }
}
