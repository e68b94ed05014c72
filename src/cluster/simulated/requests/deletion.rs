//! DELETE: preconditions, and what is answered. Dependents go in the background.

use serde_json::{Value, json};

use crate::clock::Moment;
use crate::json;
use crate::refusal::Refusal;
use crate::requests::target::{Effect, Target};
use crate::world::World;
use crate::world::removal::mark_deleted;

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
    mark_deleted(world, &target.key(), json::integer(options, "/gracePeriodSeconds"), now);
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
