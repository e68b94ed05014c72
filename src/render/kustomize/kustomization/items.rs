//! What the items of a kustomization's lists hold, which plugins take as well (kustomize: `types/`).

use crate::kustomization::shape::{Member, Shape, member};

/// An item of `replacements`, inline or in a file.
pub(crate) const REPLACEMENT: &[Member] = &[
    member("path", Shape::String),
    member("source", Shape::Object(SOURCE)),
    member("sourceValue", Shape::String),
    member("targets", Shape::Objects(REPLACEMENT_TARGET)),
];

const SOURCE: &[Member] = &[
    member("group", Shape::String),
    member("version", Shape::String),
    member("kind", Shape::String),
    member("name", Shape::String),
    member("namespace", Shape::String),
    member("fieldPath", Shape::String),
    member("options", Shape::Object(FIELD_OPTIONS)),
];

const REPLACEMENT_TARGET: &[Member] = &[
    member("select", Shape::Object(TARGET)),
    member("reject", Shape::Objects(TARGET)),
    member("fieldPaths", Shape::Strings),
    member("options", Shape::Object(FIELD_OPTIONS)),
];

const FIELD_OPTIONS: &[Member] = &[
    member("delimiter", Shape::String),
    member("index", Shape::Integer),
    member("encoding", Shape::String),
    member("create", Shape::Bool),
];

/// An item of `vars`.
pub(crate) const VAR: &[Member] = &[
    member("name", Shape::String),
    member("objref", Shape::Object(OBJECT_REFERENCE)),
    member("fieldref", Shape::Object(&[member("fieldPath", Shape::String)])),
];

const OBJECT_REFERENCE: &[Member] = &[
    member("apiVersion", Shape::String),
    member("group", Shape::String),
    member("version", Shape::String),
    member("kind", Shape::String),
    member("name", Shape::String),
    member("namespace", Shape::String),
];

/// A field specification.
pub(crate) const FIELD: &[Member] = &[
    member("group", Shape::String),
    member("version", Shape::String),
    member("kind", Shape::String),
    member("path", Shape::String),
    member("create", Shape::Bool),
];

pub(crate) const PATCH: &[Member] = &[
    member("path", Shape::String),
    member("patch", Shape::String),
    member("target", Shape::Object(TARGET)),
    member("options", Shape::Object(PATCH_OPTIONS)),
];

pub(crate) const TARGET: &[Member] = &[
    member("group", Shape::String),
    member("version", Shape::String),
    member("kind", Shape::String),
    member("name", Shape::String),
    member("namespace", Shape::String),
    member("labelSelector", Shape::String),
    member("annotationSelector", Shape::String),
];

const PATCH_OPTIONS: &[Member] = &[member("allowNameChange", Shape::Bool), member("allowKindChange", Shape::Bool)];

pub(crate) const IMAGE: &[Member] = &[
    member("name", Shape::String),
    member("newName", Shape::String),
    member("tagSuffix", Shape::String),
    member("newTag", Shape::String),
    member("digest", Shape::String),
];

pub(crate) const REPLICA: &[Member] = &[member("name", Shape::String), member("count", Shape::Integer)];

pub(crate) const CONFIG_MAP: &[Member] = &[
    member("namespace", Shape::String),
    member("name", Shape::String),
    member("behavior", Shape::String),
    member("literals", Shape::Strings),
    member("files", Shape::Strings),
    member("envs", Shape::Strings),
    member("env", Shape::String),
    member("options", Shape::Object(GENERATOR_OPTIONS)),
];

pub(crate) const SECRET: &[Member] = &[
    member("namespace", Shape::String),
    member("name", Shape::String),
    member("behavior", Shape::String),
    member("literals", Shape::Strings),
    member("files", Shape::Strings),
    member("envs", Shape::Strings),
    member("env", Shape::String),
    member("options", Shape::Object(GENERATOR_OPTIONS)),
    member("type", Shape::String),
];

pub(crate) const GENERATOR_OPTIONS: &[Member] = &[
    member("labels", Shape::StringMap),
    member("annotations", Shape::StringMap),
    member("disableNameSuffixHash", Shape::Bool),
    member("immutable", Shape::Bool),
];
