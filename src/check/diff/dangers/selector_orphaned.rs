//! `selector-orphaned`: a selector that had pods and has none any more. Where a label is nearly the one that is asked for, the rule
//! `selects-nothing` says so with the label that was meant, and nothing is said here.

use std::cell::LazyCell;

use seatrial_kubernetes::schema;
use seatrial_model::{Action, Finding, Level, Manifest, Node, ObjectId, QuickSet, RuleId, RuleInfo, Setting, Sources};
use seatrial_rules::{Checked, Pod, RULES};

use super::place::at_value;
use super::{Danger, Transition};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "selector-orphaned",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "a selector that had pods has none any more",
    page: "The Service answers nobody, the PodDisruptionBudget or NetworkPolicy protects nothing, and the cluster accepts it. Either the labels of the pods have changed, or the selector has, or the workload is gone and this was left behind. It is a note where pods may come from what is not rendered here: releases, operators.",
});

/// Kinds with a selector of pods, and the way to its labels.
const SELECTING: [(&str, &str, &[&str]); 3] = [
    ("", "Service", &["spec", "selector"]),
    ("policy", "PodDisruptionBudget", &["spec", "selector", "matchLabels"]),
    ("networking.k8s.io", "NetworkPolicy", &["spec", "podSelector", "matchLabels"]),
];

/// The rule that says more where it says anything.
const NEARER: &str = "selects-nothing";

/// The danger.
pub(super) struct SelectorOrphaned;

impl Danger for SelectorOrphaned {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        if !may_orphan(transition) {
            return;
        }
        let skipped: QuickSet<&ObjectId> =
            transition.diff.objects.iter().filter(|one| one.action == Action::Skipped).map(|one| &one.id).collect();
        let told = LazyCell::new(|| told_nearer(transition));
        let elsewhere = LazyCell::new(|| Elsewhere::of(transition));
        for (group, kind, path) in SELECTING {
            for after in
                transition.head.objects.of_kind(group, kind).iter().filter(|after| !skipped.contains(&after.id))
            {
                let Some(pods) = lost(after, path, transition) else { continue };
                let stay = pods.iter().any(|pod| skipped.contains(&pod.manifest.id));
                if stay || told.contains(&after.id) {
                    continue;
                }
                findings.extend(pods.first().and_then(|pod| said(after, path, pod, &elsewhere)));
            }
        }
    }
}

/// Whether anything is changed that has pods or selects them.
fn may_orphan(transition: &Transition<'_>) -> bool {
    transition.touched().any(|object| {
        let is_selecting =
            || SELECTING.iter().any(|(group, kind, _)| *group == object.id.group && *kind == object.id.kind);
        is_selecting() || transition.before(object).is_some_and(|before| Pod::of(before).is_some())
    })
}

/// The pods that an object selected, where it selects none any more.
fn lost<'a>(after: &Manifest, path: &[&str], transition: &Transition<'a>) -> Option<Vec<Pod<'a>>> {
    let before = transition.base.get(&after.id)?;
    let selector = |manifest| labels(manifest, path);
    let namespace = after.id.namespace.as_deref();
    let was = transition.base.objects.selected(namespace, selector(before)?);
    let now = transition.head.objects.selected(namespace, selector(after)?);
    let is_lost = !was.is_empty() && now.is_empty();
    is_lost.then(|| was.into_iter().copied().collect())
}

/// The labels that are asked for; `None` where expressions are, too.
fn labels<'a>(manifest: &'a Manifest, path: &[&str]) -> Option<&'a Node> {
    let (_, above) = path.split_last()?;
    let has_more = manifest.node.at(above).is_some_and(|selector| selector.get("matchExpressions").is_some());
    manifest.node.at(path).filter(|labels| !has_more && !labels.entries().is_empty())
}

/// What `selects-nothing` says of the head.
fn told_nearer(transition: &Transition<'_>) -> QuickSet<ObjectId> {
    let (sources, mut checked) = (Sources::new(), Checked::default());
    let context = seatrial_rules::Context::new("", transition.minor, &sources);
    for rule in RULES.iter().filter(|rule| rule.id().as_str() == NEARER) {
        rule.check(&transition.head.objects, &context, &mut checked);
    }
    checked.findings.into_iter().filter_map(|finding| finding.object).collect()
}

fn said(after: &Manifest, path: &[&str], pod: &Pod<'_>, elsewhere: &Elsewhere<'_>) -> Option<Finding> {
    let selector = labels(after, path)?;
    let message = format!("{} selects no pods any more: it had those of {}", after.id, pod.manifest.id);
    let was = pod.labels().map_or(pod.manifest.span, Node::span);
    let field = format!("/{}", path.join("/"));
    let finding = at_value(ID, selector, after, field, message).with_related(was, "the labels that it selected");
    Some(if elsewhere.may_have_pods_of(after) { finding.with_level(Level::Note) } else { finding })
}

/// Where pods may come from what is not rendered.
struct Elsewhere<'a> {
    /// Everywhere: the head has gaps.
    has_gaps: bool,
    /// Namespaces with custom resources that differ.
    namespaces: QuickSet<Option<&'a str>>,
}

impl<'a> Elsewhere<'a> {
    fn of(transition: &Transition<'a>) -> Elsewhere<'a> {
        let is_foreign = |manifest: &&Manifest| {
            let id = &manifest.id;
            schema(transition.minor, &id.group, &manifest.version, &id.kind).is_none()
        };
        let differing = transition.touched().filter_map(|object| transition.after(object));
        let namespaces = differing.filter(is_foreign).map(|manifest| manifest.id.namespace.as_deref()).collect();
        Elsewhere { has_gaps: !transition.head.rendered.is_complete(), namespaces }
    }

    fn may_have_pods_of(&self, selecting: &Manifest) -> bool {
        self.has_gaps || self.namespaces.contains(&selecting.id.namespace.as_deref())
    }
}
