//! What the configuration of each built-in plugin holds (kustomize: `internal/builtins`).

use crate::kustomization::items::{CONFIG_MAP, FIELD, IMAGE, PATCH, REPLACEMENT, REPLICA, SECRET, TARGET};
use crate::kustomization::shape::{Member, Shape, member};

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
