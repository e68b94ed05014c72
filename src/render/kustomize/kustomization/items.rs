//! What `replacements`, `vars` and the fields of Helm hold (kustomize: `types/replacement.go`, `types/var.go`, `types/helmchartargs.go`).

use crate::kustomization::shape::{Member, Shape, member};
use crate::kustomization::top_level::TARGET;

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

/// `helmGlobals`.
pub(crate) const HELM_GLOBALS: &[Member] = &[member("chartHome", Shape::String), member("configHome", Shape::String)];

/// An item of `helmCharts`.
pub(crate) const HELM_CHART: &[Member] = &[
    member("name", Shape::String),
    member("version", Shape::String),
    member("repo", Shape::String),
    member("releaseName", Shape::String),
    member("namespace", Shape::String),
    member("additionalValuesFiles", Shape::Strings),
    member("valuesFile", Shape::String),
    member("valuesInline", Shape::Mapping),
    member("valuesMerge", Shape::String),
    member("includeCRDs", Shape::Bool),
    member("skipHooks", Shape::Bool),
    member("apiVersions", Shape::Strings),
    member("kubeVersion", Shape::String),
    member("nameTemplate", Shape::String),
    member("skipTests", Shape::Bool),
    member("debug", Shape::Bool),
    member("devel", Shape::Bool),
];

/// An item of `helmChartInflationGenerator`.
pub(crate) const HELM_CHART_OF_OLD: &[Member] = &[
    member("chartName", Shape::String),
    member("chartVersion", Shape::String),
    member("chartRepoUrl", Shape::String),
    member("chartHome", Shape::String),
    member("chartRepoName", Shape::String),
    member("helmBin", Shape::String),
    member("helmHome", Shape::String),
    member("values", Shape::String),
    member("valuesLocal", Shape::Mapping),
    member("valuesMerge", Shape::String),
    member("releaseName", Shape::String),
    member("releaseNamespace", Shape::String),
    member("extraArgs", Shape::Strings),
];
