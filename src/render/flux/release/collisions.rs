//! Releases that Helm takes for one.

use std::collections::HashMap;

use seatrial_model::{Finding, Level, Manifest, Node, Span};

use super::Release;
use crate::kustomizations::fields::{OtherCluster, other_cluster};
use crate::objects::flux_object::{full_name, is_suspended};
use crate::objects::flux_object::{has_variable, spec};
use crate::objects::found::Objects;
use crate::objects::ids;

/// Each release whose records lie where those of another one do; `manifests` are those of the releases, in their order.
pub(crate) fn check(manifests: &[&Manifest], releases: &[Release], objects: &Objects) -> Vec<Finding> {
    let mut known: HashMap<(Option<OtherCluster<'_>>, &str, &str), &Manifest> = HashMap::new();
    let mut findings = Vec::new();
    for (manifest, release) in manifests.iter().zip(releases) {
        if has_variable(&release.name) || has_variable(&release.storage_namespace) {
            continue;
        }
        let owner = manifest.owner.as_ref().and_then(|owner| objects.get(&owner.0));
        let cluster = other_cluster(manifest).or_else(|| owner.and_then(other_cluster));
        let first = known.entry((cluster, &release.storage_namespace, &release.name)).or_insert(manifest);
        if first.id == manifest.id {
            continue;
        }
        let message = format!(
            "`{}` and `{}` are both the release `{}` in namespace `{}`",
            full_name(&first.id),
            full_name(&manifest.id),
            release.name,
            release.storage_namespace
        );
        let finding = Finding::new(ids::RELEASE_NAME, place(manifest), message).with_object(&manifest.id);
        let finding = finding.with_related(place(first), "the other one");
        let finding = finding.with_help("give one of them another `releaseName`");
        let rests = is_suspended(manifest) || is_suspended(first);
        findings.push(if rests { finding.with_level(Level::Note) } else { finding });
    }
    findings
}

/// What makes the name: `releaseName`, or the name of the object.
fn place(manifest: &Manifest) -> Span {
    let name = spec(manifest, &["releaseName"]).or_else(|| manifest.node.at(&["metadata", "name"]));
    name.map_or(manifest.span, Node::span)
}
