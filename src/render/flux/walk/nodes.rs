//! What the graph says of an object: its node, what it reconciles from, and what is not followed.

use seatrial_model::{GraphNode, Health, HealthExpression, Lifecycle, Manifest, Node, NodeState, ObjectId, counted};

use crate::checks::dependencies;
use crate::checks::references;
use crate::objects::flux_object::{FluxKind, is_true, items, spec, text};
use crate::objects::flux_object::{full_name, is_suspended};
use crate::objects::implied;
use crate::sources::repositories::source_of;

/// What becomes of an object that is not a Kustomization.
pub(super) fn leaf_state(kind: FluxKind, manifest: &Manifest) -> NodeState {
    match kind {
        FluxKind::FluxInstance if !items(manifest, &["kustomize", "patches"]).is_empty() => {
            NodeState::NotFollowed("its patches are for Flux's own components".to_owned())
        }
        FluxKind::HelmRelease => NodeState::NotFollowed("its chart is not known".to_owned()),
        FluxKind::Kustomization
        | FluxKind::ArtifactGenerator
        | FluxKind::Source
        | FluxKind::Image
        | FluxKind::Notification
        | FluxKind::ResourceSet
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
            // Helm deletes what a new version of a chart does not have, flux-operator what a new version of a set does not.
            prune: is_true(manifest, &["prune"]) || always_prunes(manifest),
            suspended: is_suspended,
            deletion_policy: text(manifest, &["deletionPolicy"]).map(str::to_owned),
            force: is_true(manifest, &["force"]),
            interval: text(manifest, &["interval"]).map(str::to_owned),
            timeout: text(manifest, &["timeout"]).map(str::to_owned),
        },
        health: health(manifest),
    }
}

fn always_prunes(manifest: &Manifest) -> bool {
    FluxKind::of(&manifest.id) == Some(FluxKind::HelmRelease) || manifest.id.kind == "ResourceSet"
}

/// What it waits for; a HelmRelease has other fields for that, and waits for what its chart brings.
fn health(manifest: &Manifest) -> Health {
    let field = |node: &Node, name: &str| node.get(name).and_then(Node::scalar_text).unwrap_or_default().to_owned();
    let expression = |node: &Node| HealthExpression {
        api_version: field(node, "apiVersion"),
        kind: field(node, "kind"),
        current: field(node, "current"),
        in_progress: field(node, "inProgress"),
        failed: field(node, "failed"),
    };
    Health {
        wait: is_true(manifest, &["wait"]),
        checks: items(manifest, &["healthChecks"]).iter().filter_map(references::checked).collect(),
        expressions: items(manifest, &["healthCheckExprs"]).iter().map(expression).collect(),
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
        FluxKind::Image if manifest.id.kind == "ImageUpdateAutomation" => {
            let id = references::automation_source(manifest)?;
            let path = text(manifest, &["update", "path"]).unwrap_or("./");
            Some(format!("{} {}: {path}", id.kind, full_name(&id)))
        }
        FluxKind::Image if manifest.id.kind == "ImagePolicy" => {
            let repository = text(manifest, &["imageRepositoryRef", "name"])?;
            let policy = spec(manifest, &["policy"])?.entries().first()?;
            let how = policy.value.entries().first().and_then(|entry| entry.value.scalar_text());
            let how = how.map(|how| format!(" {how}")).unwrap_or_default();
            Some(format!("{repository}, {}{how}", policy.key.text))
        }
        FluxKind::Image => text(manifest, &["image"]).map(str::to_owned),
        FluxKind::Notification => {
            text(manifest, &["providerRef", "name"]).or_else(|| text(manifest, &["type"])).map(str::to_owned)
        }
        FluxKind::ResourceSet if manifest.id.kind == "ResourceSet" => {
            let sets =
                [("static input", "inputs"), ("provider", "inputsFrom")].into_iter().filter_map(|(what, field)| {
                    let number = items(manifest, &[field]).len();
                    (number > 0).then(|| counted(number, what))
                });
            Some(sets.collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
        }
        FluxKind::ResourceSet => {
            let kind = text(manifest, &["type"])?;
            let url = text(manifest, &["url"]).map(|url| format!(" {url}")).unwrap_or_default();
            Some(format!("{kind}{url}"))
        }
        _ => None,
    }
}
