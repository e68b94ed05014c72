//! Who owns whom: owner references, and the pods that controllers make.

use serde_json::{Value, json};

use crate::clock::Moment;
use crate::json;
use crate::selector::Selection;
use crate::world::World;
use crate::world::author::Author;
use crate::world::store::Key;

/// The reference to a controlling owner.
pub(super) fn reference(owner: &Value) -> Value {
    json!({
        "apiVersion": json::text(owner, "/apiVersion"), "kind": json::text(owner, "/kind"),
        "name": json::text(owner, "/metadata/name"), "uid": json::text(owner, "/metadata/uid"),
        "controller": true, "blockOwnerDeletion": true,
    })
}

/// Whether an object is controlled by the owner with this identity.
pub(super) fn is_controlled_by(object: &Value, uid: &str) -> bool {
    let mut references = json::items(object, "/metadata/ownerReferences").iter();
    references.any(|r| json::text(r, "/uid") == uid && r.get("controller") == Some(&Value::Bool(true)))
}

/// Objects of a resource that an owner controls, with their keys, in order of their names.
pub(super) fn controlled(world: &World, resource: &str, owner: &Value) -> Vec<(Key, Value)> {
    let all = world.store.controlled_by(json::text(owner, "/metadata/uid"));
    all.filter(|(key, _)| key.resource == resource).map(|(key, o)| (key.clone(), Value::clone(o))).collect()
}

/// Takes objects of a resource that match an owner's selector and have no controller into its possession.
pub(super) fn adopt(world: &mut World, resource: &str, owner: &Value, now: Moment) {
    let namespace = json::text(owner, "/metadata/namespace");
    let Some(selection) = owner.pointer("/spec/selector").and_then(Selection::of_object) else { return };
    let orphans = world.store.uncontrolled(resource, namespace);
    let orphans = orphans.filter(|(_, object)| !is_deleted(object) && selection.matches(object));
    let orphans: Vec<Key> = orphans.map(|(key, _)| key.clone()).collect();
    for key in orphans {
        world.update(&key, Author::CONTROLLER, now, |object| {
            let mut owners = json::items(object, "/metadata/ownerReferences").to_vec();
            owners.push(reference(owner));
            json::set(object, "/metadata/ownerReferences", owners);
        });
    }
}

/// Whether an object is on its way out.
pub(super) fn is_deleted(object: &Value) -> bool {
    json::has(object, "/metadata/deletionTimestamp")
}

/// Whether a pod counts for its owner: neither going nor finished.
pub(super) fn is_active(pod: &Value) -> bool {
    !is_deleted(pod) && !matches!(json::text(pod, "/status/phase"), "Succeeded" | "Failed")
}

/// Whether a pod is ready.
pub(super) fn is_ready(pod: &Value) -> bool {
    let mut conditions = json::items(pod, "/status/conditions").iter();
    conditions.any(|c| json::text(c, "/type") == "Ready" && json::text(c, "/status") == "True")
}

/// Whether a pod has been ready for long enough; and when it will have been.
pub(super) fn is_available(pod: &Value, min_ready_seconds: i64, now: Moment) -> Result<(), Option<Moment>> {
    if !is_ready(pod) || is_deleted(pod) {
        return Err(None);
    }
    let ready = json::items(pod, "/status/conditions").iter().find(|c| json::text(c, "/type") == "Ready");
    let since = ready.and_then(|c| Moment::parse(json::text(c, "/lastTransitionTime"))).unwrap_or(now);
    let available = since.after(min_ready_seconds.saturating_mul(1000));
    if min_ready_seconds == 0 || available <= now { Ok(()) } else { Err(Some(available)) }
}

/// Makes a pod from a template.
///
/// # Errors
/// Why the API server would refuse it: a missing service account.
pub(super) fn create_pod(
    world: &mut World,
    owner: &Value,
    template: &Value,
    name: &str,
    labels: &[(&str, &str)],
    now: Moment,
) -> Result<(), String> {
    let namespace = json::text(owner, "/metadata/namespace");
    let account = json::text(template, "/spec/serviceAccountName");
    let account = if account.is_empty() { "default" } else { account };
    if world.store.get(&Key::new("serviceaccounts", namespace, account)).is_none() {
        return Err(format!(
            "pods \"{name}\" is forbidden: error looking up service account {namespace}/{account}: \
             serviceaccount \"{account}\" not found"
        ));
    }
    let metadata = template.get("metadata").cloned().unwrap_or_else(|| json!({}));
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template.get("spec")});
    for (key, value) in labels {
        json::set(&mut pod, &format!("/metadata/labels/{}", key.replace('/', "~1")), *value);
    }
    json::set(&mut pod, "/metadata/ownerReferences", json!([reference(owner)]));
    json::set(&mut pod, "/metadata/generateName", format!("{}-", json::text(owner, "/metadata/name")));
    world.insert(&Key::new("pods", namespace, name), pod, Author::CONTROLLER, now);
    Ok(())
}

/// A name for a template: the same for the same content. (A real cluster hashes otherwise; only the form is the same.)
pub(super) fn template_hash(template: &Value, length: usize) -> String {
    let mut template = template.clone();
    json::remove(&mut template, "/metadata/labels/pod-template-hash");
    crate::world::safe_encode(crate::world::hash(&template.to_string()), length)
}
