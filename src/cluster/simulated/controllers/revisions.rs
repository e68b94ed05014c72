//! ControllerRevisions: the templates that a StatefulSet or a DaemonSet had (kubernetes: `pkg/controller/history`).

use serde_json::{Value, json};

use super::ownership;
use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::author::Author;
use crate::world::store::Key;

const REVISIONS: &str = "controllerrevisions.apps";

/// A template of an owner, as its pods name it.
pub(super) struct Revision {
    /// Of the object that keeps it.
    pub(super) name: String,
    /// Of the template.
    pub(super) hash: String,
}

/// The revision of an owner's present template, made when there is none, and the newest again when the template came back.
/// `label` is where the revision says its hash.
pub(super) fn newest(world: &mut World, owner: &Value, label: &str, now: Moment) -> Revision {
    let template = owner.pointer("/spec/template").cloned().unwrap_or_default();
    let hash = ownership::template_hash(&template, 10);
    let name = format!("{}-{hash}", json::text(owner, "/metadata/name"));
    let all = ownership::controlled(world, REVISIONS, owner);
    let number = |object: &Value| json::integer(object, "/revision").unwrap_or(0);
    let latest = all.iter().map(|(_, object)| number(object)).max().unwrap_or(0);
    match all.iter().find(|(key, _)| key.name == name) {
        Some((_, object)) if number(object) == latest => {}
        Some((key, _)) => {
            world.update(key, Author::CONTROLLER, now, |object| json::set(object, "/revision", latest + 1));
        }
        None => {
            let object = new(owner, template, (label, &hash), latest + 1);
            let key = Key::new(REVISIONS, json::text(owner, "/metadata/namespace"), &name);
            world.insert(&key, object, Author::CONTROLLER, now);
        }
    }
    Revision { name, hash }
}

fn new(owner: &Value, mut template: Value, (label, hash): (&str, &str), number: i64) -> Value {
    let mut labels = template.pointer("/metadata/labels").cloned().unwrap_or_else(|| json!({}));
    json::set(&mut labels, &format!("/{}", label.replace('/', "~1")), hash);
    json::set(&mut template, "/$patch", "replace");
    let mut object = json!({
        "apiVersion": "apps/v1", "kind": "ControllerRevision",
        "metadata": {"labels": labels, "ownerReferences": [ownership::reference(owner)]},
        "data": {"spec": {"template": template}}, "revision": number,
    });
    if let Some(annotations) = owner.pointer("/metadata/annotations") {
        json::set(&mut object, "/metadata/annotations", annotations.clone());
    }
    object
}

/// The template that a revision keeps.
pub(super) fn template(world: &World, namespace: &str, name: &str) -> Option<Value> {
    let mut template = kept(world, namespace, name)?.clone();
    json::remove(&mut template, "/$patch");
    Some(template)
}

/// Whether there is a revision that keeps a template.
pub(super) fn is_there(world: &World, namespace: &str, name: &str) -> bool {
    kept(world, namespace, name).is_some()
}

fn kept<'w>(world: &'w World, namespace: &str, name: &str) -> Option<&'w Value> {
    world.store.get(&Key::new(REVISIONS, namespace, name))?.pointer("/data/spec/template")
}

/// Revisions that nobody needs are kept up to `revisionHistoryLimit`.
pub(super) fn forget(world: &mut World, owner: &Value, needed: impl Fn(&str) -> bool) {
    let limit = json::integer(owner, "/spec/revisionHistoryLimit").unwrap_or(10);
    let mut idle = ownership::controlled(world, REVISIONS, owner);
    idle.retain(|(key, _)| !needed(&key.name));
    idle.sort_by_key(|(_, object)| json::integer(object, "/revision"));
    let surplus = idle.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
    for (key, _) in idle.iter().take(surplus) {
        world.store.remove(key);
    }
}
