//! Configuration, secrets, quotas and ranges of limits (`core/validation` `ValidateConfigMap`, `ValidateSecret`, `ValidateResourceQuotaSpec`,
//! `ValidateLimitRange`).

use crate::quantity::amount;
use crate::shape::{At, Check, Found, Shape};
use crate::syntax::{Wrong, config_key, qualified_name};

use super::container::amounts;

/// A ConfigMap.
pub(crate) static CONFIG_MAP: Shape = Shape {
    fields: &[("data", &[Check::Keys(config_key)]), ("binaryData", &[Check::Keys(config_key)])],
    whole: &[|at, found| {
        let (Some(data), Some(binary)) = (at.get("data"), at.get("binaryData")) else { return };
        for value in binary.values() {
            if data.node.get(value.last_key()).is_some() {
                found.says(&value, "must not also be in `data`");
            }
        }
    }],
};

/// A Secret.
pub(crate) static SECRET: Shape = Shape {
    fields: &[("data", &[Check::Keys(config_key)]), ("stringData", &[Check::Keys(config_key)])],
    whole: &[keys_of_type],
};

/// `ValidateSecret`: what a type wants.
fn keys_of_type(at: &At<'_, '_>, found: &mut Found) {
    let keys: &[&str] = match at.text_of("type") {
        Some("kubernetes.io/tls") => &["tls.crt", "tls.key"],
        Some("kubernetes.io/dockerconfigjson") => &[".dockerconfigjson"],
        Some("kubernetes.io/dockercfg") => &[".dockercfg"],
        Some("kubernetes.io/ssh-auth") => &["ssh-privatekey"],
        _ => &[],
    };
    let has = |key: &str| ["data", "stringData"].iter().any(|part| at.node.at(&[part, key]).is_some());
    let Some(key) = keys.iter().find(|key| !has(key)) else { return };
    let kind = at.text_of("type").unwrap_or_default();
    match at.get("data").or_else(|| at.get("stringData")) {
        Some(data) => found.says(&data, &format!("must have the key `{key}` for the type `{kind}`")),
        None => found.says(at, &format!("must have the key `{key}` in `data` for the type `{kind}`")),
    }
}

/// A PriorityClass (`ValidatePreemptionPolicy`).
pub(crate) static PRIORITY: Shape =
    Shape { fields: &[("preemptionPolicy", &[Check::Word(&["PreemptLowerPriority", "Never"])])], whole: &[] };

/// A ResourceQuota.
pub(crate) static QUOTA: Shape = Shape { fields: &[("spec", &[Check::Of(&QUOTA_SPEC)])], whole: &[] };

static QUOTA_SPEC: Shape = Shape {
    fields: &[
        ("hard", &[Check::Keys(quota_resource), Check::By(amounts), Check::By(counts_are_whole)]),
        ("scopes", &[Check::By(scopes)]),
    ],
    whole: &[],
};

/// `ValidateResourceQuantityValue`, `IsIntegerResourceName`.
fn counts_are_whole(at: &At<'_, '_>, found: &mut Found) {
    const COUNTED: [&str; 9] = [
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    ];
    for value in at.values().filter(|value| COUNTED.contains(&value.last_key())) {
        // The API server looks at thousandths.
        let is = amount(value.node);
        if is.is_some_and(|amount| (amount * 1000.0).ceil() % 1000.0 != 0.0) {
            found.says(&value, "must be a whole number");
        }
    }
}

fn scopes(at: &At<'_, '_>, found: &mut Found) {
    const SCOPES: &[&str] = &[
        "Terminating",
        "NotTerminating",
        "BestEffort",
        "NotBestEffort",
        "PriorityClass",
        "CrossNamespacePodAffinity",
        "VolumeAttributesClass",
    ];
    at.items().for_each(|item| found.checks(&item, &Check::Word(SCOPES)));
}

