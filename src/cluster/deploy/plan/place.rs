//! Where the objects of an environment go: which namespace they are in, and what becomes of them in a preview namespace.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_kubernetes::Scope;
use seatrial_model::{Finding, Manifest, ObjectId, Skipped};
use serde_json::Value;

use crate::blame::field_path::name_span;
use crate::ids;
use crate::plan::normalise::normalise;
use crate::plan::order::{Stage, hook, key, not_deployed, stage};
use crate::plan::ownership::drop_owners;
use crate::plan::reference::outside;

/// One object, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Placed<'a> {
    /// What it was made from: findings point there.
    pub(crate) manifest: &'a Manifest,
    /// Identity on the cluster.
    pub(crate) id: ObjectId,
    /// As it is sent.
    pub(crate) object: Value,
    pub(crate) stage: Stage,
}

impl Placed<'_> {
    pub(crate) fn api_version(&self) -> String {
        self.manifest.api_version()
    }
}

/// The objects to apply, in order; those left out; and what stands in the way of applying any.
#[derive(Debug, Default)]
pub(crate) struct Placement<'a> {
    pub(crate) objects: Vec<Placed<'a>>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) findings: Vec<Finding>,
    /// Sentences about what a preview does not take along.
    pub(crate) notices: Vec<String>,
}

/// Where namespaced objects go.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Destination<'a> {
    /// Where they say; into this one when they say nothing.
    Own(&'a str),
    /// All into this preview namespace; those that say nothing come from the second one.
    Preview(&'a str, &'a str),
}

/// Places manifests, each with the scope of its kind.
pub(crate) fn place<'a>(manifests: &[(&'a Manifest, Scope)], to: Destination<'_>) -> Placement<'a> {
    let mut placement = Placement::default();
    let (target, default) = match to {
        Destination::Own(namespace) => (None, namespace),
        Destination::Preview(target, default) => (Some(target), default),
    };
    let source = |manifest: &'a Manifest| manifest.id.namespace.as_deref().unwrap_or(default);
    let namespaced =
        || manifests.iter().filter(|(_, scope)| *scope == Scope::Namespaced).map(|(manifest, _)| *manifest);
    let moved: BTreeSet<&str> = namespaced().map(source).collect();
    if let Some(target) = target {
        placement.findings = collisions(namespaced(), target, default);
    }
    for (manifest, scope) in manifests {
        if let Some(because) = left_out(manifest, *scope, to) {
            placement.skipped.push(Skipped { object: manifest.id.clone(), because: because.to_owned() });
            continue;
        }
        if manifest.node.at(&["metadata", "name"]).is_none() {
            placement.findings.push(without_name(manifest));
            continue;
        }
        let mut object = manifest.node.to_json();
        normalise(&mut object);
        let namespace = (*scope == Scope::Namespaced).then(|| target.unwrap_or(source(manifest)).to_owned());
        if let (Some(metadata), Some(namespace)) =
            (object.get_mut("metadata").and_then(Value::as_object_mut), &namespace)
        {
            metadata.insert("namespace".to_owned(), Value::String(namespace.clone()));
        }
        if let Some(target) = target {
            drop_owners(&mut object);
            move_subjects(&mut object, &moved, target);
        }
        let id = ObjectId { namespace, ..manifest.id.clone() };
        // Nothing of a Secret is told, not even a host.
        if target.is_some() && id.kind != "Secret" {
            placement.notices.extend(outside(&object, &id, &moved));
        }
        let stage = stage(manifest);
        placement.objects.push(Placed { manifest, id, object, stage });
    }
    placement.objects.sort_by(|a, b| a.stage.cmp(&b.stage).then_with(|| key(&a.id).cmp(&key(&b.id))));
    placement
}

