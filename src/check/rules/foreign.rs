//! Custom resources, as far as rules about Kubernetes' own objects have to know of them: what they may write.

use seatrial_kubernetes::{Minor, kind_info};
use seatrial_model::{Manifest, Node, QuickSet};

use crate::Objects;

/// Objects of kinds that Kubernetes itself does not have.
pub(crate) fn foreign<'a>(objects: &Objects<'a>, minor: Minor) -> impl Iterator<Item = &'a Manifest> + use<'a> {
    let is_foreign = move |manifest: &&Manifest| {
        let id = &manifest.id;
        kind_info(minor, &id.group, &manifest.version, &id.kind).is_none()
    };
    objects.all().iter().filter(is_foreign)
}

/// Namespaces and names of objects that custom resources may write: `ExternalSecret`, `SealedSecret`, `Certificate` and others bring Secrets
/// of their own name or of one that they say.
pub(crate) fn written_by_others<'a>(objects: &Objects<'a>, minor: Minor) -> QuickSet<(Option<&'a str>, &'a str)> {
    let mut written = QuickSet::default();
    for manifest in foreign(objects, minor) {
        let namespace = manifest.id.namespace.as_deref();
        written.insert((namespace, &*manifest.id.name));
        let paths: [&[&str]; 3] =
            [&["spec", "target", "name"], &["spec", "template", "metadata", "name"], &["spec", "name"]];
        let named = paths.iter().filter_map(|path| manifest.node.at(path)).filter_map(Node::as_str);
        written.extend(named.map(|name| (namespace, name)));
        collect_names(&manifest.node, &mut |name| {
            written.insert((namespace, name));
        });
    }
    written
}

/// The texts of all fields such as `secretName`.
fn collect_names<'a>(node: &'a Node, add: &mut impl FnMut(&'a str)) {
    for item in node.items() {
        collect_names(item, add);
    }
    for entry in node.entries() {
        let is_name = entry.key.text.ends_with("ecretName") || entry.key.text.ends_with("onfigMapName");
        match entry.value.as_str() {
            Some(text) if is_name => add(text),
            _ => collect_names(&entry.value, add),
        }
    }
}
