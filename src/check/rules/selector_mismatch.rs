//! `selector-mismatch`: a workload whose selector does not select the pods that it makes (`pkg/apis/apps/validation`
//! `ValidatePodTemplateSpecForReplicaSet` and its like: "`selector` does not match template `labels`").

use seatrial_model::{Level, Manifest, Node, RuleId, RuleInfo, Setting, Span};

use crate::invalid_value::add_what_does_not_follow;
use crate::shape::{At, Found};
use crate::{Checked, Context, Objects, Pod, Rule, is_substitution};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "selector-mismatch",
    level: Level::Error,
    setting: Setting::Free,
    summary: "a workload does not select its own pods",
    page: "The labels of the pod template must match `spec.selector`; otherwise the API server refuses the workload. The selector cannot be changed later, so if the workload is already deployed, fix the labels.",
});

/// The rule.
pub(crate) struct SelectorMismatch;

impl Rule for SelectorMismatch {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        let mut found = Found::new(ID, context.minor);
        for pod in objects.pods() {
            let id = &pod.manifest.id;
            let selects = matches!((&*id.group, &*id.kind), ("apps", _) | ("", "ReplicationController"));
            if selects {
                compare(pod, &mut found);
            }
        }
        if !found.is_empty() {
            add_what_does_not_follow(found, checked);
        }
    }
}

fn compare(pod: &Pod<'_>, found: &mut Found) {
    let root = At::root(pod.manifest);
    let Some(spec) = root.get("spec") else { return };
    let Some(selector) = spec.get("selector") else { return };
    let labels = if pod.manifest.id.group.is_empty() { Some(selector) } else { selector.get("matchLabels") };
    for wanted in labels.iter().flat_map(At::values) {
        let (key, Some(value)) = (wanted.last_key(), wanted.text()) else { continue };
        let label = pod.labels().and_then(|labels| labels.get(key));
        match label.map(|label| (label, label.scalar_text())) {
            Some((_, Some(text))) if text == value || is_substitution(text) => {}
            Some((label, Some(text))) => {
                found.says(&wanted, &format!("is `{value}`, but the pods have `{text}`"));
                found.relates(label.span(), "the label of the pods");
            }
            Some((_, None)) => {}
            None => {
                found.says(&wanted, "is a label that the pods do not have");
                found.relates(place(pod), "the labels of the pods");
            }
        }
    }
    let expressions = spec.get("selector");
    let expressions = expressions.as_ref().and_then(|selector| selector.get("matchExpressions"));
    for expression in expressions.iter().flat_map(At::items) {
        if is_against(&expression, pod) {
            found.says(&expression, "does not select the pods");
            found.relates(place(pod), "the labels of the pods");
        }
    }
}

fn is_against(expression: &At<'_, '_>, pod: &Pod<'_>) -> bool {
    let Some(key) = expression.text_of("key") else { return false };
    let label = pod.labels().and_then(|labels| labels.get(key)).and_then(Node::scalar_text);
    if label.is_some_and(is_substitution) {
        return false;
    }
    let values = expression.node.get("values").map_or(&[][..], Node::items);
    let is_among = |label: &str| values.iter().any(|value| value.as_str() == Some(label));
    if values.iter().any(|value| value.scalar_text().is_some_and(is_substitution)) {
        return false;
    }
    match expression.text_of("operator") {
        Some("In") => !values.is_empty() && !label.is_some_and(is_among),
        Some("NotIn") => label.is_some_and(is_among),
        Some("Exists") => label.is_none(),
        Some("DoesNotExist") => label.is_some(),
        _ => false,
    }
}

/// The key `labels` of the template, or what there is of it.
fn place(pod: &Pod<'_>) -> Span {
    let key = |node: &Node, name: &str| node.entry(name).map(|entry| entry.key.span);
    let metadata = pod.template.get("metadata");
    let labels = metadata.and_then(|metadata| key(metadata, "labels"));
    labels.or_else(|| key(pod.template, "metadata")).unwrap_or_else(|| first_key(pod.template, pod.manifest))
}

fn first_key(node: &Node, manifest: &Manifest) -> Span {
    node.entries().first().map_or(manifest.span, |entry| entry.key.span)
}
