//! `accessFrom` of an ImageRepository: which namespaces may read it (fluxcd/pkg: `runtime/acl`).

use seatrial_model::{Finding, Level, Manifest, Node, ObjectId};

use crate::objects::flux_object::{has_variable, items, namespace, spec};
use crate::objects::found::Objects;
use crate::objects::ids;

/// The label that every namespace has.
const NAME: &str = "kubernetes.io/metadata.name";

/// That a policy may not read its repository.
pub(super) fn check(policy: &Manifest, reference: &Node, repository: &Manifest, objects: &Objects) -> Option<Finding> {
    let from = namespace(policy);
    if from == namespace(repository) {
        return None;
    }
    let span = reference.get("namespace").map_or(reference.span(), Node::span);
    let denied = |message: String| {
        let finding = Finding::new(ids::MISSING_REFERENCE, span, message);
        match spec(repository, &["accessFrom"]) {
            Some(access) => finding.with_related(access.span(), "this says who may read it"),
            None => finding.with_related(repository.span, "the repository"),
        }
    };
    if spec(repository, &["accessFrom"]).is_none() {
        let message = format!("{} may be read from its own namespace alone", repository.id);
        let help = format!("allow `{from}` under `spec.accessFrom.namespaceSelectors`, or move one of the two");
        return Some(denied(message).with_help(help));
    }
    let selectors = items(repository, &["accessFrom", "namespaceSelectors"]);
    let allows: Vec<Option<bool>> = selectors.iter().map(|selector| fits(selector, from, objects)).collect();
    if allows.iter().any(|allows| *allows != Some(false)) {
        return None;
    }
    // Who made the namespace may have labelled it since.
    let message = format!("{} may not be read from the namespace `{from}`: its labels do not match", repository.id);
    Some(denied(message).with_level(Level::Warning))
}

/// Whether a namespace has the labels; `None` where they are not known.
fn fits(selector: &Node, name: &str, objects: &Objects) -> Option<bool> {
    let Some(wanted) = selector.get("matchLabels").filter(|labels| !labels.is_null()) else { return Some(true) };
    let object = objects.get(&ObjectId::new("", "Namespace", None, name));
    let mut all = Some(true);
    for label in wanted.entries() {
        let (key, value) = (label.key.text.as_str(), label.value.scalar_text()?);
        let own = match object {
            _ if key == NAME => Some(name),
            Some(object) => object.node.at(&["metadata", "labels", key]).and_then(Node::scalar_text),
            None => {
                all = None;
                continue;
            }
        };
        if own.is_some_and(has_variable) {
            all = None;
        } else if own != Some(value) {
            return Some(false);
        }
    }
    all
}
