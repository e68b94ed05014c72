//! All objects that were found on the way, by their identity.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashSet};

use seatrial_model::{Finding, Manifest, ObjectId, QuickMap, nearest_of_few};

/// Objects by identity; the first one counts.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    all: Vec<Manifest>,
    places: QuickMap<ObjectId, usize>,
    names: QuickMap<String, Vec<usize>>,
    /// Those that came more than once.
    repeated: HashSet<ObjectId>,
    /// What controllers make in the cluster: it is there, and it is not applied.
    implied: BTreeMap<ObjectId, Manifest>,
}

impl Objects {
    pub(crate) fn add(&mut self, manifest: Manifest) {
        let at = self.all.len();
        match self.places.entry(manifest.id.clone()) {
            Entry::Vacant(place) => drop(place.insert(at)),
            Entry::Occupied(known) => drop(self.repeated.insert(known.key().clone())),
        }
        self.names.entry(manifest.id.name.clone()).or_default().push(at);
        self.all.push(manifest);
    }

    /// Notes what a controller makes.
    pub(crate) fn imply(&mut self, manifest: Manifest) {
        self.implied.entry(manifest.id.clone()).or_insert(manifest);
    }

    pub(crate) fn get(&self, id: &ObjectId) -> Option<&Manifest> {
        self.places.get(id).and_then(|at| self.all.get(*at)).or_else(|| self.implied.get(id))
    }

    /// What controllers make.
    pub(crate) fn implied(&self) -> impl Iterator<Item = &Manifest> {
        self.implied.values()
    }

    /// Whether an object is applied, not made by a controller.
    pub(crate) fn is_applied(&self, id: &ObjectId) -> bool {
        self.places.contains_key(id)
    }

    /// Whether an object came more than once.
    pub(crate) fn is_repeated(&self, id: &ObjectId) -> bool {
        !self.repeated.is_empty() && self.repeated.contains(id)
    }

    /// Names of all objects of a kind, sorted.
    pub(crate) fn names_of<'a>(&'a self, kind: &str) -> Vec<&'a str> {
        let all = self.all.iter().map(|manifest| &manifest.id).chain(self.implied.keys());
        let mut names: Vec<&str> = all.filter(|id| id.kind == kind).map(|id| id.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Adds to a finding about a name that nothing has which one was perhaps meant: the slip may be in either.
    pub(crate) fn advise(&self, finding: Finding, kind: &str, name: &str) -> Finding {
        let Some(near) = nearest_of_few(name, self.names_of(kind)) else { return finding };
        let finding = finding.with_help(format!("did you mean `{near}`?"));
        match self.named(near).find(|manifest| manifest.id.kind == kind) {
            Some(object) => finding.with_related(object.name_span(), "this name is similar"),
            None => finding,
        }
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
