//! Both sides of a change, and how its rules look at them: the objects that differ, and the pods among them.

use std::cell::OnceCell;

use seatrial_kubernetes::Minor;
use seatrial_model::{Action, Manifest, ObjectId, QuickMap, ReleaseRole, Rendered};
use seatrial_rules::Objects;

use crate::{Diff, Document, ObjectDiff};

/// What leads from the base to the head.
#[derive(Debug)]
pub struct Transition<'a> {
    /// What differs.
    pub diff: &'a Diff,
    /// What was there.
    pub base: Side<'a>,
    /// What will be there.
    pub head: Side<'a>,
    /// The Kubernetes minor.
    pub minor: Minor,
    /// Namespaces of what is new, by group, kind and name.
    created: OnceCell<QuickMap<GroupKindName<'a>, Option<&'a str>>>,
}

type GroupKindName<'a> = (&'a str, &'a str, &'a str);

/// One side of it.
#[derive(Debug)]
pub struct Side<'a> {
    /// What was rendered.
    pub rendered: &'a Rendered,
    /// Its objects, indexed.
    pub objects: Objects<'a>,
}

impl<'a> Side<'a> {
    fn new(rendered: &'a Rendered) -> Side<'a> {
        Side { rendered, objects: Objects::new(&rendered.manifests) }
    }

    /// The object of an identity.
    #[must_use]
    pub fn get(&self, id: &ObjectId) -> Option<&'a Manifest> {
        self.objects.find(&id.group, &id.kind, id.namespace.as_deref(), &id.name)
    }

    /// The object that a document is; the identity is where to look first.
    fn of_document(&self, id: &ObjectId, document: &Document) -> Option<&'a Manifest> {
        let is_it = |manifest: &&Manifest| manifest.span == document.span && manifest.node.is_same(&document.node);
        self.get(id).filter(is_it).or_else(|| self.rendered.manifests.iter().find(is_it))
    }
}

impl<'a> Transition<'a> {
    pub(super) fn new(diff: &'a Diff, base: &'a Rendered, head: &'a Rendered, minor: Minor) -> Transition<'a> {
        Transition { diff, base: Side::new(base), head: Side::new(head), minor, created: OnceCell::new() }
    }

    /// The objects that something happens to.
    pub fn touched(&self) -> impl Iterator<Item = &'a ObjectDiff> + use<'a> {
        self.diff.objects.iter().filter(|object| object.action != Action::Skipped)
    }

    /// The objects that are deleted for good.
    pub fn deleted(&self) -> impl Iterator<Item = &'a ObjectDiff> + use<'a> {
        self.diff.objects.iter().filter(|object| object.action == Action::Deleted)
    }

    /// Whether an object that is gone may be a new one: only one of them says its namespace. The other one's is up to whoever applies it.
    #[must_use]
    pub fn is_perhaps_there(&self, gone: &Manifest) -> bool {
        let key = |id: &'a ObjectId| ((&*id.group, &*id.kind, &*id.name), id.namespace.as_deref());
        let created = self.created.get_or_init(|| {
            self.diff.objects.iter().filter(|object| object.before.is_none()).map(|object| key(&object.id)).collect()
        });
        let id = &gone.id;
        created.get(&(&*id.group, &*id.kind, &*id.name)).is_some_and(|new| new.is_none() != id.namespace.is_none())
    }

    /// The object on the base.
    #[must_use]
    pub fn before(&self, object: &ObjectDiff) -> Option<&'a Manifest> {
        let document = object.before.as_ref()?;
        match &object.was {
            Some(was) => self.base.of_document(&ObjectId { name: was.clone(), ..object.id.clone() }, document),
            None => self.base.of_document(&object.id, document),
        }
    }

    /// The object on the head.
    #[must_use]
    pub fn after(&self, object: &ObjectDiff) -> Option<&'a Manifest> {
        self.head.of_document(&object.id, object.after.as_ref()?)
    }
}

/// Annotations of what is made anew at certain moments, and deleted before or after by whoever makes it.
const HOOKS: [&str; 2] = ["helm.sh/hook", "argocd.argoproj.io/hook"];

/// Whether an object is a hook: nobody changes it in place, and nobody misses it.
pub(super) fn is_hook(manifest: &Manifest) -> bool {
    let is_annotated = || HOOKS.iter().any(|key| manifest.node.at(&["metadata", "annotations", key]).is_some());
    matches!(manifest.release.as_ref().map(|part| &part.role), Some(ReleaseRole::Hook(_))) || is_annotated()
}
