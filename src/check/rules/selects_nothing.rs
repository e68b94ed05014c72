//! `selects-nothing`: a selector of pods, or the target of an autoscaler, that finds nothing in the environment although something there
//! has nearly that label or name. What is deployed from elsewhere may well be selected from here, so without a near miss nothing is said.
//! Targets of autoscalers are in `scale_target.rs`.

use std::cell::OnceCell;

use seatrial_kubernetes::Minor;
use seatrial_model::{Entry, Finding, Manifest, Node, QuickMap, QuickSet, RuleId, json_pointer};

use crate::foreign::foreign;
use crate::ids::SELECTS_NOTHING;
use crate::relations::{finding, level_of_pods, readable};
use crate::slips::{Slips, is_slip};
use crate::{Checked, Context, Objects, Pod, Rule, is_substitution, scale_target};

/// The rule.
pub(crate) struct SelectsNothing;

/// Kinds with a selector of pods, and the way to its labels.
const SELECTING: [(&str, &str, &[&str]); 3] = [
    ("", "Service", &["spec", "selector"]),
    ("policy", "PodDisruptionBudget", &["spec", "selector", "matchLabels"]),
    ("networking.k8s.io", "NetworkPolicy", &["spec", "podSelector", "matchLabels"]),
];

impl Rule for SelectsNothing {
    fn id(&self) -> RuleId {
        SELECTS_NOTHING
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        let level = level_of_pods(SELECTS_NOTHING, objects, context);
        let mut near = Near::new(objects, context.minor);
        for (group, kind, path) in SELECTING {
            for manifest in readable(objects, group, kind) {
                let labels = manifest.node.at(path).map_or(&[][..], Node::entries);
                if let Some(miss) = near.miss(manifest, labels) {
                    checked.findings.push(said(manifest, path, &miss).with_level(level));
                }
            }
        }
        scale_target::check(objects, level, checked);
    }
}

/// A label that is asked for, and the one that was meant.
struct Miss<'a> {
    asked: &'a Entry,
    meant: &'a Entry,
    pod: Pod<'a>,
}

fn said(manifest: &Manifest, path: &[&str], miss: &Miss<'_>) -> Finding {
    let text = |entry: &Entry| format!("{}: {}", entry.key.text, entry.value.scalar_text().unwrap_or_default());
    let (asked, meant, owner) = (text(miss.asked), text(miss.meant), &miss.pod.manifest.id);
    let message =
        format!("{} selects no pods: none has the label `{asked}`, and those of {owner} have `{meant}`", manifest.id);
    let field = json_pointer(path.iter().copied().chain([miss.asked.key.text.as_str()]));
    let mut finding = finding(SELECTS_NOTHING, &miss.asked.value, manifest, field, message);
    if miss.asked.key.text != miss.meant.key.text {
        finding.primary.span = miss.asked.key.span;
    }
    finding
        .with_related(miss.meant.value.span(), format!("the label of {owner}"))
        .with_help(format!("did you mean `{meant}`?"))
}

/// Finds labels that are nearly those that a selector asks for.
struct Near<'o, 'a> {
    objects: &'o Objects<'a>,
    minor: Minor,
    slips: Slips,
    /// The different labels of each namespace's pods.
    labels: QuickMap<Option<&'a str>, Vec<(&'a Entry, Pod<'a>)>>,
    /// Namespaces with pods whose labels are not all known.
    open: QuickSet<Option<&'a str>>,
    /// Names and labels of custom resources, which may make pods.
    foreign: OnceCell<QuickSet<&'a str>>,
}

