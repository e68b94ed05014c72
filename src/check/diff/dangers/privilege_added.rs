//! `privilege-added`: pods that may do more to their node than before. What counts stands in `privilege_added/powers.rs`.

mod powers;

use seatrial_model::{Finding, Level, Manifest, QuickSet, RuleId, RuleInfo, Setting, listed_in_backticks};

use super::place::at_value;
use super::pods::{PodPair, pods};
use super::{Danger, Transition};
use powers::{Lost, Power, Powers};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "privilege-added",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "a pod may do more to its node than before",
    page: "A privileged container, a directory of the node, its network or its processes, a capability beyond those that every container has, or root where another user was: whoever breaks into the container is on the node then, and with it in every pod there. Admission may refuse it, too (`pod-security.kubernetes.io/enforce`). Ask for the one capability or directory that is needed, and mount it read-only.",
});

/// Powers that a sentence has.
const MOST: usize = 6;

/// The danger.
pub(super) struct PrivilegeAdded;

impl Danger for PrivilegeAdded {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        for pair in pods(transition) {
            let after = Powers::of(&pair.after);
            match pair.before.as_ref().map(Powers::of) {
                Some(before) => {
                    findings.extend(added(&pair, &before, &after));
                    findings.extend(lost(&pair));
                }
                None => findings.extend(new(pair.after.manifest, &after)),
            }
        }
    }
}

/// What pods that were there get.
fn added(pair: &PodPair<'_>, before: &Powers<'_>, after: &Powers<'_>) -> Vec<Finding> {
    let manifest = pair.after.manifest;
    let added = after.beyond(before);
    added.map(|power| found(power, manifest, format!("{} gets `{}`", power.subject(manifest), power.what))).collect()
}

/// What restricted pods and does no more.
fn lost(pair: &PodPair<'_>) -> Vec<Finding> {
    let manifest = pair.after.manifest;
    let said = |Lost { power, was }: Lost<'_>| {
        let message = format!("{} loses `{}`", power.subject(manifest), power.what);
        found(&power, manifest, message).with_related(was, "it was here")
    };
    powers::lost(pair).into_iter().map(said).collect()
}

/// What new pods have, in one sentence.
fn new(manifest: &Manifest, powers: &Powers<'_>) -> Option<Finding> {
    let mut sorted: Vec<&Power<'_>> = powers.0.iter().collect();
    sorted.sort_by_key(|power| power.rank());
    let mut seen = QuickSet::default();
    sorted.retain(|power| seen.insert(power.what.as_str()));
    let all: Vec<&str> = sorted.iter().map(|power| power.what.as_str()).collect();
    let message = format!("{} is new and has {}", manifest.id, listed_in_backticks(&all, MOST));
    sorted.first().map(|first| found(first, manifest, message))
}

fn found(power: &Power<'_>, manifest: &Manifest, message: String) -> Finding {
    at_value(ID, power.value, manifest, power.field.clone(), message)
}
