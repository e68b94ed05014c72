//! DELETE: preconditions, finalizers, and the kinds that take their time. Dependents go in the background.

use serde_json::{Value, json};

use crate::clock::Moment;
use crate::json;
use crate::refusal::Refusal;
use crate::store::Key;
use crate::world::World;
use crate::writes::{Effect, Target};

/// Deletes an object. Gives what the server answers: the object while it lingers, a `Status` when it is gone.
///
/// # Errors
/// 404, 409 when a precondition fails.
pub(crate) fn delete(
    world: &mut World,
    target: &Target,
    options: &Value,
    effect: Effect,
    now: Moment,
) -> Result<Value, Refusal> {
    let live = world.store.get(&target.key()).cloned();
    let live = live.ok_or_else(|| Refusal::not_found(&target.resource, &target.name))?;
    check_propagation(options)?;
    check_preconditions(target, options, &live)?;
    if effect == Effect::DryRun {
        return Ok(Value::clone(&live));
    }
    mark_deleted(world, &target.key(), options, now);
    if let Some(lingering) = world.store.get(&target.key()) {
        return Ok(Value::clone(lingering));
    }
    let mut details =
        json!({"name": target.name, "kind": target.resource.plural, "uid": json::text(&live, "/metadata/uid")});
    if !target.resource.group.is_empty() {
        json::set(&mut details, "/group", target.resource.group.as_str());
    }
    Ok(json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}))
}

/// Removes an object, or marks it when something has to be done first: finalizers, a pod's grace period, a namespace's content.
pub(crate) fn mark_deleted(world: &mut World, key: &Key, options: &Value, now: Moment) {
    let Some(live) = world.store.get(key).cloned() else { return };
    let grace = json::integer(options, "/gracePeriodSeconds");
    let default_grace = if key.resource == "pods" {
        json::integer(&live, "/spec/terminationGracePeriodSeconds").unwrap_or(30)
    } else {
        0
    };
    let grace = grace.unwrap_or(default_grace);
    let lingers = key.resource == "namespaces"
        || (key.resource == "pods" && json::has(&live, "/spec/nodeName") && grace > 0)
        || !json::items(&live, "/metadata/finalizers").is_empty();
    if !lingers {
        world.store.remove(key);
        return;
    }
    // Nobody owns what a deletion sets.
    world.store.change(key, |object| {
        if key.resource == "namespaces" {
            json::set(object, "/status/phase", "Terminating");
        } else {
            json::set_default(object, "/metadata/deletionGracePeriodSeconds", grace);
        }
        if json::has(object, "/metadata/deletionTimestamp") {
            return;
        }
        json::set(object, "/metadata/deletionTimestamp", now.after(grace.saturating_mul(1000)).text());
        if let Some(generation) = json::integer(object, "/metadata/generation") {
            json::set(object, "/metadata/generation", generation + 1);
        }
    });
}

/// Nobody who is served here lets an object wait for its dependents, or leaves them without an owner.
fn check_propagation(options: &Value) -> Result<(), Refusal> {
    let policy = json::text(options, "/propagationPolicy");
    if options.get("orphanDependents") == Some(&Value::Bool(true)) || !matches!(policy, "" | "Background") {
        let policy = if policy.is_empty() { "Orphan" } else { policy };
        return Err(Refusal::not_simulated(&format!("delete with the propagation policy {policy}")));
    }
    Ok(())
}

fn check_preconditions(target: &Target, options: &Value, live: &Value) -> Result<(), Refusal> {
    let checks = [("uid", "UID", "deleted and then recreated"), ("resourceVersion", "ResourceVersion", "modified")];
    for (field, name, cause) in checks {
        let wanted = json::text(options, &format!("/preconditions/{field}"));
        let found = json::text(live, &format!("/metadata/{field}"));
        if !wanted.is_empty() && wanted != found {
            let why = format!(
                "the {name} in the precondition ({wanted}) does not match the {name} in record ({found}). \
                 The object might have been {cause}"
            );
            return Err(Refusal::conflict(&target.resource, &target.name, &why));
        }
    }
    Ok(())
}
