//! The fields of a Kustomization and a Component (kustomize: `types/kustomization.go`), and their types. What the items of lists hold is in `items`.

use crate::kustomization::charts::{HELM_CHART, HELM_CHART_OF_OLD, HELM_GLOBALS};
use crate::kustomization::items::{
    CONFIG_MAP, FIELD, GENERATOR_OPTIONS, IMAGE, PATCH, REPLACEMENT, REPLICA, SECRET, VAR,
};
use crate::kustomization::shape::{Member, Shape, member};

/// Everything kustomize knows at the top level.
pub(crate) const KUSTOMIZATION: &[Member] = &[
    member("apiVersion", Shape::String),
    member("kind", Shape::String),
    member("metadata", Shape::Object(OBJECT_META)),
    member("resources", Shape::Strings),
    member("bases", Shape::Strings),
    member("components", Shape::Strings),
    member("namespace", Shape::String),
    member("namePrefix", Shape::String),
    member("nameSuffix", Shape::String),
    member("commonLabels", Shape::StringMap),
    member("labels", Shape::Objects(LABEL)),
    member("commonAnnotations", Shape::StringMap),
    member("patchesStrategicMerge", Shape::Strings),
    member("patchesJson6902", Shape::Objects(PATCH)),
    member("patches", Shape::Objects(PATCH)),
    member("images", Shape::Objects(IMAGE)),
    member("imageTags", Shape::Objects(IMAGE)),
    member("replicas", Shape::Objects(REPLICA)),
    member("configMapGenerator", Shape::Objects(CONFIG_MAP)),
    member("secretGenerator", Shape::Objects(SECRET)),
    member("generatorOptions", Shape::Object(GENERATOR_OPTIONS)),
    member("sortOptions", Shape::Object(SORT_OPTIONS)),
    member("configurations", Shape::Strings),
    member("crds", Shape::Strings),
    member("openapi", Shape::StringMap),
    member("generators", Shape::Strings),
    member("transformers", Shape::Strings),
    member("validators", Shape::Strings),
    member("replacements", Shape::Objects(REPLACEMENT)),
    member("vars", Shape::Objects(VAR)),
    member("buildMetadata", Shape::Strings),
    member("helmCharts", Shape::Objects(HELM_CHART)),
    member("helmGlobals", Shape::Object(HELM_GLOBALS)),
    member("helmChartInflationGenerator", Shape::Objects(HELM_CHART_OF_OLD)),
];

/// kustomize reads it strictly and makes no use of it.
const OBJECT_META: &[Member] = &[
    member("name", Shape::String),
    member("namespace", Shape::String),
    member("labels", Shape::StringMap),
    member("annotations", Shape::StringMap),
];

const LABEL: &[Member] = &[
    member("pairs", Shape::StringMap),
    member("includeSelectors", Shape::Bool),
    member("includeTemplates", Shape::Bool),
    member("fields", Shape::Objects(FIELD)),
];

const SORT_OPTIONS: &[Member] =
    &[member("order", Shape::String), member("legacySortOptions", Shape::Object(LEGACY_SORT_OPTIONS))];

const LEGACY_SORT_OPTIONS: &[Member] = &[member("orderFirst", Shape::Strings), member("orderLast", Shape::Strings)];
