//! What scales and what keeps enough pods (`pkg/apis/autoscaling/validation`, `pkg/apis/policy/validation`).

use seatrial_model::Node;

use crate::is_substitution;
use crate::shape::{At, COUNT, Check, Found, INT32, Shape};
use crate::syntax::path_segment;

use super::selector::SELECTOR;
use super::workload::at_most_all;

const SOME: Check = Check::Between(1, INT32);

/// A HorizontalPodAutoscaler of any version.
pub(crate) static AUTOSCALER: Shape = Shape { fields: &[("spec", &[Check::Required, Check::Of(&SPEC)])], whole: &[] };

/// `validateHorizontalPodAutoscalerSpec`.
static SPEC: Shape = Shape {
    fields: &[
        ("minReplicas", &[COUNT]),
        ("maxReplicas", &[SOME]),
        ("scaleTargetRef", &[Check::Of(&TARGET)]),
        ("metrics", &[Check::Each(&METRIC)]),
        ("behavior", &[Check::Of(&BEHAVIOR)]),
        ("targetCPUUtilizationPercentage", &[SOME]),
    ],
    whole: &[replicas],
};

fn replicas(at: &At<'_, '_>, found: &mut Found) {
    let number = |name: &str| at.node.get(name).and_then(Node::as_i64);
    let (least, most) = (number("minReplicas").unwrap_or(1), number("maxReplicas").unwrap_or(INT32));
    if let Some(value) = at.get("maxReplicas").filter(|_| most > 0 && most < least) {
        found.says(&value, &format!("must not be less than `minReplicas` ({least})"));
    }
    let metrics = at.get("metrics");
    let mut kinds = metrics.iter().flat_map(At::items).filter_map(|metric| metric.text_of("type"));
    let scales_to_none = kinds.any(|kind| matches!(kind, "Object" | "External"));
    if let Some(value) = at.get("minReplicas").filter(|_| least == 0 && !scales_to_none) {
        found.says(&value, "must be at least 1 without a metric of the type `Object` or `External`");
    }
}

static TARGET: Shape = Shape {
    fields: &[
        ("kind", &[Check::Required, Check::Looks(path_segment)]),
        ("name", &[Check::Required, Check::Looks(path_segment)]),
    ],
    whole: &[group_of_target],
};

/// `ValidateAPIVersion`: the core group has nothing that scales under that name. Older servers do not look at it.
fn group_of_target(at: &At<'_, '_>, found: &mut Found) {
    let version = at.text_of("apiVersion").unwrap_or_default();
    let is_core = at.text_of("kind") == Some("ReplicationController");
    if found.minor.number() < 35 || is_core || version.matches('/').count() == 1 || is_substitution(version) {
        return;
    }
    match at.get("apiVersion") {
        Some(value) => found.says(&value, "must name a group and a version, such as `apps/v1`"),
        None => found.lacks(at, "apiVersion"),
    }
}

const SOURCES: &[(&str, &str)] = &[
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];

/// `validateMetricSpec`.
static METRIC: Shape = Shape {
    fields: &[
        ("type", &[Check::Required, Check::OneOf(&["ContainerResource", "External", "Object", "Pods", "Resource"])]),
        ("resource", &[Check::Of(&RESOURCE)]),
        ("containerResource", &[Check::Of(&CONTAINER_RESOURCE)]),
        ("pods", &[Check::Of(&SOURCE)]),
        ("external", &[Check::Of(&SOURCE)]),
        ("object", &[Check::Of(&OBJECT)]),
    ],
    whole: &[|at, found| {
        let wanted = SOURCES.iter().find(|(kind, _)| at.text_of("type") == Some(kind));
        let Some((kind, wanted)) = wanted else { return };
        if at.get(wanted).is_none() {
            found.lacks(at, wanted);
            return;
        }
        let other = SOURCES.iter().filter(|(_, name)| name != wanted).find_map(|(_, name)| at.get(name));
        if let Some(other) = other {
            found.says(&other, &format!("must not be set for the type `{kind}`"));
        }
    }],
};

