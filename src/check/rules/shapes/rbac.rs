//! Roles and their bindings (`pkg/apis/rbac/validation`).

use crate::shape::{At, Check, Found, Shape};
use crate::syntax::{dns_subdomain, path_segment};

use super::selector::SELECTOR;

const GROUP: &str = "rbac.authorization.k8s.io";

/// A Role.
pub(crate) static ROLE: Shape = Shape { fields: &[("rules", &[Check::Each(&ROLE_RULE)])], whole: &[] };

/// A ClusterRole.
pub(crate) static CLUSTER_ROLE: Shape =
    Shape { fields: &[("rules", &[Check::Each(&RULE)]), ("aggregationRule", &[Check::Of(&AGGREGATION)])], whole: &[] };

static AGGREGATION: Shape =
    Shape { fields: &[("clusterRoleSelectors", &[Check::Required, Check::Each(&SELECTOR)])], whole: &[] };

static ROLE_RULE: Shape = Shape {
    fields: &[("verbs", &[Check::Required])],
    whole: &[|at, found| match at.get("nonResourceURLs").filter(|urls| !urls.is_empty()) {
        Some(urls) => found.says(&urls, "may be set only in a ClusterRole"),
        None => resources(at, found),
    }],
};

static RULE: Shape = Shape {
    fields: &[("verbs", &[Check::Required])],
    whole: &[|at, found| {
        let Some(urls) = at.get("nonResourceURLs").filter(|urls| !urls.is_empty()) else {
            resources(at, found);
            return;
        };
        let has = |name: &str| at.get(name).is_some_and(|list| !list.is_empty());
        if ["apiGroups", "resources", "resourceNames"].into_iter().any(has) {
            found.says(&urls, "must not be set in a rule that also has `resources`");
        }
    }],
};

/// `ValidatePolicyRule`.
fn resources(at: &At<'_, '_>, found: &mut Found) {
    for name in ["apiGroups", "resources"] {
        match at.get(name) {
            None => found.lacks(at, name),
            Some(list) => found.checks(&list, &Check::Required),
        }
    }
}

/// A RoleBinding.
pub(crate) static BINDING: Shape = Shape {
    fields: &[("roleRef", &[Check::Of(&ROLE_REFERENCE)]), ("subjects", &[Check::Each(&SUBJECT)])],
    whole: &[|at, found| kind_of_role(at, found, &["Role", "ClusterRole"])],
};

/// A ClusterRoleBinding (`ValidateClusterRoleBinding`): what binds everywhere binds a ClusterRole.
pub(crate) static CLUSTER_BINDING: Shape = Shape {
    fields: &[("roleRef", &[Check::Of(&ROLE_REFERENCE)]), ("subjects", &[Check::Each(&CLUSTER_SUBJECT)])],
    whole: &[|at, found| kind_of_role(at, found, &["ClusterRole"])],
};

static ROLE_REFERENCE: Shape = Shape {
    fields: &[
        ("apiGroup", &[Check::OneOf(&[GROUP])]),
        ("kind", &[Check::Required]),
        ("name", &[Check::Required, Check::Looks(path_segment)]),
    ],
    whole: &[],
};

fn kind_of_role(at: &At<'_, '_>, found: &mut Found, kinds: &'static [&'static str]) {
    if let Some(reference) = at.get("roleRef")
        && let Some(kind) = reference.get("kind")
    {
        found.checks(&kind, &Check::OneOf(kinds));
    }
}

/// `ValidateRoleBindingSubject`.
static SUBJECT: Shape = Shape {
    fields: &[
        ("kind", &[Check::Required, Check::OneOf(&["ServiceAccount", "User", "Group"])]),
        ("name", &[Check::Required]),
    ],
    whole: &[fits_its_kind],
};

/// The same of a binding that has no namespace to lend to its subjects.
static CLUSTER_SUBJECT: Shape = Shape {
    fields: SUBJECT.fields,
    whole: &[fits_its_kind, |at, found| {
        let has_namespace = at.text_of("namespace").is_some_and(|namespace| !namespace.is_empty());
        if at.text_of("kind") == Some("ServiceAccount") && !has_namespace {
            found.lacks(at, "namespace");
        }
    }],
};

fn fits_its_kind(at: &At<'_, '_>, found: &mut Found) {
    match at.text_of("kind") {
        Some("ServiceAccount") => {
            if let Some(name) = at.get("name").filter(|name| !name.is_empty()) {
                found.checks(&name, &Check::Looks(dns_subdomain));
            }
            if let Some(group) = at.get("apiGroup").filter(|group| !group.is_empty()) {
                found.says(&group, "must not be set for a ServiceAccount");
            }
        }
        Some("User" | "Group") => {
            if let Some(group) = at.get("apiGroup") {
                found.checks(&group, &Check::OneOf(&[GROUP]));
            }
        }
        _ => {}
    }
}
