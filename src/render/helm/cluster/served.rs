//! What custom resource definitions make a cluster serve.

use std::collections::{BTreeSet, HashMap};

use seatrial_kubernetes::Scope;
use seatrial_model::{Manifest, Node};

/// What all definitions of a cluster make it serve.
#[derive(Clone, Debug, Default)]
pub struct Served {
    versions: BTreeSet<String>,
    scopes: HashMap<(String, String), Scope>,
}

impl Served {
    /// Takes in what an object defines; nothing, where it is not a definition. Says whether that is something new.
    pub fn add(&mut self, object: &Manifest) -> bool {
        let before = self.versions.len();
        self.versions.extend(served_by(object));
        if let Some((kind, scope)) = scope_of(object) {
            self.scopes.entry(kind).or_insert(scope);
        }
        self.versions.len() > before
    }

    /// Whether there is a version or a kind: `example.com/v1`, `example.com/v1/Fish`.
    #[must_use]
    pub fn has(&self, version: &str) -> bool {
        self.versions.contains(version)
    }

    /// All versions and kinds, sorted.
    #[must_use]
    pub fn versions(&self) -> Vec<String> {
        self.versions.iter().cloned().collect()
    }

    /// Where the objects of a kind live; `None` where nobody defines it.
    #[must_use]
    pub fn scope(&self, group: &str, kind: &str) -> Option<Scope> {
        self.scopes.get(&(group.to_owned(), kind.to_owned())).copied()
    }
}

/// What a cluster serves once it has a custom resource definition; nothing for any other object.
#[must_use]
pub fn served_by(crd: &Manifest) -> Vec<String> {
    if !is_definition(crd) {
        return Vec::new();
    }
    let text = |path: &[&str]| crd.node.at(path).and_then(Node::scalar_text).unwrap_or_default();
    let (group, kind) = (text(&["spec", "group"]), text(&["spec", "names", "kind"]));
    let versions = crd.node.at(&["spec", "versions"]).map(Node::items).unwrap_or_default();
    let is_served = |version: &&Node| version.get("served").and_then(Node::as_bool) != Some(false);
    let served = versions.iter().filter(is_served);
    let names = served.filter_map(|version| version.get("name").and_then(Node::scalar_text));
    names.flat_map(|version| [format!("{group}/{version}"), format!("{group}/{version}/{kind}")]).collect()
}

/// Whether an object is a custom resource definition.
#[must_use]
pub fn is_definition(object: &Manifest) -> bool {
    object.id.group == "apiextensions.k8s.io" && object.id.kind == "CustomResourceDefinition"
}

fn scope_of(crd: &Manifest) -> Option<((String, String), Scope)> {
    let text = |path: &[&str]| crd.node.at(path).and_then(Node::scalar_text).map(str::to_owned);
    is_definition(crd).then_some(())?;
    let scope = match &*text(&["spec", "scope"])? {
        "Namespaced" => Scope::Namespaced,
        "Cluster" => Scope::Cluster,
        _ => return None,
    };
    Some(((text(&["spec", "group"])?, text(&["spec", "names", "kind"])?), scope))
}
