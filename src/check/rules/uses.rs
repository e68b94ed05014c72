//! What pods use by name: ConfigMaps, Secrets, claims and service accounts, with the keys of them.

use seatrial_model::{Node, RuleId};

use crate::relations::finding;
use crate::{Objects, Pod};

/// One use of an object by its name.
#[derive(Debug)]
pub(crate) struct Use<'a> {
    /// `ConfigMap`, `Secret`, `PersistentVolumeClaim` or `ServiceAccount`.
    pub(crate) kind: &'static str,
    /// Where the name is written.
    pub(crate) name: &'a Node,
    /// Keys that must be there.
    pub(crate) keys: Vec<Key<'a>>,
    /// The pod.
    pub(crate) pod: Pod<'a>,
    /// JSON pointer to the name.
    pub(crate) field: String,
}

/// A key of a ConfigMap or Secret.
#[derive(Debug)]
pub(crate) struct Key<'a> {
    /// Where it is written.
    pub(crate) node: &'a Node,
    /// JSON pointer to it.
    pub(crate) field: String,
}

impl<'a> Use<'a> {
    /// The namespace of the pod.
    pub(crate) fn namespace(&self) -> Option<&'a str> {
        self.pod.manifest.id.namespace.as_deref()
    }

    /// A finding about the name.
    pub(crate) fn finding(&self, rule: RuleId, message: String) -> seatrial_model::Finding {
        finding(rule, self.name, self.pod.manifest, self.field.clone(), message)
    }
}

/// All that the pods of an environment need; nothing that is optional.
pub(crate) fn all<'a>(objects: &Objects<'a>) -> Vec<Use<'a>> {
    let mut uses = Vec::new();
    for pod in objects.pods() {
        let mut found = Uses { pod: *pod, uses: &mut uses };
        found.of_containers();
        found.of_pod();
    }
    uses
}

struct Uses<'u, 'a> {
    pod: Pod<'a>,
    uses: &'u mut Vec<Use<'a>>,
}

impl<'a> Uses<'_, 'a> {
    fn of_containers(&mut self) {
        let pod = self.pod;
        for container in pod.containers() {
            let at = format!("/spec/{}/{}", container.list, container.index);
            for (index, variable) in items(container.node, "env") {
                for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
                    let Some(reference) = variable.at(&["valueFrom", field]) else { continue };
                    let at = format!("{at}/env/{index}/valueFrom/{field}");
                    let keys = reference.get("key").map(|node| self.key(node, &format!("{at}/key")));
                    self.add(kind, reference, "name", &at, keys.into_iter().collect());
                }
            }
            for (index, source) in items(container.node, "envFrom") {
                for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
                    if let Some(reference) = source.get(field) {
                        self.add(kind, reference, "name", &format!("{at}/envFrom/{index}/{field}"), Vec::new());
                    }
                }
            }
        }
    }

    fn of_pod(&mut self) {
        let Some(spec) = self.pod.spec() else { return };
        for field in ["serviceAccountName", "serviceAccount"] {
            if spec.get(field).and_then(Node::as_str).is_some_and(|name| !name.is_empty()) {
                self.add("ServiceAccount", spec, field, "/spec", Vec::new());
                break;
            }
        }
        for (index, secret) in items(spec, "imagePullSecrets") {
            self.add("Secret", secret, "name", &format!("/spec/imagePullSecrets/{index}"), Vec::new());
        }
        for (index, volume) in items(spec, "volumes") {
            let at = format!("/spec/volumes/{index}");
            if self.is_claim_template(volume) {
                continue;
            }
            self.of_source(volume, &at, "secretName");
            if let Some(claim) = volume.get("persistentVolumeClaim") {
                let at = format!("{at}/persistentVolumeClaim");
                self.add("PersistentVolumeClaim", claim, "claimName", &at, Vec::new());
            }
            for (index, source) in volume.get("projected").into_iter().flat_map(|node| items(node, "sources")) {
                self.of_source(source, &format!("{at}/projected/sources/{index}"), "name");
            }
        }
    }

    /// Whether a StatefulSet puts a claim of its own in the place of a volume.
    fn is_claim_template(&self, volume: &Node) -> bool {
        let templates = self.pod.manifest.node.at(&["spec", "volumeClaimTemplates"]).map_or(&[][..], Node::items);
        let name = volume.get("name").and_then(Node::as_str);
        templates.iter().any(|claim| claim.at(&["metadata", "name"]).and_then(Node::as_str) == name)
    }

    /// A `configMap` or `secret` with `items`, of a volume or a projected one.
    fn of_source(&mut self, source: &'a Node, at: &str, secret_name: &'static str) {
        for (field, kind, name) in [("configMap", "ConfigMap", "name"), ("secret", "Secret", secret_name)] {
            let Some(reference) = source.get(field) else { continue };
            let at = format!("{at}/{field}");
            let key =
                |(index, item): (usize, &'a Node)| Some(self.key(item.get("key")?, &format!("{at}/items/{index}/key")));
            let keys = items(reference, "items").filter_map(key).collect();
            self.add(kind, reference, name, &at, keys);
        }
    }

    fn key(&self, node: &'a Node, field: &str) -> Key<'a> {
        Key { node, field: self.pod.pointer(field) }
    }

    fn add(&mut self, kind: &'static str, reference: &'a Node, name: &str, at: &str, keys: Vec<Key<'a>>) {
        let is_optional = reference.get("optional").and_then(Node::as_bool) == Some(true);
        let Some(node) = reference.get(name).filter(|_| !is_optional) else { return };
        let field = self.pod.pointer(&format!("{at}/{name}"));
        self.uses.push(Use { kind, name: node, keys, pod: self.pod, field });
    }
}

fn items<'a>(node: &'a Node, field: &str) -> impl Iterator<Item = (usize, &'a Node)> + use<'a> {
    node.get(field).map_or(&[][..], Node::items).iter().enumerate()
}
