//! Labels and annotations as kyaml writes them back: strings, sorted out of the way when there are none (kyaml: `setMapInMetadata`).

use seatrial_model::{Entry, Node, ScalarKind};

/// Turns the values of `metadata.KEY` into strings, nulls included, and removes the map when it is empty.
pub(crate) fn rewrite(object: &mut Node, key: &str) {
    let Some(map) = object.at(&["metadata", key]) else { return };
    let is_string = |e: &Entry| e.value.kind() == ScalarKind::String && e.value.scalar_text().is_some();
    if !map.entries().is_empty() && map.entries().iter().all(is_string) {
        return;
    }
    let entries: Vec<Entry> = map.entries().iter().map(as_string).collect();
    let Some(metadata) = object.get_mut("metadata") else { return };
    if entries.is_empty() {
        metadata.remove(key);
    } else if let Some(map) = metadata.get_mut(key) {
        map.set_entries(entries);
    }
}

fn as_string(entry: &Entry) -> Entry {
    let mut value = entry.value.clone();
    if value.scalar_text().is_some() {
        value.set_kind(ScalarKind::String);
    } else {
        value = Node::string("", value.origin());
    }
    Entry { key: entry.key.clone(), value }
}
