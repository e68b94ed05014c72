//! `data-deleted`: an object whose end is the end of data: a Namespace, a definition of a kind, a volume, a claim, a StatefulSet that takes its
//! claims with it.

use seatrial_model::{Action, Finding, Level, Manifest, Node, ObjectId, RuleId, RuleInfo, Setting};

use super::place::{ONE_NAMESPACE, at_name, at_what_was};
use super::{Danger, Transition};
use crate::{ObjectDiff, fate};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "data-deleted",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "an object is deleted, and data with it",
    page: "A Namespace takes everything in it along, a CustomResourceDefinition all objects of its kind, whoever made them. A PersistentVolumeClaim takes the data of its volume along where the reclaim policy is `Delete`, which is the default of most storage classes; a StatefulSet its claims where `persistentVolumeClaimRetentionPolicy.whenDeleted` is `Delete`. No revert brings them back. If the object is meant to stay, keep it rendered, or annotate it with `kustomize.toolkit.fluxcd.io/prune: disabled` (Flux) or `helm.sh/resource-policy: keep` (Helm) in a change before this one.",
});

/// The danger.
pub(super) struct DataDeleted;

impl Danger for DataDeleted {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        for object in transition.touched() {
            let Some(before) = transition.before(object) else { continue };
            findings.extend(starts_empty(object, before, transition));
            let Some(kind) = Kind::of(before) else { continue };
            let Some(end) = End::of(object, kind, transition) else { continue };
            let after = transition.after(object);
            findings.push(said(before, after, kind, end, transition));
        }
    }
}

/// A StatefulSet under another name: its claims are called after it.
fn starts_empty(object: &ObjectDiff, before: &Manifest, transition: &Transition<'_>) -> Option<Finding> {
    let has_claims = before.node.at(&["spec", "volumeClaimTemplates"]).is_some_and(|claims| !claims.items().is_empty());
    let is_renamed = object.was.is_some() && before.id.kind == "StatefulSet" && Kind::of(before).is_none();
    let after = transition.after(object).filter(|_| has_claims && is_renamed)?;
    let (id, name) = (&before.id, &object.id.name);
    let message = format!("{id} is called `{name}` now: it starts with new claims, and the data stay in the old ones");
    Some(at_name(ID, after, message).with_related(before.name_span(), "the name on the base"))
}

/// A kind of object that holds data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Namespace,
    Definition,
    Volume,
    Claim,
    StatefulSet,
}

impl Kind {
    /// What an object holds; `None` where no data go with it.
    pub(super) fn of(manifest: &Manifest) -> Option<Kind> {
        match (&*manifest.id.group, &*manifest.id.kind) {
            ("", "Namespace") => Some(Kind::Namespace),
            ("apiextensions.k8s.io", "CustomResourceDefinition") => Some(Kind::Definition),
            ("", "PersistentVolume") => Some(Kind::Volume),
            ("", "PersistentVolumeClaim") => Some(Kind::Claim),
            ("apps", "StatefulSet") => {
                let path = ["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"];
                let takes_claims = manifest.node.at(&path).and_then(Node::as_str) == Some("Delete");
                takes_claims.then_some(Kind::StatefulSet)
            }
            _ => None,
        }
    }
}

/// How an object ends.
#[derive(Clone, Copy)]
enum End<'a> {
    Deleted,
    Recreated,
    Renamed(&'a str),
}

impl<'a> End<'a> {
    fn of(object: &'a ObjectDiff, kind: Kind, transition: &Transition<'_>) -> Option<End<'a>> {
        match (object.action, &object.was) {
            (Action::Deleted, _) => Some(End::Deleted),
            (Action::Recreated, _) => Some(End::Recreated),
            (Action::Renamed | Action::Configured, Some(_)) => {
                let (base, head) = (transition.base.rendered, transition.head.rendered);
                let is_lost = kind != Kind::Namespace && !fate::stays_under_its_old_name(object, base, head);
                is_lost.then_some(End::Renamed(&object.id.name))
            }
            _ => None,
        }
    }
}

fn said(before: &Manifest, after: Option<&Manifest>, kind: Kind, end: End<'_>, transition: &Transition<'_>) -> Finding {
    let id = &before.id;
    let goes = goes_with_it(before, kind);
    let message = match end {
        End::Deleted => format!("{id} is deleted, and with it {goes}"),
        End::Recreated => format!("{id} is deleted and created again, and loses {goes}"),
        End::Renamed(name) => format!("{id} is deleted, and with it {goes}: it is called `{name}` now"),
    };
    let mut finding = match after {
        Some(after) => at_name(ID, after, message).with_related(before.name_span(), "it was here"),
        None => at_what_was(ID, before, message),
    };
    if let Some(class) = retaining_class(before, kind, transition) {
        let note = format!("{class} keeps the volume: `reclaimPolicy: Retain`");
        finding = finding.with_level(Level::Note).with_note(note);
    }
    if transition.is_perhaps_there(before) {
        finding = finding.with_level(Level::Note).with_note(ONE_NAMESPACE);
    }
    match inhabitants(before, kind, transition) {
        0 => finding,
        1 => finding.with_note("1 object of the base goes with it"),
        count => finding.with_note(format!("{count} objects of the base go with it")),
    }
}

/// What goes with an object.
fn goes_with_it(before: &Manifest, kind: Kind) -> String {
    match kind {
        Kind::Namespace => "everything in it".to_owned(),
        Kind::Definition => {
            let kind = before.node.at(&["spec", "names", "kind"]).and_then(Node::as_str);
            format!("all objects of the kind `{}`", kind.unwrap_or(&before.id.name))
        }
        Kind::Volume => "the volume of the claim that is bound to it".to_owned(),
        Kind::Claim => "the data of its volume".to_owned(),
        Kind::StatefulSet => "its claims and their data: `whenDeleted: Delete`".to_owned(),
    }
}

/// The class of a claim, where it is known to keep volumes.
fn retaining_class<'a>(before: &Manifest, kind: Kind, transition: &'a Transition<'_>) -> Option<&'a ObjectId> {
    let name = before.node.at(&["spec", "storageClassName"]).filter(|_| kind == Kind::Claim)?.as_str()?;
    let class = transition.base.objects.find("storage.k8s.io", "StorageClass", None, name)?;
    (class.node.get("reclaimPolicy").and_then(Node::as_str) == Some("Retain")).then_some(&class.id)
}

/// How many objects of the base are known to go with it.
fn inhabitants(before: &Manifest, kind: Kind, transition: &Transition<'_>) -> usize {
    let text = |path: &[&str]| before.node.at(path).and_then(Node::as_str).unwrap_or_default();
    match kind {
        Kind::Namespace => {
            let is_in_it = |manifest: &&Manifest| manifest.id.namespace.as_deref() == Some(&*before.id.name);
            transition.base.objects.all().iter().filter(is_in_it).count()
        }
        Kind::Definition => {
            let (group, kind) = (text(&["spec", "group"]), text(&["spec", "names", "kind"]));
            transition.base.objects.of_kind(group, kind).len()
        }
        Kind::Volume | Kind::Claim | Kind::StatefulSet => 0,
    }
}
