//! What `lookup` answers from manifests, as a cluster that holds them would.

use std::collections::BTreeMap;
use std::rc::Rc;

use seatrial_gotemplate::{Data, IntKind, List, Map, MapKind, Value};
use seatrial_kubernetes::{Minor, Scope, scope};
use seatrial_model::{Finding, Manifest, Node, ScalarKind, group_of};
use seatrial_tree::Tree;

use crate::cluster::world::Lookup;
use crate::values::origins::{Origins, deep_copy};

/// Objects of a cluster.
#[derive(Clone, Debug)]
pub struct Resources {
    minor: Minor,
    objects: Vec<Manifest>,
}

impl Resources {
    /// What a cluster of a minor holds. Of two objects with one identity the last counts.
    #[must_use]
    pub fn new(minor: Minor, manifests: Vec<Manifest>) -> Resources {
        let mut objects: BTreeMap<_, Manifest> = BTreeMap::new();
        for manifest in manifests {
            let id = &manifest.id;
            let key = (id.group.clone(), id.kind.clone(), id.namespace.clone(), id.name.clone());
            objects.insert(key, manifest);
        }
        Resources { minor, objects: objects.into_values().collect() }
    }

    /// The objects of files and directories of a tree, and what is wrong with them.
    #[must_use]
    pub fn read(tree: &Tree, paths: &[String]) -> (Vec<Manifest>, Vec<Finding>) {
        let (mut manifests, mut findings) = (Vec::new(), Vec::new());
        for path in paths {
            let rendered = seatrial_manifests::render(tree, path);
            manifests.extend(rendered.manifests);
            findings.extend(rendered.findings);
        }
        (manifests, findings)
    }

    /// The answers to a release in a namespace, in which those objects lie that do not say where they do.
    pub(crate) fn answers(&self, release: &str, origins: &mut Origins) -> Rc<Lookup> {
        let mut objects: Vec<Known> = self.objects.iter().map(|object| self.known(object, release, origins)).collect();
        objects.sort_by(|one, other| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)));
        let minor = self.minor;
        Rc::new(move |version, kind, namespace, name| {
            let is_of_kind = |object: &&Known| object.version == version && object.kind == kind;
            let group = group_of(version);
            let scope = scope(minor, group, kind);
            let is_there = |object: &&Known| match (scope, &object.namespace) {
                (Some(Scope::Cluster), _) | (None, None) => true,
                // Nothing is found by its name alone where names are those of a namespace.
                (_, _) if namespace.is_empty() => name.is_empty(),
                (_, own) => own.as_deref() == Some(namespace),
            };
            let mut found = objects.iter().filter(is_of_kind).filter(is_there);
            if !name.is_empty() {
                let object = found.find(|object| object.name == name);
                return Ok(object.map_or_else(Value::empty_map, |object| deep_copy(&object.value)));
            }
            Ok(listed(version, kind, found.map(|object| deep_copy(&object.value)).collect()))
        })
    }

    fn known(&self, object: &Manifest, release: &str, origins: &mut Origins) -> Known {
        let id = &object.id;
        let is_namespaced = scope(self.minor, &id.group, &id.kind) == Some(Scope::Namespaced);
        let namespace = id.namespace.clone().or_else(|| is_namespaced.then(|| release.to_owned()));
        let mut value = value(&object.node, origins);
        if let (None, Some(namespace)) = (&id.namespace, &namespace) {
            let metadata = value.as_map().and_then(|map| map.get("metadata"));
            if let Some(Value { data: Data::Map(metadata), .. }) = metadata {
                metadata.insert("namespace", Value::text(&**namespace));
            }
        }
        value.marks = origins.mark(object.node.origin());
        let version = match &*id.group {
            "" => object.version.clone(),
            group => format!("{group}/{}", object.version),
        };
        Known { version, kind: id.kind.clone(), namespace, name: id.name.clone(), value }
    }
}

/// An object as it is looked up.
struct Known {
    version: String,
    kind: String,
    namespace: Option<String>,
    name: String,
    value: Value,
}

/// A list as the API server gives it.
fn listed(version: &str, kind: &str, items: Vec<Value>) -> Value {
    let metadata = [("resourceVersion", Value::text(""))];
    let entries = [
        ("apiVersion", Value::text(version)),
        ("kind", Value::text(format!("{kind}List"))),
        ("metadata", Value::map(metadata.into_iter().collect())),
        ("items", Value::list(items)),
    ];
    Value::map(entries.into_iter().collect())
}

/// An object as the client of the API has it: whole numbers are integers.
fn value(node: &Node, origins: &mut Origins) -> Value {
    let marks = origins.mark(node.origin());
    let data = if node.is_mapping() {
        let entries = node.entries().iter();
        let entries = entries.map(|entry| (entry.key.text.as_str().into(), value(&entry.value, origins)));
        Data::Map(Map::of(MapKind::Any, entries.collect()))
    } else if node.is_sequence() {
        Data::List(List::new(node.items().iter().map(|item| value(item, origins)).collect()))
    } else {
        match (node.kind(), node.to_json().as_i64()) {
            (ScalarKind::Integer, Some(value)) => Data::Int { kind: IntKind::Int64, value },
            _ => return origins.value(node),
        }
    };
    Value { data, marks }
}
