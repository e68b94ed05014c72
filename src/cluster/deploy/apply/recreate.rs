//! Deleting an object and applying it again, where an immutable field has changed and that is allowed: only what our inventory owns, and never
//! what takes data or other objects with it.

use seatrial_api::ApiError;
use seatrial_model::Node;
use serde_json::Value;

use crate::inventory::known::Known;
use crate::inventory::prune::{Pruned, delete, is_applied_by_us, why_not_ours};
use crate::inventory::{self, Book, Inventory};
use crate::plan::place::Placed;
use crate::work::{Stop, Work};

/// On an object that may be recreated.
pub(crate) const ANNOTATION: &str = "seatrial.dev/recreate";

/// Deleting one of these takes data or other objects with it.
pub(crate) const NEVER: [&str; 4] =
    ["PersistentVolumeClaim", "PersistentVolume", "Namespace", "CustomResourceDefinition"];

/// The name under which it is tried out.
const TRIAL: &str = "seatrial-dry-run";

/// Marks what may be recreated: the configuration or the object says so, and our inventory owns it.
pub(crate) async fn mark(work: &Work<'_>, known: &mut [Known<'_, '_>], book: &Book<'_>) -> Result<(), Stop> {
    let is_asked = |known: &Known<'_, '_>| known.live.is_some() && is_asked_for(known.placed, book.recreate);
    if !known.iter().any(is_asked) {
        return Ok(());
    }
    let record = inventory::read(work, &book.id).await?.unwrap_or_default();
    mark_owned(known, book.recreate, &record.entries);
    Ok(())
}

/// The same with an inventory that was read already.
pub(crate) fn mark_owned(known: &mut [Known<'_, '_>], kinds: &[String], inventory: &Inventory) {
    for known in known {
        let is_ours = |live: &Value| is_applied_by_us(live) && why_not_ours(live).is_none();
        known.may_go = is_asked_for(known.placed, kinds)
            && inventory.contains(&known.placed.id)
            && known.live.as_deref().is_some_and(is_ours);
    }
}

fn is_asked_for(placed: &Placed<'_>, kinds: &[String]) -> bool {
    let kind = placed.id.kind.as_str();
    let annotation = placed.manifest.node.at(&["metadata", "annotations", ANNOTATION]).and_then(Node::as_str);
    !NEVER.contains(&kind) && (kinds.iter().any(|wanted| wanted == kind) || annotation == Some("true"))
}

/// Whether the object would be taken if there were none of its name: a dry run under another one. What is deleted must come back.
pub(crate) async fn try_out(work: &Work<'_>, placed: &Placed<'_>) -> Result<Result<(), ApiError>, Stop> {
    let mut object = placed.object.clone();
    if let Some(name) = object.pointer_mut("/metadata/name") {
        *name = TRIAL.into();
    }
    let answer = work.until(work.cluster.dry_run(&object)).await?;
    Ok(answer.map(|_| ()))
}

/// Deletes it and waits until it is gone; why it is not, as a clause. Once that has begun, a signal does not come between it and what is applied
/// in its place, as far as there is time: the caller ends that with [`Work::insist`].
pub(crate) async fn clear(work: &Work<'_>, placed: &Placed<'_>, live: &Value) -> Result<Option<String>, Stop> {
    work.enter(format!("deleting {}, which is applied again", placed.id));
    let uid = live.pointer("/metadata/uid").and_then(Value::as_str);
    work.check()?;
    work.insist(true);
    let pruned = delete(work, (&placed.id, &placed.api_version()), uid).await?;
    Ok(match pruned {
        Pruned::Deleted | Pruned::Gone => None,
        Pruned::Left(because) => Some(because),
    })
}
