//! Pods and the templates of pods (`core/validation` `ValidatePodSpec`, `ValidatePodTemplateSpec`).

use crate::shape::{At, COUNT, Check, Found, INT32, Shape};
use crate::syntax::{dns_label, dns_subdomain, ip, label_value, qualified_name};

use super::container::{CONTAINER, PROFILE, SOME, names_are_unique};
use super::selector::{SELECTOR, TEMPLATE_METADATA, values_fit_the_operator};
use super::volume::VOLUME;

/// A Pod.
pub(crate) static POD: Shape = Shape { fields: &[("spec", &[Check::Required, Check::Of(&SPEC)])], whole: &[] };

/// A PodTemplate.
pub(crate) static POD_TEMPLATE: Shape = Shape { fields: &[("template", &[Check::Of(&TEMPLATE)])], whole: &[] };

/// What a workload makes pods of.
pub(crate) static TEMPLATE: Shape = Shape {
    fields: &[("metadata", &[Check::Of(&TEMPLATE_METADATA)]), ("spec", &[Check::Required, Check::Of(&SPEC)])],
    whole: &[],
};

/// The specification of a pod.
static SPEC: Shape = Shape {
    fields: &[
        ("containers", &[Check::Required, Check::Each(&CONTAINER)]),
        ("initContainers", &[Check::Each(&CONTAINER)]),
        ("volumes", &[Check::Each(&VOLUME)]),
        ("restartPolicy", &[Check::OneOf(&["Always", "OnFailure", "Never"])]),
        ("dnsPolicy", &[Check::OneOf(&["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"])]),
        ("preemptionPolicy", &[Check::OneOf(&["Never", "PreemptLowerPriority"])]),
        ("activeDeadlineSeconds", &[SOME]),
        ("nodeSelector", &[Check::Keys(qualified_name), Check::Texts(label_value)]),
        ("serviceAccountName", &[Check::Looks(dns_subdomain)]),
        ("nodeName", &[Check::Looks(dns_subdomain)]),
        ("priorityClassName", &[Check::Looks(dns_subdomain)]),
        ("runtimeClassName", &[Check::Looks(dns_subdomain)]),
        ("hostname", &[Check::Looks(dns_label)]),
        ("subdomain", &[Check::Looks(dns_label)]),
        ("tolerations", &[Check::Each(&TOLERATION)]),
        ("topologySpreadConstraints", &[Check::Each(&SPREAD)]),
        ("hostAliases", &[Check::Each(&HOST_ALIAS)]),
        ("securityContext", &[Check::Of(&SECURITY)]),
        ("affinity", &[Check::Of(&AFFINITY)]),
        ("os", &[Check::Of(&SYSTEM)]),
    ],
    whole: &[names_are_unique],
};

static SYSTEM: Shape = Shape { fields: &[("name", &[Check::OneOf(&["linux", "windows"])])], whole: &[] };

/// `ValidatePodSecurityContext`.
static SECURITY: Shape = Shape {
    fields: &[
        ("fsGroup", &[COUNT]),
        ("runAsUser", &[COUNT]),
        ("runAsGroup", &[COUNT]),
        ("fsGroupChangePolicy", &[Check::OneOf(&["Always", "OnRootMismatch"])]),
        ("supplementalGroupsPolicy", &[Check::OneOf(&["Merge", "Strict"])]),
        ("seccompProfile", &[Check::Of(&PROFILE)]),
        ("appArmorProfile", &[Check::Of(&PROFILE)]),
    ],
    whole: &[],
};

static HOST_ALIAS: Shape = Shape {
    fields: &[("ip", &[Check::By(|at, found| found.looks(at, ip))]), ("hostnames", &[Check::Texts(dns_subdomain)])],
    whole: &[],
};

/// `ValidateTolerations`.
static TOLERATION: Shape = Shape {
    fields: &[
        ("key", &[Check::By(key_of_toleration)]),
        ("operator", &[Check::OneOf(&["Equal", "Exists", "Lt", "Gt"])]),
        ("effect", &[Check::OneOf(&["NoSchedule", "PreferNoSchedule", "NoExecute"])]),
    ],
    whole: &[toleration],
};

fn key_of_toleration(at: &At<'_, '_>, found: &mut Found) {
    if let Some(predicate) = at.text().filter(|text| !text.is_empty()).and_then(qualified_name) {
        found.says(at, &predicate);
    }
}

