//! What the graph says of an object: its node, what it reconciles from, and what is not followed.

use seatrial_model::{GraphNode, Lifecycle, Manifest, NodeState, ObjectId};

use crate::flux_object::{FluxKind, is_true, items, text};
use crate::sources::source_of;
use crate::unit::{full_name, is_suspended};
use crate::{dependencies, implied};

/// What becomes of an object that is not a Kustomization.
pub(super) fn leaf_state(kind: FluxKind, manifest: &Manifest) -> NodeState {
    match kind {
        FluxKind::FluxInstance if !items(manifest, &["kustomize", "patches"]).is_empty() => {
            NodeState::NotFollowed("its patches are for Flux's own components".to_owned())
        }
        FluxKind::HelmRelease => NodeState::NotFollowed("charts are not rendered yet".to_owned()),
        FluxKind::ResourceSet => NodeState::NotFollowed("templates are not rendered yet".to_owned()),
        FluxKind::Kustomization
        | FluxKind::ArtifactGenerator
        | FluxKind::Source
        | FluxKind::Image
        | FluxKind::Notification
        | FluxKind::FluxInstance => NodeState::Leaf,
    }
}

/// The node of an object that applies so many others.
pub(super) fn node_of(manifest: &Manifest, owner: Option<&ObjectId>, state: NodeState, objects: usize) -> GraphNode {
    let is_suspended = is_suspended(manifest);
    GraphNode {
        id: manifest.id.clone(),
        owner: owner.filter(|owner| **owner != manifest.id).cloned(),
        span: manifest.span,
        state: if is_suspended && state != NodeState::Leaf { NodeState::Suspended } else { state },
        from: from(manifest),
        objects,
        depends_on: items(manifest, &["dependsOn"]).iter().filter_map(|d| dependencies::named(d, manifest)).collect(),
        lifecycle: Lifecycle {
            prune: is_true(manifest, &["prune"]),
            suspended: is_suspended,
            deletion_policy: text(manifest, &["deletionPolicy"]).map(str::to_owned),
        },
    }
}

/// What it reconciles from.
fn from(manifest: &Manifest) -> Option<String> {
    match FluxKind::of(&manifest.id)? {
        FluxKind::Kustomization => {
            let id = source_of(manifest)?;
            Some(format!("{} {}: {}", id.kind, full_name(&id), text(manifest, &["path"]).unwrap_or("./")))
        }
        FluxKind::HelmRelease => {
            let chart =
                text(manifest, &["chart", "spec", "chart"]).or_else(|| text(manifest, &["chartRef", "name"]))?;
            let version = text(manifest, &["chart", "spec", "version"]);
            Some(version.map_or_else(|| chart.to_owned(), |version| format!("{chart} {version}")))
        }
        FluxKind::Source => text(manifest, &["url"]).or_else(|| text(manifest, &["endpoint"])).map(str::to_owned),
        FluxKind::FluxInstance => {
            let (source, synced) = implied::of_instance(manifest)?;
            let (kind, name) = (&source.id.kind, full_name(&source.id));
            Some(format!("{kind} {name}: {}", text(&synced, &["path"]).unwrap_or("./")))
        }
        FluxKind::Image => {
            text(manifest, &["image"]).or_else(|| text(manifest, &["imageRepositoryRef", "name"])).map(str::to_owned)
        }
        _ => None,
    }
}
