//! The order of objects in the result (kustomize: `SortOrderTransformer`): `legacy` unless `sortOptions` say `fifo`; and the order of kinds.

use std::cmp::Ordering;

use seatrial_model::{Finding, Node, rearrange};

use crate::findings::ids;
use crate::objects::gvk::Gvk;
use crate::objects::id::Id;
use crate::objects::resource::Resource;

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
    let rank_of = |resource: &Resource| {
        let gvk = &resource.id().gvk;
        // Among the kinds called Namespace that of Kubernetes comes first.
        (rank(&gvk.kind, first, last), &*gvk.kind != "Namespace" || !gvk.group.is_empty())
    };
    let ranked: Vec<Ranked<'_>> = resources.iter().map(|r| Ranked::of(rank_of(r), r)).collect();
    let mut order: Vec<usize> = (0..ranked.len()).collect();
    order.sort_by(|a, b| match (ranked.get(*a), ranked.get(*b)) {
        (Some(a), Some(b)) => a.compare(b),
        _ => Ordering::Equal,
    });
    drop(ranked);
    rearrange(resources, &order);
}

/// What an object is ordered by.
struct Ranked<'a> {
    rank: (i64, bool),
    /// What kinds of one rank are ordered by.
    kind: [&'a str; 5],
    /// The text that objects of a kind are ordered by, in pieces.
    name: [&'a str; 3],
}

impl Ranked<'_> {
    fn of(rank: (i64, bool), resource: &Resource) -> Ranked<'_> {
        let Id { gvk, name, .. } = resource.id();
        Ranked { rank, kind: pieces_of(gvk), name: [or(resource.namespace(), "~X"), "|", or(name, "~N")] }
    }

    fn compare(&self, other: &Ranked<'_>) -> Ordering {
        let by_kind = || compare(&self.kind, &other.kind);
        self.rank.cmp(&other.rank).then_with(by_kind).then_with(|| compare(&self.name, &other.name))
    }
}

/// The order of two texts that are given in pieces.
fn compare(one: &[&str], other: &[&str]) -> Ordering {
    fn bytes<'a>(pieces: &'a [&'a str]) -> impl Iterator<Item = u8> + 'a {
        pieces.iter().flat_map(|piece| piece.bytes())
    }
    let Some(at) = one.iter().zip(other).position(|(one, other)| one != other) else { return Ordering::Equal };
    let (one, other) = (one.get(at..).unwrap_or_default(), other.get(at..).unwrap_or_default());
    match (one, other) {
        // What follows counts only behind the end of a piece.
        ([a, ..], [b, ..]) if !a.starts_with(b) && !b.starts_with(a) => a.cmp(b),
        _ => bytes(one).cmp(bytes(other)),
    }
}

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

/// The text that kinds of one rank are ordered by, in pieces.
fn pieces_of(gvk: &Gvk) -> [&str; 5] {
    [or(&gvk.group, "~G"), "_", or(&gvk.version, "~V"), "_", or(&gvk.kind, "~K")]
}

fn group_key(gvk: &Gvk) -> String {
    pieces_of(gvk).concat()
}

fn or<'a>(text: &'a str, empty: &'a str) -> &'a str {
    if text.is_empty() { empty } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_in_pieces_are_ordered_as_the_whole_texts_are() {
        let words = ["", "a", "a-b", "a|", "a|b", "b", "a}", "~X", "A"];
        let all: Vec<[&str; 3]> = words.iter().flat_map(|one| words.map(|other| [*one, "|", other])).collect();
        for one in &all {
            for other in &all {
                assert_eq!(compare(one, other), one.concat().cmp(&other.concat()), "{one:?} {other:?}");
            }
        }
    }
}
