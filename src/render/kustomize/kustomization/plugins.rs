//! What the configuration of each built-in plugin holds (kustomize: `internal/builtins`).
//!
//! Such files are decoded more loosely than a kustomization: unknown keys are ignored, and a number or a boolean is taken for a string
//! where one is wanted.

use seatrial_model::{Entry, Finding, Node, ScalarKind};

use crate::kustomization::items::REPLACEMENT;
use crate::kustomization::shape::{Member, Shape, clean, find, member};
use crate::kustomization::top_level::{CONFIG_MAP, IMAGE, PATCH, REPLICA, SECRET, TARGET};
use crate::load::configurations::FIELD;

/// `AnnotationsTransformer`.
pub(crate) const ANNOTATIONS: &[Member] = &[member("annotations", Shape::StringMap), FIELD_SPECS];
/// `LabelTransformer`.
pub(crate) const LABELS: &[Member] = &[member("labels", Shape::StringMap), FIELD_SPECS];
/// `NamespaceTransformer`.
pub(crate) const NAMESPACE: &[Member] = &[
    member("metadata", Shape::Object(METADATA)),
    FIELD_SPECS,
    member("unsetOnly", Shape::Bool),
    member("setRoleBindingSubjects", Shape::String),
];
/// `PrefixTransformer`.
pub(crate) const PREFIX: &[Member] = &[member("prefix", Shape::String), FIELD_SPECS];
/// `SuffixTransformer`.
pub(crate) const SUFFIX: &[Member] = &[member("suffix", Shape::String), FIELD_SPECS];
/// `PrefixSuffixTransformer`.
pub(crate) const PREFIX_AND_SUFFIX: &[Member] =
    &[member("prefix", Shape::String), member("suffix", Shape::String), FIELD_SPECS];
/// `PatchTransformer`.
pub(crate) const PATCH_TRANSFORMER: &[Member] = PATCH;
/// `PatchJson6902Transformer`.
pub(crate) const JSON_PATCH: &[Member] =
    &[member("target", Shape::Object(TARGET)), member("path", Shape::String), member("jsonOp", Shape::String)];
/// `PatchStrategicMergeTransformer`.
pub(crate) const STRATEGIC_MERGE: &[Member] = &[member("paths", Shape::Strings), member("patches", Shape::String)];
/// `ImageTagTransformer`.
pub(crate) const IMAGE_TAG: &[Member] = &[member("imageTag", Shape::Object(IMAGE)), FIELD_SPECS];
/// `ReplicaCountTransformer`.
pub(crate) const REPLICA_COUNT: &[Member] = &[member("replica", Shape::Object(REPLICA)), FIELD_SPECS];
/// `ValueAddTransformer`.
pub(crate) const VALUE_ADD: &[Member] = &[
    member("value", Shape::String),
    member("targets", Shape::Objects(VALUE_TARGET)),
    member("targetFilePath", Shape::String),
];
/// `ReplacementTransformer`.
pub(crate) const REPLACEMENTS: &[Member] = &[member("replacements", Shape::Objects(REPLACEMENT))];
/// `ConfigMapGenerator`.
pub(crate) const CONFIG_MAP_GENERATOR: &[Member] = CONFIG_MAP;
/// `SecretGenerator`.
pub(crate) const SECRET_GENERATOR: &[Member] = SECRET;
/// `IAMPolicyGenerator`.
pub(crate) const IAM_POLICY: &[Member] = &[
    member("cloud", Shape::String),
    member("kubernetesService", Shape::Object(&[member("name", Shape::String), member("namespace", Shape::String)])),
    member("serviceAccount", Shape::Object(&[member("name", Shape::String), member("projectId", Shape::String)])),
];
/// The metadata of a configuration.
pub(crate) const METADATA: &[Member] = &[member("name", Shape::String), member("namespace", Shape::String)];

const FIELD_SPECS: Member = member("fieldSpecs", Shape::Objects(FIELD));
const VALUE_TARGET: &[Member] = &[
    member("selector", Shape::Object(TARGET)),
    member("fieldPath", Shape::String),
    member("filePathPosition", Shape::Integer),
];

/// The configuration with the members that its plugin reads; what has the wrong type is a finding.
pub(crate) fn fit(node: &Node, members: &'static [Member], findings: &mut Vec<Finding>) -> Node {
    clean(&loosen(node, Shape::Object(members), Unknown::Dropped), members, "", findings)
}

/// The same for a strict file, whose unknown keys are findings; `field` is what names it.
pub(crate) fn fit_strictly(node: &Node, members: &'static [Member], field: &str, findings: &mut Vec<Finding>) -> Node {
    clean(&loosen(node, Shape::Object(members), Unknown::Kept), members, field, findings)
}

/// What becomes of keys that nobody reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Kept,
    Dropped,
}

fn loosen(node: &Node, shape: Shape, unknown: Unknown) -> Node {
    match shape {
        Shape::String => as_string(node),
        Shape::Object(members) if node.is_mapping() => {
            let entries = node.entries().iter().filter_map(|entry| {
                let value = match find(members, &entry.key.text) {
                    Some(member) => loosen(&entry.value, member.shape, unknown),
                    None if unknown == Unknown::Kept => entry.value.clone(),
                    None => return None,
                };
                Some(Entry { key: entry.key.clone(), value })
            });
            with_entries(node, entries.collect())
        }
        Shape::StringMap if node.is_mapping() => {
            let entries = node.entries().iter().map(|e| Entry { key: e.key.clone(), value: as_string(&e.value) });
            with_entries(node, entries.collect())
        }
        Shape::Strings if node.is_sequence() => with_items(node, node.items().iter().map(as_string).collect()),
        Shape::Objects(members) if node.is_sequence() => {
            let item = |item| loosen(item, Shape::Object(members), unknown);
            with_items(node, node.items().iter().map(item).collect())
        }
        _ => node.clone(),
    }
}

fn with_entries(node: &Node, entries: Vec<Entry>) -> Node {
    let mut node = node.clone();
    node.set_entries(entries);
    node
}

fn with_items(node: &Node, items: Vec<Node>) -> Node {
    let mut node = node.clone();
    node.set_items(items);
    node
}

/// A number or boolean as Go writes it.
fn as_string(node: &Node) -> Node {
    let text = match node.kind() {
        ScalarKind::Integer => node.as_i64().map(|n| n.to_string()),
        ScalarKind::Bool => node.as_bool().map(|b| b.to_string()),
        ScalarKind::Float => node.scalar_text().and_then(|t| t.parse::<f64>().ok()).map(|n| n.to_string()),
        _ => None,
    };
    match text {
        Some(text) if node.scalar_text().is_some() => Node::string(text, node.origin()),
        _ => node.clone(),
    }
}
