//! The variables of a Kustomization, gathered from what it names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use seatrial_model::{Finding, Level, Manifest, Node, ObjectId, Origin};

use crate::objects::flux_object::{is_filled_in_cluster, items, namespace, spec};
use crate::objects::found::Objects;
use crate::objects::ids;
use crate::variables::given::Variables;

/// Kinds that make a Secret or ConfigMap in the cluster.
const PRODUCERS: [&str; 8] = [
    "ExternalSecret",
    "SealedSecret",
    "SecretProviderClass",
    "VaultStaticSecret",
    "OnePasswordItem",
    "InfisicalSecret",
    "Certificate",
    "GeneratorState",
];

/// Whether everything that a Kustomization takes variables from was found.
pub(crate) fn is_all_there(kustomization: &Manifest, objects: &Objects) -> bool {
    let references = items(kustomization, &["postBuild", "substituteFrom"]);
    references.iter().all(|reference| named(reference, kustomization).is_none_or(|id| objects.get(&id).is_some()))
}

/// The variables, and what is wrong with what they come from.
pub(crate) fn variables(
    kustomization: &Manifest,
    objects: &Objects,
    supplied: &[(String, Node)],
    findings: &mut Vec<Finding>,
) -> Variables {
    let place = spec(kustomization, &["postBuild"]).map_or(kustomization.span, Node::span);
    let mut variables = Variables::at(place);
    for reference in items(kustomization, &["postBuild", "substituteFrom"]) {
        let Some(id) = named(reference, kustomization) else { continue };
        match objects.get(&id) {
            Some(object) => {
                take(object, &mut variables);
                if is_filled_in_cluster(object) {
                    variables.expect_more();
                }
            }
            None => {
                variables.expect_more();
                findings.extend(not_in_git(reference, &id, objects));
            }
        }
    }
    for entry in spec(kustomization, &["postBuild", "substitute"]).map(Node::entries).unwrap_or_default() {
        variables.set(&entry.key.text, &entry.value);
    }
    for (name, value) in supplied {
        variables.supply(name, value.scalar_text().unwrap_or_default(), value.span());
    }
    variables
}

/// A value that is not in Git may be in the cluster: only what makes it there keeps us from saying so.
fn not_in_git(reference: &Node, id: &ObjectId, objects: &Objects) -> Option<Finding> {
    let is_optional = reference.get("optional").and_then(Node::as_bool) == Some(true);
    let is_made = PRODUCERS.iter().any(|kind| objects.has_kind_and_name(kind, id.namespace.as_deref(), &id.name));
    if is_optional || is_made {
        return None;
    }
    let span = reference.get("name").map_or(reference.span(), Node::span);
    let message = format!("{} `{}` is not in Git: its values are unknown", id.kind, id.name);
    let finding = Finding::new(ids::MISSING_VARIABLES, span, message).with_level(Level::Note);
    let finding = objects.advise(finding, &id.kind, &id.name);
    if finding.help.is_some() {
        return Some(finding);
    }
    Some(finding.with_help("give its values under `variables` of the environment to have them filled in"))
}

fn named(reference: &Node, kustomization: &Manifest) -> Option<ObjectId> {
    let text = |field: &str| reference.get(field).and_then(Node::scalar_text);
    Some(ObjectId::new("", text("kind")?, Some(namespace(kustomization)), text("name")?))
}

/// Takes the values of a ConfigMap or Secret.
fn take(object: &Manifest, variables: &mut Variables) {
    let encrypted = object.is_sops_encrypted();
    let is_secret = object.id.kind == "Secret";
    for entry in object.node.get("data").map(Node::entries).unwrap_or_default() {
        let text = entry.value.scalar_text().unwrap_or_default();
        if encrypted || text.contains("${") {
            variables.set_unknown(&entry.key.text, entry.value.origin());
        } else if is_secret {
            let bytes: String = text.split_whitespace().collect();
            match STANDARD.decode(bytes).ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
                Some(value) => variables.set_text(&entry.key.text, &value, entry.value.origin()),
                None => variables.set_unknown(&entry.key.text, entry.value.origin()),
            }
        } else {
            variables.set(&entry.key.text, &entry.value);
        }
    }
    if is_secret {
        for entry in object.node.get("stringData").map(Node::entries).unwrap_or_default() {
            match encrypted {
                true => variables.set_unknown(&entry.key.text, Origin::from(entry.value.span())),
                false => variables.set(&entry.key.text, &entry.value),
            }
        }
    }
}
