//! `missing-key`: a key that a container or volume takes from a ConfigMap or Secret of this environment, which does not have it (kubelet:
//! `couldn't find key … in ConfigMap …`, and `references non-existent config key`).

use std::cell::OnceCell;

use seatrial_model::{Level, Manifest, Node, QuickMap, QuickSet, RuleId, RuleInfo, Setting, Span};

use crate::foreign::written_by_others;
use crate::relations::{advise, finding, key_or, known, level, listed};
use crate::{Checked, Context, Objects, Rule, is_substitution};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "missing-key",
    level: Level::Error,
    setting: Setting::Free,
    summary: "a pod takes a key that its ConfigMap or Secret does not have",
    page: "The container does not start until the key is there (`CreateContainerConfigError`, or a volume that cannot be mounted). `optional: true` beside the key says that it may be absent.",
});

/// The rule.
pub(crate) struct MissingKey;

impl Rule for MissingKey {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        let written = OnceCell::new();
        let mut seen: QuickMap<_, Option<QuickSet<&str>>> = QuickMap::default();
        for used in objects.uses() {
            let (namespace, Some(name)) = (used.namespace(), known(used.name)) else { continue };
            if used.keys.is_empty() {
                continue;
            }
            let Some(object) = objects.find("", used.kind, namespace, name) else { continue };
            let keys = seen.entry((used.kind, namespace, name)).or_insert_with(|| keys(object));
            let Some(keys) = keys else { continue };
            for key in &used.keys {
                let Some(wanted) = known(key.node).filter(|wanted| !keys.contains(wanted)) else { continue };
                let written = written.get_or_init(|| written_by_others(objects, context.minor));
                if written.contains(&(namespace, name)) {
                    break;
                }
                let manifest = used.pod.manifest;
                let message =
                    format!("{} uses the key `{wanted}` of {}, which does not have it", manifest.id, object.id);
                let in_order = in_order(object);
                let has = match in_order.len() {
                    1 => format!("{} has the key {}", object.id, listed(&in_order)),
                    _ => format!("{} has the keys {}", object.id, listed(&in_order)),
                };
                let field =
                    ["stringData", "data", "binaryData"].into_iter().find(|field| object.node.get(field).is_some());
                let finding = finding(ID, key.node, manifest, key.field.clone(), message)
                    .with_level(level(ID, context))
                    .with_related(key_or(&object.node, field.unwrap_or("data"), object.span), has);
                checked.findings.push(advise(finding, wanted, keys_of(object)));
            }
        }
    }
}

fn in_order(object: &Manifest) -> Vec<&str> {
    keys_of(object).map(|(key, _)| key).collect()
}

/// The keys, each with its place.
fn keys_of(object: &Manifest) -> impl Iterator<Item = (&str, Span)> {
    let entries = |field| object.node.get(field).map_or(&[][..], Node::entries).iter();
    let all = ["data", "stringData", "binaryData"].into_iter().flat_map(entries);
    all.map(|entry| (&*entry.key.text, entry.key.span))
}

/// The keys of a ConfigMap or Secret; `None` where something in the cluster writes them: where there are none, or an annotation or label
/// asks for it, or the type says so.
fn keys(object: &Manifest) -> Option<QuickSet<&str>> {
    let keys: QuickSet<&str> = in_order(object).into_iter().collect();
    let is_token = object.node.get("type").and_then(Node::as_str) == Some("kubernetes.io/service-account-token");
    let asks = |field| {
        let entries = object.node.at(&["metadata", field]).map_or(&[][..], Node::entries);
        entries.iter().any(|entry| {
            ["inject", "replicat", "reflect", "avp.kubernetes.io", "generate"]
                .iter()
                .any(|word| entry.key.text.contains(word))
        })
    };
    let is_written = is_token || asks("annotations") || asks("labels");
    (!keys.is_empty() && !is_written && !keys.iter().any(|key| is_substitution(key))).then_some(keys)
}
