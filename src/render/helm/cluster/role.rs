//! What an object is to its release: a hook by its annotations, kept by another, else tracked.

use std::sync::Arc;

use seatrial_model::{Hook, HookEvent, Node, ReleaseRole};

/// What a template's object is.
pub(crate) fn role_of(node: &Node) -> ReleaseRole {
    match hook_of(node) {
        Some(hook) => ReleaseRole::Hook(Arc::new(hook)),
        None => ReleaseRole::Tracked { is_kept: is_kept(node) },
    }
}

/// What the annotations make of an object (helm: `SortManifests`).
pub(crate) fn hook_of(node: &Node) -> Option<Hook> {
    let annotations = node.at(&["metadata", "annotations"])?;
    let text = |name: &str| annotations.get(name).and_then(Node::scalar_text);
    let parts = |text: &str| -> Vec<String> { text.split(',').map(|part| part.trim().to_lowercase()).collect() };
    let names = parts(annotations.get("helm.sh/hook")?.scalar_text().unwrap_or_default());
    let events: Option<Vec<HookEvent>> = names.iter().map(|name| HookEvent::named(name)).collect();
    Some(Hook {
        is_known: events.is_some(),
        events: events.unwrap_or_default(),
        weight: text("helm.sh/hook-weight").and_then(atoi).unwrap_or_default(),
        delete_policies: text("helm.sh/hook-delete-policy").map(parts).unwrap_or_default(),
    })
}

/// Whether a release leaves it where it would delete it (helm: `kube.ResourcePolicyAnno`).
fn is_kept(node: &Node) -> bool {
    let policy = node.at(&["metadata", "annotations", "helm.sh/resource-policy"]);
    policy.and_then(Node::scalar_text).is_some_and(|policy| policy.trim().eq_ignore_ascii_case("keep"))
}

/// Go's `strconv.Atoi`.
fn atoi(text: &str) -> Option<i64> {
    text.parse().ok()
}
