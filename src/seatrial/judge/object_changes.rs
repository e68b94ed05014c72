//! Which objects of an environment differ from those of its base.

use std::collections::BTreeMap;

use seatrial_model::{Node, ObjectId, Rendered};

/// How the objects of an environment compare with those of its base.
#[derive(Debug, Default)]
pub(crate) struct ObjectChanges {
    pub(crate) changed: Vec<ObjectId>,
    pub(crate) unchanged: Vec<ObjectId>,
}

impl ObjectChanges {
    /// Of two renderings; `None` where not all of either is known.
    pub(crate) fn between(base: &Rendered, head: &Rendered) -> Option<ObjectChanges> {
        let is_known = |rendered: &Rendered| !rendered.has_errors() && rendered.is_complete();
        if !is_known(base) || !is_known(head) {
            return None;
        }
        let (mut base, mut changes) = (by_id(base), ObjectChanges::default());
        for (key, node) in by_id(head) {
            let is_same = base.remove(&key).is_some_and(|before| before == node);
            let list = if is_same { &mut changes.unchanged } else { &mut changes.changed };
            list.push(key.0.clone());
        }
        changes.changed.extend(base.into_keys().map(|(id, _)| id.clone()));
        Some(changes)
    }
}

/// The objects by what they are: id and version.
fn by_id(rendered: &Rendered) -> BTreeMap<(&ObjectId, &str), &Node> {
    rendered.manifests.iter().map(|m| ((&m.id, m.version.as_str()), &m.node)).collect()
}

/// Whether two renderings put the same objects on a cluster: object by object, order does not count. A rendering with errors equals none.
pub(crate) fn is_equal(base: &Rendered, head: &Rendered) -> bool {
    if base.has_errors() || head.has_errors() || base.manifests.len() != head.manifests.len() {
        return false;
    }
    let known = by_id(base);
    head.manifests.iter().all(|m| known.get(&(&m.id, m.version.as_str())).is_some_and(|before| **before == m.node))
}
