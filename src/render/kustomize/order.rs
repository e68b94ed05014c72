//! The order of objects in the result (kustomize: `SortOrderTransformer`): `legacy` unless `sortOptions` say `fifo`.

use std::cmp::Ordering;

use seatrial_model::{Finding, Node, ids};

use crate::resource::{Id, Resource};

const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Sorts as the top-level `sortOptions` say.
pub(crate) fn sort(resources: &mut [Resource], options: Option<&Node>, findings: &mut Vec<Finding>) {
    let order = options.and_then(|o| o.get("order"));
    let legacy = options.and_then(|o| o.get("legacySortOptions"));
    match order.map(|o| (o, o.as_str().unwrap_or_default())) {
        Some((_, "fifo" | "")) => return,
        Some((_, "legacy")) | None => {}
        Some((node, other)) => {
            let message = format!("`sortOptions.order` must be `fifo` or `legacy`, not `{other}`");
            findings.push(Finding::new(ids::KUSTOMIZE, node.span(), message).with_field("sortOptions.order"));
        }
    }
    let texts = |name: &str| legacy.and_then(|l| l.get(name)).map(Node::items).unwrap_or_default();
    let (first, last): (Vec<&str>, Vec<&str>) = if legacy.is_some() {
        let list = |name| texts(name).iter().filter_map(Node::as_str).collect();
        (list("orderFirst"), list("orderLast"))
    } else {
        (FIRST.to_vec(), LAST.to_vec())
    };
    resources.sort_by(|a, b| compare(a.id(), b.id(), &first, &last, (a.namespace(), b.namespace())));
}

fn compare(a: &Id, b: &Id, first: &[&str], last: &[&str], namespaces: (&str, &str)) -> Ordering {
    let rank = |id: &Id| -> i64 {
        let at =
            |list: &[&str]| list.iter().position(|kind| *kind == &*id.gvk.kind).and_then(|p| i64::try_from(p).ok());
        let before = i64::try_from(first.len()).unwrap_or_default();
        at(last).map(|p| p + 1).or_else(|| at(first).map(|p| p - before)).unwrap_or_default()
    };
    rank(a).cmp(&rank(b)).then_with(|| group_key(a).cmp(&group_key(b))).then_with(|| {
        let key = |id: &Id, namespace: &str| format!("{}|{}", or(namespace, "~X"), or(&id.name, "~N"));
        key(a, namespaces.0).cmp(&key(b, namespaces.1))
    })
}

fn group_key(id: &Id) -> String {
    format!("{}_{}_{}", or(&id.gvk.group, "~G"), or(&id.gvk.version, "~V"), or(&id.gvk.kind, "~K"))
}

fn or<'a>(text: &'a str, empty: &'a str) -> &'a str {
    if text.is_empty() { empty } else { text }
}
