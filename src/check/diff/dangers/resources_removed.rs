//! `resources-removed`: requests or limits that a container had and has no more.

use seatrial_model::{Finding, Level, Node, RuleId, RuleInfo, Setting, Span, listed_in_backticks};
use seatrial_rules::Container;

use super::pods::{ContainerPair, PodPair, of, pods};
use super::{Danger, Transition};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "resources-removed",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "a container loses requests or limits",
    page: "Without a request the scheduler takes the container for free: a full node gets it, and it is the first to be evicted. An autoscaler that goes by utilisation has nothing to compare with. Without a memory limit one leak takes the whole node. A CPU limit that goes is only a note: many go without one on purpose. What a limit still implies, what the whole pod asks for, and what a LimitRange of the namespace fills in is not told of.",
});

/// Names that a sentence has.
const MOST: usize = 6;

/// The danger.
pub(super) struct ResourcesRemoved;

impl Danger for ResourcesRemoved {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        for pod in pods(transition) {
            let namespace = pod.after.manifest.id.namespace.as_deref();
            let ranges = transition.head.objects.of_kind("", "LimitRange");
            if ranges.iter().any(|range| range.id.namespace.as_deref() == namespace) {
                continue;
            }
            findings.extend(pod.containers().filter_map(|pair| said(&pod, pair)));
        }
    }
}

fn said(pod: &PodPair<'_>, pair: ContainerPair<'_>) -> Option<Finding> {
    let gone = gone(pod, pair.before?, pair.after);
    let (_, first) = gone.first()?;
    let names: Vec<&str> = gone.iter().map(|(name, _)| name.as_str()).collect();
    let message = format!("{} loses {}", of(pair.after, pod), listed_in_backticks(&names, MOST));
    let finding = pod.finding(ID, pair.after, "/resources", message).with_related(*first, "it was here");
    let is_harmless = names.iter().all(|name| *name == "limits.cpu");
    Some(if is_harmless { finding.with_level(Level::Note) } else { finding })
}

/// What a container had and has no more, each with its place on the base.
fn gone(pod: &PodPair<'_>, before: Container<'_>, after: Container<'_>) -> Vec<(String, Span)> {
    let mut gone = Vec::new();
    for list in ["requests", "limits"] {
        for entry in before.node.at(&["resources", list]).map_or(&[][..], Node::entries) {
            let name = &*entry.key.text;
            let has = |node: Option<&Node>, list| {
                node.and_then(|node| node.at(&["resources", list, name])).is_some_and(|value| !value.is_null())
            };
            // What is limited and does not ask asks for its limit.
            let is_implied = list == "requests" && has(Some(after.node), "limits");
            if !entry.value.is_null() && !has(Some(after.node), list) && !is_implied && !has(pod.after.spec(), list) {
                gone.push((format!("{list}.{name}"), entry.key.span));
            }
        }
    }
    gone
}
