//! `scaled-to-zero`: a workload that runs no pods any more.

use seatrial_model::{Finding, Level, Node, RuleId, RuleInfo, Setting};
use seatrial_rules::Pod;

use super::place::{at_value, pointer};
use super::{Danger, Transition};
use crate::FieldPath;

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "scaled-to-zero",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "a workload is scaled to no pods",
    page: "Nothing runs any more, and no check fails: a Deployment with no replicas is ready. A HorizontalPodAutoscaler does nothing as long as `replicas` is 0. If it is meant, removing the workload says so more clearly.",
});

/// The danger.
pub(super) struct ScaledToZero;

impl Danger for ScaledToZero {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        for object in transition.touched() {
            let is_it = |path: &FieldPath| path.0.len() == 2 && path.starts_with(&["spec", "replicas"]);
            let Some(difference) = object.differences.iter().find(|difference| is_it(&difference.path)) else {
                continue;
            };
            let (Some(after), Some(manifest)) = (&difference.after, transition.after(object)) else { continue };
            let before = difference.before.as_ref();
            // What a custom resource means without it, nobody knows.
            let was = before.map_or_else(|| Pod::of(manifest).map(|_| 1), Node::as_i64);
            let (Some(0), Some(was @ 1..)) = (after.as_i64(), was) else { continue };
            let message = format!("{} is scaled to 0 replicas, from {was}", object.id);
            let finding = at_value(ID, after, manifest, pointer(object, difference), message);
            findings.push(match before {
                Some(before) => finding.with_related(before.span(), "the value on the base"),
                None => finding,
            });
        }
    }
}
