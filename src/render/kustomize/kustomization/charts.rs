//! What the fields of Helm hold (kustomize: `types/helmchartargs.go`).

use crate::kustomization::shape::{Member, Shape, member};

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
