//! `probe-removed`: a probe that a container had and has no more.

use seatrial_model::{Finding, Level, Node, RuleId, RuleInfo, Setting, listed_in_backticks};

use super::pods::{ContainerPair, PodPair, of, pods};
use super::{Danger, Transition};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "probe-removed",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "a container loses a probe",
    page: "Without a readiness probe a pod gets traffic as soon as its process runs, and a rollout goes on although the new version does not answer. Without a liveness probe nothing restarts what hangs. Without a startup probe the liveness probe counts from the first second, and a slow start is killed.",
});

const PROBES: [&str; 3] = ["readinessProbe", "livenessProbe", "startupProbe"];

/// The danger.
pub(super) struct ProbeRemoved;

impl Danger for ProbeRemoved {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        for pod in pods(transition) {
            findings.extend(pod.containers().filter_map(|pair| said(&pod, pair)));
        }
    }
}

fn said(pod: &PodPair<'_>, pair: ContainerPair<'_>) -> Option<Finding> {
    let before = pair.before?.node;
    let has = |node: &Node, probe: &str| node.get(probe).is_some_and(|value| !value.is_null());
    let gone: Vec<&str> =
        PROBES.into_iter().filter(|probe| has(before, probe) && !has(pair.after.node, probe)).collect();
    let first = before.entry(gone.first()?)?;
    let message = format!("{} loses its {}", of(pair.after, pod), listed_in_backticks(&gone, PROBES.len()));
    let finding = pod.finding(ID, pair.after, &format!("/{}", gone.first()?), message);
    Some(finding.with_related(first.key.span, "it was here"))
}
