//! Which resources a patch's `target` means (kustomize: `types.Selector`; Kubernetes' label selector syntax).

use seatrial_kubernetes::LabelSelector;
use seatrial_model::{Finding, Node, Span};

use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::objects::resource::Resource;
use crate::paths::pattern::Pattern;

/// A `target`, read.
#[derive(Debug)]
pub(crate) struct Selector {
    group: Option<Pattern>,
    version: Option<Pattern>,
    kind: Option<Pattern>,
    name: Option<Pattern>,
    namespace: Option<Pattern>,
    labels: LabelSelector,
    annotations: LabelSelector,
    has_labels: bool,
}

impl Selector {
    /// Reads a `target`; what is wrong with it is a finding.
    pub(crate) fn read(target: &Node, findings: &mut Vec<Finding>) -> Option<Selector> {
        let before = findings.len();
        let mut regex = |name: &str| anchored(target.get(name)?, name, findings);
        let (group, version, kind) = (regex("group"), regex("version"), regex("kind"));
        let (name, namespace) = (regex("name"), regex("namespace"));
        let mut labels = |name: &str| label_selector(target.get(name), name, findings);
        let (labels, annotations) = (labels("labelSelector"), labels("annotationSelector"));
        if findings.len() > before {
            return None;
        }
        let is_written = |name: &str| target.get(name).and_then(Node::as_str).is_some_and(|t| !t.is_empty());
        let has_labels = is_written("labelSelector") || is_written("annotationSelector");
        Some(Selector { group, version, kind, name, namespace, labels, annotations, has_labels })
    }

    /// Where those can stand that it means: objects of the one name that it allows, or all.
    pub(crate) fn candidates(&self, resources: &mut Accumulator, place: Span) -> Vec<usize> {
        match self.name.as_ref().and_then(Pattern::only) {
            Some(name) => resources.with_name(name, place).to_vec(),
            None => (0..resources.resources().len()).collect(),
        }
    }

    /// Whether it says anything of labels or annotations.
    pub(crate) fn has_labels(&self) -> bool {
        self.has_labels
    }

    /// Whether it says anything of the identity.
    pub(crate) fn has_id(&self) -> bool {
        [&self.group, &self.version, &self.kind, &self.name, &self.namespace].into_iter().any(Option::is_some)
    }

    /// Whether labels and annotations fit.
    pub(crate) fn fits_labels(&self, resource: &Resource) -> bool {
        self.labels.matches(&pairs(resource, "labels")) && self.annotations.matches(&pairs(resource, "annotations"))
    }

    /// Whether one identity fits as a whole, present or former (kustomize: `TargetSelectorRegex`).
    pub(crate) fn fits_an_id(&self, resource: &Resource) -> bool {
        resource.written_ids().any(|(gvk, name, namespace)| {
            fits(&self.group, &gvk.group)
                && fits(&self.version, &gvk.version)
                && fits(&self.kind, &gvk.kind)
                && fits(&self.name, name)
                && fits(&self.namespace, namespace)
        })
    }

    /// Whether it means a resource, by the name and namespace that it has or began with.
    pub(crate) fn matches(&self, resource: &Resource) -> bool {
        let (now, first) = (resource.id(), resource.original_id());
        (fits(&self.namespace, &first.namespace) || fits(&self.namespace, &now.namespace))
            && (fits(&self.name, &first.name) || fits(&self.name, &now.name))
            && fits(&self.group, &now.gvk.group)
            && fits(&self.version, &now.gvk.version)
            && fits(&self.kind, &now.gvk.kind)
            && self.fits_labels(resource)
    }
}

fn fits(pattern: &Option<Pattern>, text: &str) -> bool {
    pattern.as_ref().is_none_or(|p| p.is_match(text))
}

fn pairs<'a>(resource: &'a Resource, key: &str) -> impl Fn(&str) -> Option<&'a str> {
    let map = resource.node().at(&["metadata", key]);
    move |key| map.and_then(|m| m.get(key)).and_then(Node::scalar_text)
}

fn anchored(pattern: &Node, field: &str, findings: &mut Vec<Finding>) -> Option<Pattern> {
    let text = pattern.as_str().filter(|t| !t.is_empty())?;
    match Pattern::whole(text) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            findings.push(bad(pattern.span(), field, text, "regular expression", &error));
            None
        }
    }
}

fn label_selector(node: Option<&Node>, field: &str, findings: &mut Vec<Finding>) -> LabelSelector {
    let text = node.and_then(Node::as_str).unwrap_or_default();
    match (LabelSelector::parse(text), node) {
        (Err(error), Some(node)) => {
            findings.push(bad(node.span(), field, text, "label selector", &error));
            LabelSelector::default()
        }
        (selector, _) => selector.unwrap_or_default(),
    }
}

fn bad(span: Span, field: &str, text: &str, what: &str, why: &str) -> Finding {
    let message = format!("`{text}` is not a valid {what}: {why}");
    Finding::new(ids::KUSTOMIZE, span, message).with_field(format!("target.{field}"))
}
