//! ConfigMaps and Secrets that something makes in the cluster: Git has who makes them, not their values.

use std::collections::HashSet;

use seatrial_model::{Manifest, Node, ObjectId};

use crate::objects::found::Objects;

/// Kinds that make a Secret or ConfigMap, and where they say its name; without, it has their own.
const PRODUCERS: [(&str, &[&str]); 12] = [
    ("ExternalSecret", &["spec", "target", "name"]),
    ("ClusterExternalSecret", &["spec", "externalSecretName"]),
    ("SealedSecret", &["spec", "template", "metadata", "name"]),
    ("VaultStaticSecret", &["spec", "destination", "name"]),
    ("VaultDynamicSecret", &["spec", "destination", "name"]),
    ("VaultPKISecret", &["spec", "destination", "name"]),
    ("OnePasswordItem", &[]),
    ("InfisicalSecret", &["spec", "managedSecretReference", "secretName"]),
    ("Certificate", &["spec", "secretName"]),
    ("Bundle", &[]),
    ("AzureKeyVaultSecret", &["spec", "output", "secret", "name"]),
    ("SopsSecret", &[]),
];

/// Names of what is made in the cluster, by namespace.
#[derive(Debug, Default)]
pub(crate) struct Made<'a>(HashSet<(&'a str, &'a str)>);

impl<'a> Made<'a> {
    pub(crate) fn of(objects: &'a Objects) -> Made<'a> {
        let mut made = Made::default();
        for manifest in objects.all() {
            let namespace = manifest.id.namespace.as_deref().unwrap_or_default();
            for name in names(manifest) {
                made.0.insert((namespace, name));
            }
        }
        made
    }

    pub(crate) fn has(&self, id: &ObjectId) -> bool {
        let name = id.name.as_str();
        // What has no namespace makes it in many.
        [id.namespace.as_deref().unwrap_or_default(), ""].iter().any(|namespace| self.0.contains(&(*namespace, name)))
    }
}

fn names(manifest: &Manifest) -> Vec<&str> {
    if manifest.id.kind == "SecretProviderClass" {
        let objects = manifest.node.at(&["spec", "secretObjects"]).map(Node::items).unwrap_or_default();
        return objects.iter().filter_map(|object| object.get("secretName")?.scalar_text()).collect();
    }
    let producer = PRODUCERS.iter().find(|(kind, _)| *kind == manifest.id.kind);
    let Some((_, path)) = producer else { return Vec::new() };
    let named = manifest.node.at(path).and_then(Node::scalar_text).filter(|name| !name.is_empty());
    vec![named.unwrap_or(&manifest.id.name)]
}
