//! `object-deleted`: an object that the cluster loses. What holds data is told of in `data_deleted.rs`.

use std::collections::BTreeMap;

use seatrial_model::{Finding, Level, Manifest, Node, ObjectId, QuickSet, RuleId, RuleInfo, Setting, counted, listed};

use super::place::{ONE_NAMESPACE, at_what_was};
use super::transition::is_hook;
use super::{Danger, Transition, data_deleted};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "object-deleted",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "an object is deleted from the cluster",
    page: "It is not rendered any more, and whoever applied it prunes it: a Kustomization of Flux with `spec.prune: true`, an upgrade of a Helm release. Often that is meant; if not, a file has dropped out of a kustomization, a condition of a chart does not hold any more, or a name has changed. What is not pruned, what an annotation keeps, and what is suspended is not told of.",
});

/// So many objects of one owner are told of one by one.
const MOST: usize = 10;

/// Kinds that are named where many objects are deleted together.
const KINDS: usize = 4;

/// The danger.
pub(super) struct ObjectDeleted;

impl Danger for ObjectDeleted {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        let lost = Lost::of(transition);
        for (owner, objects) in &lost.by_owner {
            match owner {
                // Its own end is told, and that these go with it.
                Some(owner) if lost.ids.contains(owner) => {}
                _ if objects.len() <= MOST => {
                    findings.extend(objects.iter().map(|manifest| lost.one(manifest, transition)));
                }
                _ => findings.extend(many(objects, *owner)),
            }
        }
    }
}

/// What is deleted and worth a word.
struct Lost<'a> {
    /// All that is deleted.
    ids: QuickSet<&'a ObjectId>,
    /// How many deleted objects each owner has applied.
    applied: BTreeMap<&'a ObjectId, usize>,
    /// What is told of, by its owner on the base.
    by_owner: BTreeMap<Option<&'a ObjectId>, Vec<&'a Manifest>>,
}

impl<'a> Lost<'a> {
    fn of(transition: &Transition<'a>) -> Lost<'a> {
        let all: Vec<&Manifest> = transition.deleted().filter_map(|object| transition.before(object)).collect();
        let ids = all.iter().map(|manifest| &manifest.id).collect();
        let elsewhere = Elsewhere::of(&all, transition);
        let mut applied: BTreeMap<&ObjectId, usize> = BTreeMap::new();
        for owner in all.iter().filter_map(|manifest| manifest.owner.as_ref()) {
            *applied.entry(&owner.0).or_default() += 1;
        }
        let mut by_owner: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for manifest in all {
            let is_told =
                data_deleted::Kind::of(manifest).is_none() && !goes_by_itself(manifest) && !elsewhere.has(manifest);
            if is_told {
                by_owner.entry(manifest.owner.as_ref().map(|owner| &owner.0)).or_default().push(manifest);
            }
        }
        Lost { ids, applied, by_owner }
    }

    fn one(&self, manifest: &Manifest, transition: &Transition<'_>) -> Finding {
        let id = &manifest.id;
        let message = match self.applied.get(id) {
            Some(count) => format!("{id} is deleted, and with it {} that it applied", counted(*count, "object")),
            None if is_pruned(manifest) => format!("{id} is deleted"),
            None => format!("{id} is not rendered any more"),
        };
        let finding = at_what_was(ID, manifest, message);
        // A Job that has run leaves nothing behind but its log.
        let is_job = id.group == "batch" && id.kind == "Job";
        // What applies others takes them along, whoever deletes it.
        let is_known = is_pruned(manifest) || self.applied.contains_key(id);
        let finding = if is_job || !is_known { finding.with_level(Level::Note) } else { finding };
        if transition.is_perhaps_there(manifest) {
            return finding.with_level(Level::Note).with_note(ONE_NAMESPACE);
        }
        match manifest.owner.as_ref().map(|owner| &owner.0) {
            Some(owner) => finding.with_note(format!("{owner} deletes what it does not render any more")),
            None if is_known => finding,
            None => finding.with_note("it is deleted where whoever applies it prunes"),
        }
    }
}

/// Whether somebody is known who deletes it: an owner, or Helm.
fn is_pruned(manifest: &Manifest) -> bool {
    manifest.owner.is_some() || manifest.release.is_some()
}

/// One finding for many objects of an owner.
fn many(objects: &[&Manifest], owner: Option<&ObjectId>) -> Option<Finding> {
    let first = objects.first()?;
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for manifest in objects {
        *kinds.entry(&manifest.id.kind).or_default() += 1;
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} of kind `{kind}`")).collect();
    let (count, kinds) = (objects.len(), listed(&kinds, KINDS));
    let message = match owner {
        Some(owner) => format!("{count} objects of {owner} are deleted: {kinds}"),
        None if is_pruned(first) => format!("{count} objects are deleted: {kinds}"),
        None => format!("{count} objects are not rendered any more: {kinds}"),
    };
    let finding = at_what_was(ID, first, message);
    let finding = if is_pruned(first) { finding } else { finding.with_level(Level::Note) };
    Some(match owner {
        Some(owner) => finding.with_object(owner),
        None => finding,
    })
}

/// A Job that is deleted when its time is over, and what hooks make.
fn goes_by_itself(manifest: &Manifest) -> bool {
    let is_job = manifest.id.group == "batch" && manifest.id.kind == "Job";
    (is_job && manifest.node.at(&["spec", "ttlSecondsAfterFinished"]).is_some()) || is_hook(manifest)
}

/// What says already that an object ends, or that it does not.
struct Elsewhere<'a> {
    /// Namespaces that are deleted.
    namespaces: QuickSet<&'a str>,
    /// Groups and kinds whose definition is deleted.
    kinds: QuickSet<(&'a str, &'a str)>,
    /// Kinds, namespaces and names that the head has under another group: the API server knows these objects under both.
    moved: QuickSet<(&'a str, Option<&'a str>, &'a str)>,
}

/// The group that built-in kinds left for others, one by one.
const LEFT: &str = "extensions";

impl<'a> Elsewhere<'a> {
    fn of(deleted: &[&'a Manifest], transition: &Transition<'a>) -> Elsewhere<'a> {
        let of_kind = |kind| deleted.iter().filter(move |manifest| data_deleted::Kind::of(manifest) == Some(kind));
        let text = |manifest: &'a Manifest, path: &[&str]| manifest.node.at(path).and_then(Node::as_str);
        let defined = |definition: &&'a Manifest| {
            Some((text(definition, &["spec", "group"])?, text(definition, &["spec", "names", "kind"])?))
        };
        let created = transition.touched().filter(|object| object.before.is_none());
        Elsewhere {
            namespaces: of_kind(data_deleted::Kind::Namespace).map(|manifest| &*manifest.id.name).collect(),
            kinds: of_kind(data_deleted::Kind::Definition).filter_map(defined).collect(),
            moved: created.map(|object| without_group(&object.id)).collect(),
        }
    }

    fn has(&self, manifest: &Manifest) -> bool {
        let id = &manifest.id;
        id.namespace.as_deref().is_some_and(|namespace| self.namespaces.contains(namespace))
            || self.kinds.contains(&(&*id.group, &*id.kind))
            || (id.group == LEFT && self.moved.contains(&without_group(id)))
    }
}

fn without_group(id: &ObjectId) -> (&str, Option<&str>, &str) {
    (&id.kind, id.namespace.as_deref(), &id.name)
}