static RESOURCE: Shape =
    Shape { fields: &[("name", &[Check::Required]), ("target", &[Check::Of(&GOAL_OF_RESOURCE)])], whole: &[] };

static CONTAINER_RESOURCE: Shape = Shape {
    fields: &[
        ("name", &[Check::Required]),
        ("container", &[Check::Required]),
        ("target", &[Check::Of(&GOAL_OF_RESOURCE)]),
    ],
    whole: &[],
};

static OBJECT: Shape = Shape {
    fields: &[
        ("describedObject", &[Check::Of(&TARGET)]),
        ("metric", &[Check::Of(&IDENTIFIER)]),
        ("target", &[Check::Of(&GOAL)]),
    ],
    whole: &[],
};

static SOURCE: Shape =
    Shape { fields: &[("metric", &[Check::Of(&IDENTIFIER)]), ("target", &[Check::Of(&GOAL)])], whole: &[] };

static IDENTIFIER: Shape = Shape {
    fields: &[("name", &[Check::Required, Check::Looks(path_segment)]), ("selector", &[Check::Of(&SELECTOR)])],
    whole: &[],
};

/// `validateMetricTarget`.
static GOAL: Shape = Shape {
    fields: &[
        ("type", &[Check::Required, Check::OneOf(&["Utilization", "Value", "AverageValue"])]),
        ("averageUtilization", &[SOME]),
    ],
    whole: &[|at, found| {
        if at.get("value").is_none() && at.get("averageValue").is_none() && at.get("averageUtilization").is_none() {
            found.says(at, "must have `value`, `averageValue` or `averageUtilization`");
        }
    }],
};

/// `validateResourceSource`.
static GOAL_OF_RESOURCE: Shape = Shape {
    fields: &[
        ("type", &[Check::Required, Check::OneOf(&["Utilization", "Value", "AverageValue"])]),
        ("averageUtilization", &[SOME]),
        ("value", &[Check::By(|at, found| found.says(at, "must not be set for a resource metric"))]),
    ],
    whole: &[|at, found| found.has_one(at, &["averageUtilization", "averageValue"])],
};

static BEHAVIOR: Shape =
    Shape { fields: &[("scaleUp", &[Check::Of(&RULES)]), ("scaleDown", &[Check::Of(&RULES)])], whole: &[] };

/// `validateScalingRules`.
static RULES: Shape = Shape {
    fields: &[
        ("stabilizationWindowSeconds", &[Check::Between(0, 3600)]),
        ("selectPolicy", &[Check::Word(&["Max", "Min", "Disabled"])]),
        ("policies", &[Check::Filled, Check::Each(&POLICY)]),
    ],
    whole: &[],
};

static POLICY: Shape = Shape {
    fields: &[
        ("type", &[Check::Required, Check::OneOf(&["Pods", "Percent"])]),
        ("value", &[SOME]),
        ("periodSeconds", &[Check::Between(1, 1800)]),
    ],
    whole: &[],
};

/// A PodDisruptionBudget.
pub(crate) static DISRUPTION_BUDGET: Shape = Shape { fields: &[("spec", &[Check::Of(&BUDGET)])], whole: &[] };

/// `ValidatePodDisruptionBudgetSpec`.
static BUDGET: Shape = Shape {
    fields: &[
        ("minAvailable", &[Check::Share, Check::By(at_most_all)]),
        ("maxUnavailable", &[Check::Share, Check::By(at_most_all)]),
        ("selector", &[Check::Of(&SELECTOR)]),
        ("unhealthyPodEvictionPolicy", &[Check::Word(&["IfHealthyBudget", "AlwaysAllow"])]),
    ],
    whole: &[|at, found| found.has_at_most_one(at, &["maxUnavailable", "minAvailable"])],
};
