//! The order of objects in the result (kustomize: `SortOrderTransformer`): `legacy` unless `sortOptions` say `fifo`; and the order of kinds.

use std::cmp::Ordering;
use std::sync::Arc;

use seatrial_model::{Finding, Node};

use crate::ids;
use crate::resource::{Gvk, Id, Resource};

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
    let Some(options) = options else { return sort_legacy(resources, &FIRST, &LAST) };
    let legacy = options.get("legacySortOptions");
    let mut refuse = |place: &Node, message: String| {
        findings.push(Finding::new(ids::KUSTOMIZE, place.span(), message).with_field("sortOptions.order"));
    };
    match options.get("order").map(|o| (o, o.as_str().unwrap_or_default())) {
        Some((node, "fifo")) if legacy.is_some() => {
            refuse(legacy.unwrap_or(node), "`legacySortOptions` belong to `order: legacy`, not to `fifo`".to_owned());
        }
        Some((_, "fifo")) => {}
        Some((_, "legacy")) => {
            let list = |l: &'_ Node, name: &str| -> Vec<String> {
                let items = l.get(name).map(Node::items).unwrap_or_default();
                items.iter().filter_map(Node::as_str).map(str::to_owned).collect()
            };
            match legacy {
                None => sort_legacy(resources, &FIRST, &LAST),
                Some(l) => sort_legacy(resources, &list(l, "orderFirst"), &list(l, "orderLast")),
            }
        }
        Some((node, other)) => {
            refuse(node, format!("`sortOptions.order` must be `fifo` or `legacy`, not `{other}`"));
            sort_legacy(resources, &FIRST, &LAST);
        }
        None => {
            refuse(options, "`sortOptions` must have an `order`: `fifo` or `legacy`".to_owned());
            sort_legacy(resources, &FIRST, &LAST);
        }
    }
}

fn sort_legacy(resources: &mut [Resource], first: &[impl AsRef<str>], last: &[impl AsRef<str>]) {
    resources.sort_by_cached_key(|resource| {
        let id = resource.id();
        // Among the kinds called Namespace that of Kubernetes comes first.
        let is_other = &*id.gvk.kind != "Namespace" || !id.gvk.group.is_empty();
        let namespace = Some(resource.namespace()).filter(|namespace| *namespace != &*id.namespace).map(Arc::from);
        (rank(&id.gvk.kind, first, last), is_other, LegacyKey { id: id.clone(), namespace })
    });
}

/// What objects of one rank are ordered by: their kind, then namespace and name, each as the text that kustomize makes of it.
struct LegacyKey {
    id: Id,
    /// The namespace as it is written, where that is another text than the identity's.
    namespace: Option<Arc<str>>,
}

impl LegacyKey {
    fn kind(&self) -> [&str; 5] {
        let gvk = &self.id.gvk;
        [or(&gvk.group, "~G"), "_", or(&gvk.version, "~V"), "_", or(&gvk.kind, "~K")]
    }

    fn name(&self) -> [&str; 3] {
        let namespace = self.namespace.as_ref().unwrap_or(&self.id.namespace);
        [or(namespace, "~X"), "|", or(&self.id.name, "~N")]
    }
}

/// The order of two texts that are given in pieces.
fn compare(one: &[&str], other: &[&str]) -> Ordering {
    fn bytes<'a>(pieces: &'a [&'a str]) -> impl Iterator<Item = u8> + 'a {
        pieces.iter().flat_map(|piece| piece.bytes())
    }
    if one == other { Ordering::Equal } else { bytes(one).cmp(bytes(other)) }
}

impl Ord for LegacyKey {
    fn cmp(&self, other: &LegacyKey) -> Ordering {
        compare(&self.kind(), &other.kind()).then_with(|| compare(&self.name(), &other.name()))
    }
}

impl PartialOrd for LegacyKey {
    fn partial_cmp(&self, other: &LegacyKey) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for LegacyKey {
    fn eq(&self, other: &LegacyKey) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for LegacyKey {}

/// Where a kind stands: below zero for the first ones, above for the last ones; of a kind that is there twice the last place counts.
fn rank(kind: &str, first: &[impl AsRef<str>], last: &[impl AsRef<str>]) -> i64 {
    let at = |position: Option<usize>| position.and_then(|p| i64::try_from(p).ok());
    let before = i64::try_from(first.len()).unwrap_or_default();
    let of_last = at(last.iter().rposition(|k| k.as_ref() == kind)).map(|p| p + 1);
    of_last.or_else(|| at(first.iter().rposition(|k| k.as_ref() == kind)).map(|p| p - before)).unwrap_or_default()
}

/// What kinds in configurations are ordered by (kyaml: `Gvk.IsLessThan`).
pub(crate) fn kind_order(gvk: &Gvk) -> (i64, String) {
    (rank(&gvk.kind, &FIRST, &LAST), group_key(gvk))
}

fn group_key(gvk: &Gvk) -> String {
    format!("{}_{}_{}", or(&gvk.group, "~G"), or(&gvk.version, "~V"), or(&gvk.kind, "~K"))
}

fn or<'a>(text: &'a str, empty: &'a str) -> &'a str {
    if text.is_empty() { empty } else { text }
}