fn left_out(manifest: &Manifest, scope: Scope, to: Destination<'_>) -> Option<&'static str> {
    if manifest.is_sops_encrypted() {
        return Some("encrypted with SOPS, and never applied as ciphertext");
    }
    if let Some(because) = hook(manifest).and_then(not_deployed) {
        return Some(because);
    }
    match (to, scope) {
        (Destination::Preview(..), Scope::Cluster) if manifest.id.kind == "Namespace" => {
            Some("the preview namespace takes its place")
        }
        (Destination::Preview(..), Scope::Cluster) => Some("cluster-scoped, not part of a preview namespace"),
        _ => None,
    }
}

fn without_name(manifest: &Manifest) -> Finding {
    let message = format!("{} has a `generateName` but no `name`, so it cannot be applied", manifest.id.kind);
    Finding::new(ids::APPLY_REJECTED, name_span(&manifest.node), message)
        .with_object(&manifest.id)
        .with_field("/metadata/generateName")
        .with_help("give it a `metadata.name`: server-side apply finds the object by it")
}

/// Objects that differ only by the namespace that they lose.
fn collisions<'a>(manifests: impl Iterator<Item = &'a Manifest>, target: &str, default: &str) -> Vec<Finding> {
    let mut known: BTreeMap<(&str, &str, &str), &Manifest> = BTreeMap::new();
    let mut findings = Vec::new();
    let named = |manifest: &Manifest| {
        let namespace = manifest.id.namespace.as_deref().unwrap_or(default);
        format!("{} `{namespace}/{}`", manifest.id.kind, manifest.id.name)
    };
    for manifest in manifests.filter(|m| !m.is_sops_encrypted()) {
        let id = &manifest.id;
        let Some(first) = known.insert((&id.group, &id.kind, &id.name), manifest) else { continue };
        known.insert((&id.group, &id.kind, &id.name), first);
        if named(first) == named(manifest) {
            continue;
        }
        let message =
            format!("{} and {} would become one in the preview namespace `{target}`", named(first), named(manifest));
        findings.push(
            Finding::new(ids::PREVIEW_COLLISION, name_span(&manifest.node), message)
                .with_object(id)
                .with_related(name_span(&first.node), "the other one")
                .with_help("give one of them another name, or deploy without `preview.namespace`"),
        );
    }
    findings
}

/// Service accounts moved with the rest: bindings follow them.
fn move_subjects(object: &mut Value, moved: &BTreeSet<&str>, target: &str) {
    if object.get("kind").and_then(Value::as_str) != Some("RoleBinding") {
        return;
    }
    for subject in object.get_mut("subjects").and_then(Value::as_array_mut).into_iter().flatten() {
        let account = subject.get("kind").and_then(Value::as_str) == Some("ServiceAccount");
        let follows = subject.get("namespace").and_then(Value::as_str).is_some_and(|n| moved.contains(n));
        if account
            && follows
            && let Some(subject) = subject.as_object_mut()
        {
            subject.insert("namespace".to_owned(), Value::String(target.to_owned()));
        }
    }
}

/// The namespace that stands for the environment: the one that most of its objects are in, the first by name when several are.
pub(crate) fn main_namespace<'a>(manifests: &[(&'a Manifest, Scope)], default: &'a str) -> &'a str {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (manifest, scope) in manifests {
        if *scope == Scope::Namespaced {
            *counts.entry(manifest.id.namespace.as_deref().unwrap_or(default)).or_default() += 1;
        }
    }
    let most = counts.values().copied().max().unwrap_or(0);
    counts.into_iter().find(|(_, count)| *count == most).map_or(default, |(namespace, _)| namespace)
}

#[cfg(test)]
mod tests {
    use seatrial_model::Sources;
    use serde_json::json;

    use super::*;

