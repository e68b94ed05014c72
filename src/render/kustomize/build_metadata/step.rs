//! A generator or a transformer, and the objects that note it.

use std::sync::Arc;

use seatrial_model::{Finding, Node, Span};
use seatrial_yaml::emit_unfolded;

use crate::build_metadata::annotations::{ORIGIN, TRANSFORMATIONS, annotate, read_annotation, unshare};
use crate::build_metadata::notes;
use crate::gather::accumulator::Accumulator;
use crate::objects::resource::Resource;
use crate::values::metadata;
use crate::values::size::Size;

/// About as long are the lines of a note.
const BYTES_OF_A_LINE: usize = 32;

/// A generator or a transformer, as objects note it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    place: Span,
    /// The YAML of a `resource.Origin`.
    text: String,
}

impl Step {
    pub(crate) fn new<const N: usize>(configured_in: &str, by: [(&str, &str); N], place: Span) -> Step {
        let mut origin = notes::mapping([("configuredIn", configured_in.to_owned())], place);
        origin.set("configuredBy", notes::mapping(by.map(|(key, value)| (key, value.to_owned())), place));
        Step { place, text: emit_unfolded(&origin) }
    }

    /// A plugin whose configuration knows its origin (kustomize: `OriginFromCustomPlugin`).
    pub(crate) fn of_plugin(plugin: &Resource) -> Option<Step> {
        let origin = plugin.node().at(&["metadata", "annotations", ORIGIN])?;
        let read = notes::origin(origin.scalar_text().unwrap_or_default()).ok()?;
        let path = read.get("path").and_then(Node::as_str).unwrap_or_default();
        let text = |key: &str| plugin.node().get(key).and_then(Node::scalar_text).unwrap_or_default();
        let name = plugin.node().at(&["metadata", "name"]).and_then(Node::scalar_text).unwrap_or_default();
        let by = [
            ("apiVersion", text("apiVersion")),
            ("kind", text("kind")),
            ("name", name),
            ("namespace", plugin.namespace()),
        ];
        Some(Step::new(path, by, origin.span()))
    }

    /// Writes into an object that this made it.
    pub(crate) fn mark_generated(&self, resource: &mut Resource) {
        if resource.annotation(ORIGIN).is_none() {
            self.set(resource, ORIGIN, self.text.clone());
        }
    }

    /// Writes into all objects that this may have changed them, so many times (kustomize: `ResMap.AddTransformerAnnotation`).
    pub(crate) fn mark_transformed(&self, times: usize, resources: &mut Accumulator, findings: &mut Vec<Finding>) {
        let budget = Arc::clone(&resources.budget);
        let item = Size { bytes: self.text.len(), ..Size::default() };
        for position in 0..resources.resources().len() {
            resources.change(position, |resource| {
                for _ in 0..times {
                    // The whole note is written anew each time.
                    let lines = resource.annotation(TRANSFORMATIONS).map_or(1, |note| 1 + note.len() / BYTES_OF_A_LINE);
                    if !(budget.look_at(lines, self.place) && budget.grow(item, self.place)) {
                        return;
                    }
                    self.mark_one(resource, findings);
                }
            });
            if budget.is_exceeded() {
                return;
            }
        }
    }

    /// An object without an origin counts as made by whoever comes past first.
    fn mark_one(&self, resource: &mut Resource, findings: &mut Vec<Finding>) {
        if read_annotation(resource, ORIGIN, notes::checked, findings).is_none() {
            self.set(resource, ORIGIN, self.text.clone());
            return;
        }
        let before = read_annotation(resource, TRANSFORMATIONS, notes::transformations, findings).unwrap_or_default();
        self.set(resource, TRANSFORMATIONS, format!("{before}{}", notes::as_item(&self.text)));
    }

    /// kustomize writes all annotations anew, as strings that no other place shares (kyaml: `setMapInMetadata`).
    fn set(&self, resource: &mut Resource, key: &str, text: String) {
        let shared = std::mem::take(&mut resource.shared);
        resource.edit(|node| {
            annotate(node, key, text, self.place);
            metadata::rewrite(node, "annotations");
            unshare(node, &shared);
        });
        resource.shared = shared;
    }
}