/// `ValidateResourceQuotaResourceName`, `IsStandardQuotaResourceName`.
fn quota_resource(text: &str) -> Wrong {
    const NAMES: &[&str] = &[
        "cpu",
        "memory",
        "ephemeral-storage",
        "requests.cpu",
        "requests.memory",
        "requests.storage",
        "requests.ephemeral-storage",
        "limits.cpu",
        "limits.memory",
        "limits.ephemeral-storage",
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "persistentvolumeclaims",
        "configmaps",
        "services.nodeports",
        "services.loadbalancers",
    ];
    if text.contains('/') {
        return qualified_name(text);
    }
    let pages = text.strip_prefix("requests.").unwrap_or(text).starts_with("hugepages-");
    if NAMES.contains(&text) || pages {
        return None;
    }
    let meant = seatrial_schema::nearest(text, NAMES.iter().copied());
    let hint = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    Some(format!("is not a resource that a quota can limit{hint}"))
}

/// A LimitRange.
pub(crate) static LIMIT_RANGE: Shape = Shape { fields: &[("spec", &[Check::Of(&LIMIT_RANGE_SPEC)])], whole: &[] };

static LIMIT_RANGE_SPEC: Shape = Shape {
    fields: &[("limits", &[Check::Each(&LIMIT), Check::By(|at, found| found.texts_are_unique(at, "type"))])],
    whole: &[],
};

static LIMIT: Shape = Shape {
    fields: &[
        ("type", &[Check::Required, Check::Looks(limit_type)]),
        ("max", &[Check::Keys(limit_resource)]),
        ("min", &[Check::Keys(limit_resource)]),
        ("default", &[Check::Keys(limit_resource)]),
        ("defaultRequest", &[Check::Keys(limit_resource)]),
        ("maxLimitRequestRatio", &[Check::Keys(limit_resource)]),
    ],
    whole: &[|at, found| {
        let has_storage = |name: &str| at.node.at(&[name, "storage"]).is_some();
        match at.text_of("type") {
            Some("Pod") => {
                for name in ["default", "defaultRequest"] {
                    if let Some(value) = at.get(name).filter(|value| !value.is_empty()) {
                        found.says(&value, "must not be set for the type `Pod`");
                    }
                }
            }
            Some("PersistentVolumeClaim") if !has_storage("min") && !has_storage("max") => {
                found.says(at, "must have `storage` in `min` or `max` for the type `PersistentVolumeClaim`");
            }
            _ => {}
        }
        amounts_are_in_order(at, found);
    }],
};

/// No amount is greater than one that it must not exceed.
fn amounts_are_in_order(at: &At<'_, '_>, found: &mut Found) {
    const ORDER: [(&str, &str); 6] = [
        ("min", "max"),
        ("min", "defaultRequest"),
        ("min", "default"),
        ("defaultRequest", "default"),
        ("default", "max"),
        ("defaultRequest", "max"),
    ];
    for (lesser, greater) in ORDER {
        let (Some(lesser), Some(greater)) = (at.get(lesser), at.get(greater)) else { continue };
        for value in greater.values() {
            let other = lesser.node.get(value.last_key());
            let Some(other) = other.filter(|other| amount(other) > amount(value.node) && amount(value.node).is_some())
            else {
                continue;
            };
            found.says(&value, &format!("must not be less than `{}`", lesser.last_key()));
            found.relates(other.span(), &format!("the `{}`", lesser.last_key()));
            return;
        }
    }
}

/// `validateLimitRangeTypeName`.
fn limit_type(text: &str) -> Wrong {
    const TYPES: &[&str] = &["Pod", "Container", "PersistentVolumeClaim"];
    if TYPES.contains(&text) || text.is_empty() {
        return None;
    }
    if text.contains('/') {
        return qualified_name(text);
    }
    let meant = seatrial_schema::nearest(text, TYPES.iter().copied());
    let hint = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    Some(format!("must be {}, not `{text}`{hint}", crate::shape::any_of(TYPES)))
}

/// `validateLimitRangeResourceName`.
fn limit_resource(text: &str) -> Wrong {
    crate::syntax::container_resource(text)
}
