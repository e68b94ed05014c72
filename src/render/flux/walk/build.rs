//! One Kustomization of a walk: suspended, its own parent, or built.

use seatrial_model::{Finding, Manifest, NodeState};

use super::{Pending, path_of};
use crate::kustomizations::unit::{self, locate};
use crate::objects::flux_object::{full_name, is_suspended};
use crate::objects::found::Objects;
use crate::objects::ids;
use crate::sources::built::{Built, Surroundings};

/// What comes of a Kustomization that waits for nothing any more.
pub(super) fn build(pending: &Pending, around: &Surroundings<'_>) -> Built {
    let manifest = &pending.manifest;
    if is_suspended(manifest) {
        return Built::nothing(NodeState::Suspended);
    }
    let located = match locate(manifest, around) {
        Ok(located) => located,
        Err(instead) => return *instead,
    };
    if pending.above.contains(&located.name()) {
        let message = format!("{} reconciles `./{}`, which contains itself", full_name(&manifest.id), located.dir);
        let finding = Finding::new(ids::OWN_PARENT, crate::kustomizations::fields::place(manifest), message);
        let parent = owners_of(manifest, around.objects).find(|owner| path_of(owner) == located.dir);
        let finding = match parent {
            Some(parent) => finding
                .with_related(crate::kustomizations::fields::place(parent), "this one reconciles it, and contains it"),
            None => finding,
        };
        let state = NodeState::NotFollowed("it reconciles its own parent".to_owned());
        return Built::nothing(state).with(finding.with_object(&manifest.id));
    }
    unit::build(manifest, &located, around)
}

/// Who applies an object, who applies that, and so on.
pub(super) fn owners_of<'a>(manifest: &'a Manifest, objects: &'a Objects) -> impl Iterator<Item = &'a Manifest> {
    let above = |manifest: &&'a Manifest| {
        let owner = manifest.owner.as_ref().filter(|owner| owner.0 != manifest.id)?;
        objects.get(&owner.0)
    };
    std::iter::successors(Some(manifest), above).skip(1).take(100)
}
