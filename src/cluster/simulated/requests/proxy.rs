//! The service proxy: an HTTP GET through the API server to a ready pod, answered from what its image serves.

use serde_json::Value;

use crate::controllers::ready_endpoints;
use crate::json;
use crate::refusal::Refusal;
use crate::requests::request::Place;
use crate::world::World;
use crate::world::store::Key;

/// What a pod answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Status 200; otherwise 404.
    pub(crate) found: bool,
    /// `Content-Type`.
    pub(crate) media_type: &'static str,
    /// The body.
    pub(crate) body: String,
}

/// Asks a service: its name may be `[scheme:]name[:port]`.
///
/// # Errors
/// 404 for the service, 503 when nobody answers, in the API server's words.
pub(crate) fn get(world: &World, place: &Place) -> Result<Answer, Refusal> {
    let (name, port) = parse(&place.name);
    let key = Key::new("services", &place.namespace, name);
    let service = world.store.get(&key).ok_or_else(|| Refusal::not_found(&place.resource, name))?;
    let none = || Refusal::unavailable(format!("no endpoints available for service {:?}", place.name));
    let port = find_port(service, port).ok_or_else(none)?;
    let (pod, number) = ready_endpoints(world, &place.namespace, service, port).into_iter().next().ok_or_else(none)?;
    let image = listener(&pod, number).and_then(|image| world.specification.image(image));
    let Some(image) = image.filter(|image| !image.serves.is_empty()) else {
        let address = json::text(&pod, "/status/podIP");
        let message =
            format!("error trying to reach service: dial tcp {address}:{number}: connect: connection refused");
        return Err(Refusal::unavailable(message));
    };
    let path = if place.rest.is_empty() { "/" } else { &place.rest };
    Ok(match image.serves.get(path) {
        Some(body) => Answer { found: true, media_type: media_type(body), body: body.clone() },
        None => {
            Answer { found: false, media_type: "text/plain; charset=utf-8", body: "404 page not found\n".to_owned() }
        }
    })
}

/// `http:web:8080` is the service `web` and its port `8080`; `web:http` the port named `http`.
fn parse(text: &str) -> (&str, &str) {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [_, name, port] => (name, port),
        [name, port] => (name, port),
        _ => (text, ""),
    }
}

/// The port by name or number; without one, the port without a name, even where there is only one (kubernetes: `ResourceLocation`).
fn find_port<'a>(service: &'a Value, wanted: &str) -> Option<&'a Value> {
    let ports = json::items(service, "/spec/ports");
    let number: Option<i64> = wanted.parse().ok();
    match (wanted, ports) {
        ("", many) => many.iter().find(|port| json::text(port, "/name").is_empty()),
        (name, many) => many.iter().find(|port| {
            json::text(port, "/name") == name || number.is_some() && json::integer(port, "/port") == number
        }),
    }
}

/// The image that listens on a port of a pod: the container that declares it, else the first.
fn listener(pod: &Value, number: i64) -> Option<&str> {
    let containers = json::items(pod, "/spec/containers");
    let declares = |container: &&Value| {
        json::items(container, "/ports").iter().any(|port| json::integer(port, "/containerPort") == Some(number))
    };
    containers.iter().find(declares).or_else(|| containers.first()).map(|container| json::text(container, "/image"))
}

fn media_type(body: &str) -> &'static str {
    if body.starts_with(['{', '[']) && serde_json::from_str::<Value>(body).is_ok() {
        return "application/json";
    }
    if body.trim_start().starts_with('<') { "text/html; charset=utf-8" } else { "text/plain; charset=utf-8" }
}