impl<'o, 'a> Near<'o, 'a> {
    fn new(objects: &'o Objects<'a>, minor: Minor) -> Near<'o, 'a> {
        let mut seen = QuickSet::default();
        let mut labels: QuickMap<_, Vec<_>> = QuickMap::default();
        let mut open = QuickSet::default();
        for pod in objects.pods() {
            let namespace = pod.manifest.id.namespace.as_deref();
            for entry in pod.labels().map_or(&[][..], Node::entries) {
                let (key, value) = (&*entry.key.text, entry.value.scalar_text().unwrap_or_default());
                if is_substitution(key) || is_substitution(value) {
                    open.insert(namespace);
                }
                if seen.insert((namespace, key, value)) {
                    labels.entry(namespace).or_default().push((entry, *pod));
                }
            }
        }
        Near { objects, minor, slips: Slips::new(), labels, open, foreign: OnceCell::new() }
    }

    /// The label that keeps a selector from selecting anything.
    fn miss(&mut self, manifest: &'a Manifest, asked: &'a [Entry]) -> Option<Miss<'a>> {
        let namespace = manifest.id.namespace.as_deref();
        let pair = |entry: &'a Entry| Some((&*entry.key.text, entry.value.scalar_text()?));
        let wanted: Vec<(&str, &str)> = asked.iter().filter_map(pair).collect();
        let is_open = |text: &str| is_substitution(text);
        if wanted.is_empty()
            || wanted.len() < asked.len()
            || wanted.iter().any(|(key, value)| is_open(key) || is_open(value))
            || self.open.contains(&namespace)
            || !self.objects.with_labels(namespace, &wanted).is_empty()
        {
            return None;
        }
        let (asked, meant, pod) = asked.iter().enumerate().find_map(|(at, entry)| {
            let mut others = wanted.clone();
            others.remove(at);
            let (meant, pod) = self.nearly(namespace, entry, &others)?;
            Some((entry, meant, pod))
        })?;
        let value = asked.value.scalar_text().unwrap_or_default();
        (!self.may_be_foreign(value)).then_some(Miss { asked, meant, pod })
    }

    /// A label near to the one that is asked for, of a pod that has all the others.
    fn nearly(
        &mut self,
        namespace: Option<&str>,
        asked: &Entry,
        others: &[(&str, &str)],
    ) -> Option<(&'a Entry, Pod<'a>)> {
        let (key, value) = (&*asked.key.text, asked.value.scalar_text()?);
        let is_meant = |entry: &Entry| {
            let (other_key, other_value) = (&*entry.key.text, entry.value.scalar_text().unwrap_or_default());
            (key == other_key && is_slip(value, other_value)) || (value == other_value && is_slip(key, other_key))
        };
        if others.is_empty() {
            let labels = self.labels.get(&namespace).map_or(&[][..], Vec::as_slice);
            let mut looked_at = labels.iter().take_while(|_| self.slips.may_look());
            return looked_at.find(|(entry, _)| is_meant(entry)).copied();
        }
        for pod in self.objects.with_labels(namespace, others) {
            for entry in pod.labels().map_or(&[][..], Node::entries) {
                if !self.slips.may_look() {
                    return None;
                }
                if is_meant(entry) {
                    return Some((entry, *pod));
                }
            }
        }
        None
    }

    /// Whether a custom resource has that text as its name or as a label, so that its pods may be meant.
    fn may_be_foreign(&self, text: &str) -> bool {
        let words = self.foreign.get_or_init(|| {
            let mut words = QuickSet::default();
            for manifest in foreign(self.objects, self.minor) {
                words.insert(&*manifest.id.name);
                collect_labels(&manifest.node, &mut words);
            }
            words
        });
        words.contains(text)
    }
}

/// The values of all mappings that are called `labels`, at any depth.
fn collect_labels<'a>(node: &'a Node, words: &mut QuickSet<&'a str>) {
    for item in node.items() {
        collect_labels(item, words);
    }
    for entry in node.entries() {
        if entry.key.text.to_ascii_lowercase().ends_with("labels") {
            words.extend(entry.value.entries().iter().filter_map(|label| label.value.scalar_text()));
        }
        collect_labels(&entry.value, words);
    }
}
