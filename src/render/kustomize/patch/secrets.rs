//! Patches whose values become those of Secrets, whatever their own kind says: no reader may see them. Secrets themselves, and patches that call
//! themselves so, are known where they are parsed.

use seatrial_model::{Node, is_secret_kind};

use crate::gather::accumulator::Accumulator;
use crate::gather::selector::Selector;
use crate::load::files::Files;
use crate::objects::resource::Resource;
use crate::patch::source::Patch;

/// Fields of a Secret that hold its values.
const SECTIONS: [&str; 2] = ["data", "stringData"];

/// Fields of a Secret that do not.
const IDENTIFYING: [&str; 5] = ["apiVersion", "kind", "metadata", "type", "immutable"];

/// Takes note of a patch whose target is Secrets.
pub(crate) fn note(patch: &Patch, target: Option<&Node>, resources: &Accumulator, files: &Files<'_>) {
    let kind = target.and_then(|target| target.get("kind")).and_then(Node::as_str).unwrap_or_default();
    let is_for_secrets = is_secret_kind(kind);
    let reaches_secrets = || {
        let selector = target.and_then(|target| Selector::read(target, &mut Vec::new()));
        let is_meant = |r: &&Resource| selector.as_ref().is_some_and(|selector| selector.matches(r));
        resources.resources().iter().filter(|r| is_secret_kind(&r.id().gvk.kind)).any(|r| is_meant(&r))
    };
    match patch {
        Patch::StrategicMerge(objects) => {
            for object in objects.iter().filter(|object| SECTIONS.iter().any(|s| object.get(s).is_some())) {
                if is_for_secrets || is_named_like_a_secret(object, target, resources) || reaches_secrets() {
                    SECTIONS.iter().filter_map(|section| object.get(section)).for_each(|v| note_value(v, files));
                }
            }
            if is_for_secrets {
                let others = objects.iter().flat_map(Node::entries);
                let others = others.filter(|entry| !IDENTIFYING.contains(&&*entry.key.text));
                others.for_each(|entry| note_value(&entry.value, files));
            }
        }
        Patch::Json(operations) => {
            let section = |path: &[String]| path.first().map_or("data", String::as_str).to_owned();
            let may_be = |path: &[String]| match is_for_secrets {
                true => !IDENTIFYING.contains(&section(path).as_str()),
                false => SECTIONS.contains(&section(path).as_str()),
            };
            let mut values = operations.values().filter(|(path, _)| may_be(path)).peekable();
            if values.peek().is_some() && (is_for_secrets || reaches_secrets()) {
                values.for_each(|(_, value)| note_value(value, files));
            }
        }
    }
}

/// Whether a patch without a target was meant for a Secret, of which it has the name and not the kind.
fn is_named_like_a_secret(patch: &Node, target: Option<&Node>, resources: &Accumulator) -> bool {
    let kind = patch.get("kind").and_then(Node::scalar_text).unwrap_or_default();
    if target.is_some() || kind == "ConfigMap" {
        return false;
    }
    let name = patch.at(&["metadata", "name"]).and_then(Node::scalar_text).unwrap_or_default();
    let secrets = resources.resources().iter().filter(|r| is_secret_kind(&r.id().gvk.kind));
    secrets.into_iter().any(|secret| secret.any_ids().any(|id| *id.name == *name))
}

fn note_value(value: &Node, files: &Files<'_>) {
    if let Some(file) = files.tree.sources().get(value.span().file) {
        file.note_value(value);
    }
}