fn toleration(at: &At<'_, '_>, found: &mut Found) {
    let has_text = |name: &str| at.text_of(name).is_some_and(|text| !text.is_empty());
    let exists = at.text_of("operator") == Some("Exists");
    if !has_text("key") && !exists {
        match at.get("operator") {
            Some(operator) => found.says(&operator, "must be `Exists` when `key` is not set"),
            None if at.is_struct() => found.says(at, "must have a `key`, or the operator `Exists`"),
            None => {}
        }
    }
    if let Some(value) = at.get("value").filter(|_| !exists) {
        found.checks(&value, &Check::Looks(label_value));
    }
    if let Some(value) = at.get("value").filter(|value| exists && !value.is_empty()) {
        found.says(&value, "must not be set for the operator `Exists`");
    }
    if let Some(seconds) = at.get("tolerationSeconds").filter(|_| at.text_of("effect") != Some("NoExecute")) {
        found.says(&seconds, "may be set only for the effect `NoExecute`");
    }
}

/// `validateTopologySpreadConstraints`.
static SPREAD: Shape = Shape {
    fields: &[
        ("maxSkew", &[Check::Between(1, INT32)]),
        ("minDomains", &[Check::Between(1, INT32)]),
        ("topologyKey", &[Check::Required, Check::Looks(qualified_name)]),
        ("whenUnsatisfiable", &[Check::Required, Check::OneOf(&["DoNotSchedule", "ScheduleAnyway"])]),
        ("nodeAffinityPolicy", &[Check::OneOf(&["Honor", "Ignore"])]),
        ("nodeTaintsPolicy", &[Check::OneOf(&["Honor", "Ignore"])]),
        ("labelSelector", &[Check::Of(&SELECTOR)]),
    ],
    whole: &[],
};

/// `validateAffinity`.
static AFFINITY: Shape = Shape {
    fields: &[
        ("nodeAffinity", &[Check::Of(&NODE_AFFINITY)]),
        ("podAffinity", &[Check::Of(&POD_AFFINITY)]),
        ("podAntiAffinity", &[Check::Of(&POD_AFFINITY)]),
    ],
    whole: &[],
};

static NODE_AFFINITY: Shape = Shape {
    fields: &[
        ("requiredDuringSchedulingIgnoredDuringExecution", &[Check::Of(&NODE_SELECTOR)]),
        ("preferredDuringSchedulingIgnoredDuringExecution", &[Check::Each(&PREFERRED_NODE)]),
    ],
    whole: &[],
};

static NODE_SELECTOR: Shape =
    Shape { fields: &[("nodeSelectorTerms", &[Check::Required, Check::Each(&TERM)])], whole: &[] };

static PREFERRED_NODE: Shape =
    Shape { fields: &[("weight", &[Check::Required, WEIGHT]), ("preference", &[Check::Of(&TERM)])], whole: &[] };

static TERM: Shape = Shape { fields: &[("matchExpressions", &[Check::Each(&REQUIREMENT)])], whole: &[] };

/// `ValidateNodeSelectorRequirement`.
static REQUIREMENT: Shape = Shape {
    fields: &[
        ("key", &[Check::Required, Check::Looks(qualified_name)]),
        ("operator", &[Check::OneOf(&["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"])]),
    ],
    whole: &[values_fit_the_operator],
};

static POD_AFFINITY: Shape = Shape {
    fields: &[
        ("requiredDuringSchedulingIgnoredDuringExecution", &[Check::Each(&POD_TERM)]),
        ("preferredDuringSchedulingIgnoredDuringExecution", &[Check::Each(&PREFERRED_POD)]),
    ],
    whole: &[],
};

static PREFERRED_POD: Shape = Shape {
    fields: &[("weight", &[Check::Required, WEIGHT]), ("podAffinityTerm", &[Check::Of(&POD_TERM)])],
    whole: &[],
};

static POD_TERM: Shape = Shape {
    fields: &[
        ("topologyKey", &[Check::Required, Check::Looks(qualified_name)]),
        ("labelSelector", &[Check::Of(&SELECTOR)]),
    ],
    whole: &[],
};

const WEIGHT: Check = Check::Between(1, 100);