    const OBJECTS: &str = "\
{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }
---
{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: { name: reader } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: config, namespace: shop, labels: { kustomize.toolkit.fluxcd.io/name: apps } } }
---
{ apiVersion: v1, kind: Secret, metadata: { name: hidden, namespace: shop }, sops: { mac: x } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: web, namespace: shop }
subjects:
- { kind: ServiceAccount, name: web, namespace: shop }
- { kind: ServiceAccount, name: prometheus, namespace: monitoring }
- { kind: Group, name: shop }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: config, namespace: jobs } }
---
{ apiVersion: batch/v1, kind: Job, metadata: { generateName: once- } }
";

    fn manifests() -> Vec<Manifest> {
        let file = Sources::new().add("all.yaml", OBJECTS.to_owned());
        let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
        assert!(parsed.findings.is_empty(), "{:?}", parsed.findings);
        parsed.documents.into_iter().filter_map(|d| Manifest::from_node(d.node)).collect()
    }

    fn scoped(manifests: &[Manifest]) -> Vec<(&Manifest, Scope)> {
        let scope = |m: &Manifest| match m.id.kind.as_str() {
            "Namespace" | "ClusterRole" => Scope::Cluster,
            _ => Scope::Namespaced,
        };
        manifests.iter().map(|m| (m, scope(m))).collect()
    }

    #[test]
    fn without_a_preview_everything_stays_where_it_says() {
        let manifests = manifests();
        let placement = place(&scoped(&manifests), Destination::Own("default"));
        let ids: Vec<String> = placement.objects.iter().map(|o| o.id.to_string()).collect();
        assert_eq!(
            ids,
            [
                "Namespace shop",
                "ClusterRole reader",
                "RoleBinding shop/web",
                "ConfigMap jobs/config",
                "ConfigMap shop/config"
            ]
        );
        let skipped: Vec<String> = placement.skipped.iter().map(|s| format!("{}: {}", s.object, s.because)).collect();
        assert_eq!(skipped, ["Secret shop/hidden: encrypted with SOPS, and never applied as ciphertext"]);
        let messages: Vec<&str> = placement.findings.iter().map(|f| f.message.as_str()).collect();
        assert_eq!(messages, ["Job has a `generateName` but no `name`, so it cannot be applied"]);
    }

    #[test]
    fn a_preview_moves_what_has_a_namespace_and_skips_the_rest() {
        let mut manifests = manifests();
        manifests.retain(|m| m.id.namespace.as_deref() != Some("jobs") && m.id.kind != "Job");
        let placement = place(&scoped(&manifests), Destination::Preview("shop-pr-1", "default"));
        assert!(placement.findings.is_empty());
        let ids: Vec<String> = placement.objects.iter().map(|o| o.id.to_string()).collect();
        assert_eq!(ids, ["RoleBinding shop-pr-1/web", "ConfigMap shop-pr-1/config"]);
        assert_eq!(placement.objects[0].object["subjects"][0]["namespace"], "shop-pr-1");
        assert_eq!(placement.objects[0].object["subjects"][1]["namespace"], "monitoring");
        assert_eq!(placement.objects[0].object["subjects"][2].get("namespace"), None);
        assert_eq!(placement.objects[1].object["metadata"], json!({"name": "config", "namespace": "shop-pr-1"}));
        let skipped: Vec<String> = placement.skipped.iter().map(|s| format!("{}: {}", s.object, s.because)).collect();
        assert_eq!(
            skipped,
            [
                "Namespace shop: the preview namespace takes its place",
                "ClusterRole reader: cluster-scoped, not part of a preview namespace",
                "Secret shop/hidden: encrypted with SOPS, and never applied as ciphertext"
            ]
        );
    }

    #[test]
    fn two_objects_that_would_become_one_are_found_before_anything_is_applied() {
        let manifests = manifests();
        let placement = place(&scoped(&manifests), Destination::Preview("shop-pr-1", "default"));
        let found = placement.findings.iter().find(|f| f.rule == ids::PREVIEW_COLLISION).expect("found");
        assert_eq!(
            found.message,
            "ConfigMap `shop/config` and ConfigMap `jobs/config` would become one in the preview namespace `shop-pr-1`"
        );
        assert_eq!(found.related.len(), 1);
    }

    #[test]
    fn the_main_namespace_is_the_one_with_most_objects() {
        let manifests = manifests();
        assert_eq!(main_namespace(&scoped(&manifests), "default"), "shop");
        assert_eq!(main_namespace(&[], "default"), "default");
    }
}
