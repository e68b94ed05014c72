//! Logs of containers: what the specification says of their image, and a line that says so when it says nothing.

use serde_json::Value;

use crate::json;
use crate::refusal::Refusal;
use crate::requests::request::{Place, Query};
use crate::world::World;
use crate::world::store::Key;

/// The log of a container, with `container`, `previous`, `tailLines` and `timestamps` of the query followed.
///
/// # Errors
/// 404 for the pod; 400 when the container has not run, or when it is not clear which one is meant.
pub(crate) fn read(world: &World, place: &Place, query: &Query) -> Result<String, Refusal> {
    let key = Key::new("pods", &place.namespace, &place.name);
    let pod = world.store.get(&key).ok_or_else(|| Refusal::not_found(&place.resource, &place.name))?;
    let (container, status) = find(pod, query.get("container"))?;
    let name = json::text(container, "/name");
    let in_pod = format!("container \"{name}\" in pod \"{}\"", place.name);
    let previous = status.pointer("/lastState/terminated");
    if query.is_true("previous") && previous.is_none() {
        return Err(Refusal::bad_request(format!("previous terminated {in_pod} not found")));
    }
    let reason = json::text(status, "/state/waiting/reason");
    let has_run = previous.is_some() || !json::has(status, "/state/waiting");
    if !has_run {
        let why = match reason {
            "ErrImagePull" => "image can't be pulled".to_owned(),
            "ImagePullBackOff" => "trying and failing to pull image".to_owned(),
            "" => "ContainerCreating".to_owned(),
            other => other.to_owned(),
        };
        return Err(Refusal::bad_request(format!("{in_pod} is waiting to start: {why}")));
    }
    let image = world.specification.image(json::text(container, "/image"));
    let mut lines: Vec<String> = image.map(|image| image.logs.clone()).unwrap_or_default();
    if lines.is_empty() {
        lines.push(format!("(simulated) {} says nothing", json::text(container, "/image")));
    }
    let tail = query.get("tailLines").parse::<usize>().unwrap_or(usize::MAX);
    let skipped = lines.len().saturating_sub(tail);
    let started = json::text(status, "/state/running/startedAt");
    let stamp = if query.is_true("timestamps") { format!("{started} ") } else { String::new() };
    Ok(lines.iter().skip(skipped).map(|line| format!("{stamp}{line}\n")).collect())
}

/// A container and its status.
fn find<'a>(pod: &'a Value, wanted: &str) -> Result<(&'a Value, &'a Value), Refusal> {
    const NONE: &Value = &Value::Null;
    let of = |pointer: &str| json::items(pod, pointer).iter();
    let pod_name = json::text(pod, "/metadata/name");
    let containers: Vec<&Value> = of("/spec/containers").collect();
    let name = match (wanted, containers.as_slice()) {
        ("", [one]) => json::text(one, "/name"),
        ("", many) => {
            let names: Vec<&str> = many.iter().map(|c| json::text(c, "/name")).collect();
            let message =
                format!("a container name must be specified for pod {pod_name}, choose one of: [{}]", names.join(" "));
            return Err(Refusal::bad_request(message));
        }
        (wanted, _) => wanted,
    };
    let is_it = |value: &&Value| json::text(value, "/name") == name;
    let container = of("/spec/containers").chain(of("/spec/initContainers")).find(is_it);
    let container =
        container.ok_or_else(|| Refusal::bad_request(format!("container {name} is not valid for pod {pod_name}")))?;
    let status = of("/status/containerStatuses").chain(of("/status/initContainerStatuses")).find(is_it);
    Ok((container, status.unwrap_or(NONE)))
}
