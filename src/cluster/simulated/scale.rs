//! The `scale` subresource: how many replicas a workload is to have, read and written apart from the rest.

use serde_json::{Value, json};

use crate::json;
use crate::patch;
use crate::refusal::Refusal;
use crate::world::World;
use crate::writes::{self, Options, PatchKind, Target, Written};

/// Resources that can be scaled.
pub(crate) fn has_scale(resource: &str) -> bool {
    matches!(resource, "deployments.apps" | "replicasets.apps" | "statefulsets.apps" | "replicationcontrollers")
}

/// The scale of an object.
///
/// # Errors
/// 404.
pub(crate) fn get(world: &World, target: &Target) -> Result<Value, Refusal> {
    let live = world.store.get(&target.key());
    let live = live.ok_or_else(|| Refusal::not_found(&target.resource, &target.name))?;
    Ok(scale_of(live))
}

/// PATCH of a scale.
///
/// # Errors
/// As the API server.
pub(crate) fn patch(
    world: &mut World,
    target: &Target,
    kind: PatchKind,
    body: &Value,
    options: &Options,
) -> Result<Written, Refusal> {
    if kind == PatchKind::Apply {
        return Err(Refusal::not_simulated("apply a scale"));
    }
    let mut scale = get(world, target)?;
    patch::merge_patch(&mut scale, body);
    replace(world, target, &scale, options)
}

/// PUT of a scale.
///
/// # Errors
/// As the API server.
pub(crate) fn replace(world: &mut World, target: &Target, body: &Value, options: &Options) -> Result<Written, Refusal> {
    let replicas = json::integer(body, "/spec/replicas").unwrap_or(0);
    let change = json!({"spec": {"replicas": replicas}});
    let written = writes::patch(world, target, PatchKind::Merge, &change, options)?;
    Ok(Written { object: scale_of(&written.object), ..written })
}

fn scale_of(object: &Value) -> Value {
    let mut metadata = json!({});
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        if let Some(value) = object.pointer(&format!("/metadata/{field}")) {
            json::set(&mut metadata, &format!("/{field}"), value.clone());
        }
    }
    let labels = json::pairs(object, "/spec/selector/matchLabels");
    let selector: Vec<String> =
        labels.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata,
        "spec": {"replicas": json::integer(object, "/spec/replicas").unwrap_or(0)},
        "status": {
            "replicas": json::integer(object, "/status/replicas").unwrap_or(0), "selector": selector.join(","),
        },
    })
}
