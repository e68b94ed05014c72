//! GET of one object and LIST of many.

use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::requests::request::{Place, Query};
use crate::selector::Selection;
use crate::world::World;
use crate::world::store::Key;

/// One object.
///
/// # Errors
/// 404.
pub(crate) fn get(world: &World, place: &Place) -> Result<Value, Refusal> {
    let key = Key::new(&place.resource.qualified(), &place.namespace, &place.name);
    let found = world.store.get(&key).ok_or_else(|| Refusal::not_found(&place.resource, &place.name))?;
    Ok(in_version(found, place))
}

/// A list. `limit` is not followed: the whole list is always a consistent answer.
///
/// # Errors
/// 400 for a selector that cannot be read.
pub(crate) fn list(world: &World, place: &Place, query: &Query) -> Result<Value, Refusal> {
    let selection = selection(query)?;
    let namespace = Some(place.namespace.as_str()).filter(|n| !n.is_empty());
    let all = world.store.list(&place.resource.qualified(), namespace).map(|(_, object)| object);
    let items: Vec<Value> =
        all.filter(|object| selection.matches(object)).map(|object| in_version(object, place)).collect();
    Ok(json!({
        "kind": format!("{}List", place.resource.kind), "apiVersion": place.resource.api_version(),
        "metadata": {"resourceVersion": world.store.version().to_string()}, "items": items,
    }))
}

/// The selectors of a query.
///
/// # Errors
/// 400.
pub(crate) fn selection(query: &Query) -> Result<Selection, Refusal> {
    Selection::parse(query.get("labelSelector"), query.get("fieldSelector")).map_err(Refusal::bad_request)
}

/// An object as a version of its API shows it: the fields are not converted.
pub(crate) fn in_version(object: &Value, place: &Place) -> Value {
    let mut object = object.clone();
    crate::json::set(&mut object, "/apiVersion", place.resource.api_version());
    object
}
