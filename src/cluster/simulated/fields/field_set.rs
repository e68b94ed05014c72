//! Sets of field paths: who owns what in an object (structured-merge-diff: `fieldpath`), and their wire form `fieldsV1`.

use std::collections::BTreeSet;
use std::fmt;

use seatrial_kubernetes::Schema;
use serde_json::{Map, Value};

/// `fieldsV1` that comes from outside is read to this depth.
const DEEPEST: usize = 64;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// A key of a mapping.
    Field(String),
    /// An item of a list by its keys: canonical JSON, `{"name":"web"}`.
    Key(String),
    /// An item of a set: canonical JSON.
    Item(String),
}

/// A path from the root of an object.
pub(crate) type Path = Vec<Step>;

/// Paths: of leaves, of list items, of keys of free-form mappings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldSet(pub(crate) BTreeSet<Path>);

/// How a value is owned and merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// As a whole.
    Atomic,
    /// Key by key.
    Granular,
    /// Items by these keys.
    ListMap(Vec<String>),
    /// Items by their value.
    ListSet,
}

/// How a value of this schema, reached by this key, is owned. Without a schema, mappings are granular and lists atomic.
pub(crate) fn relation(schema: Option<&Schema>, key: &str, value: &Value) -> Relation {
    match value {
        Value::Object(_) if is_atomic_mapping(schema, key) || schema.is_some_and(is_raw) => Relation::Atomic,
        Value::Object(_) => Relation::Granular,
        Value::Array(_) => match schema.and_then(Schema::list_type) {
            Some("set") => Relation::ListSet,
            Some("map") => {
                let keys = schema.map(|s| s.list_map_keys().into_iter().map(str::to_owned).collect());
                Relation::ListMap(keys.unwrap_or_default())
            }
            _ => Relation::Atomic,
        },
        _ => Relation::Atomic,
    }
}

/// Whether anything may be in it (Go: `RawExtension`).
fn is_raw(schema: &Schema) -> bool {
    schema.property_names().is_empty() && schema.additional().is_none()
}

/// Mappings that are owned as a whole. The embedded schemas do not carry `x-kubernetes-map-type`: selectors and references are those
/// that have it (k8s.io/api: `+structType=atomic`, `+mapType=atomic`).
fn is_atomic_mapping(schema: Option<&Schema>, key: &str) -> bool {
    const ATOMIC: [&str; 13] = [
        "nodeSelector",
        "configMapKeyRef",
        "secretKeyRef",
        "fieldRef",
        "resourceFieldRef",
        "fileKeyRef",
        "secretRef",
        "roleRef",
        "targetRef",
        "claimRef",
        "involvedObject",
        "dataSource",
        "requiredDuringSchedulingIgnoredDuringExecution",
    ];
    let Some(schema) = schema else { return false };
    let is_label_selector = schema.property_names() == ["matchExpressions", "matchLabels"];
    let is_plain_selector = key == "selector" && schema.property_names().is_empty();
    is_label_selector || is_plain_selector || ATOMIC.contains(&key)
}

/// Whether the items of a list are owned as a whole, though they are told apart by a key (`+structType=atomic`).
pub(crate) fn has_atomic_items(list: &str) -> bool {
    matches!(list, "ownerReferences" | "imagePullSecrets")
}

/// The schema below a key of a mapping.
pub(crate) fn below(schema: Option<&Schema>, key: &str) -> Option<Schema> {
    schema.and_then(|s| s.property(key).or_else(|| s.additional()))
}

/// The step to an item of a list by its keys; a missing protocol is TCP, as the published schema's default says.
pub(crate) fn key_step(item: &Value, keys: &[String]) -> Step {
    let pairs = keys.iter().map(|key| {
        let value = item.get(key).filter(|v| !v.is_null()).cloned();
        let value = value.unwrap_or_else(|| if key == "protocol" { "TCP".into() } else { Value::Null });
        (key.clone(), value)
    });
    Step::Key(Value::Object(pairs.collect()).to_string())
}

impl FieldSet {
    /// The fields of an object.
    pub(crate) fn of(object: &Value, schema: Option<&Schema>) -> FieldSet {
        let mut set = FieldSet::default();
        collect(object, schema, "", &mut Vec::new(), &mut set.0);
        set
    }

    /// Reads `fieldsV1`.
    pub(crate) fn from_wire(wire: &Value) -> FieldSet {
        let mut set = FieldSet::default();
        read(wire, &mut Vec::new(), &mut set.0);
        set
    }

    /// Writes `fieldsV1`.
    pub(crate) fn to_wire(&self) -> Value {
        let mut root = Tree::default();
        for path in &self.0 {
            root.insert(path);
        }
        root.to_wire()
    }

    /// Whether it holds a path or anything below it.
    pub(crate) fn touches(&self, path: &[Step]) -> bool {
        self.0.range(path.to_vec()..).next().is_some_and(|found| found.starts_with(path))
    }

    /// Removes paths.
    pub(crate) fn subtract(&mut self, paths: &BTreeSet<Path>) {
        self.0.retain(|path| !paths.contains(path));
    }

    /// With the declared fields that its paths lead through (structured-merge-diff: `EnsureNamedFieldsAreMembers`).
    pub(crate) fn with_named_fields(&self, schema: Option<&Schema>) -> BTreeSet<Path> {
        let mut all = self.0.clone();
        for path in &self.0 {
            let mut at = schema.cloned();
            for (index, step) in path.iter().enumerate() {
                let next = match step {
                    Step::Field(name) => {
                        if at.as_ref().is_some_and(|schema| schema.property(name).is_some()) {
                            all.insert(path[..=index].to_vec());
                        }
                        below(at.as_ref(), name)
                    }
                    Step::Key(_) | Step::Item(_) => at.as_ref().and_then(Schema::items),
                };
                at = next;
            }
        }
        all
    }

    /// Removes what nobody owns: identity, and what the server itself keeps (fieldmanager: `stripSet`), and everything below `resets`.
    pub(crate) fn strip(&mut self, resets: &[&str]) {
        const SERVERS: [&str; 8] = [
            "name",
            "namespace",
            "creationTimestamp",
            "selfLink",
            "uid",
            "generation",
            "managedFields",
            "resourceVersion",
        ];
        let field = |step: Option<&Step>, name: &str| matches!(step, Some(Step::Field(f)) if f == name);
        self.0.retain(|path| {
            let first = path.first();
            let in_metadata = field(first, "metadata");
            let is_servers = SERVERS.iter().any(|name| field(path.get(1), name));
            let is_type = field(first, "apiVersion") || field(first, "kind");
            !(is_type || in_metadata && (path.len() == 1 || is_servers) || resets.iter().any(|r| field(first, r)))
        });
    }
}

fn collect(value: &Value, schema: Option<&Schema>, key: &str, path: &mut Path, set: &mut BTreeSet<Path>) {
    match (relation(schema, key, value), value) {
        (Relation::Granular, Value::Object(map)) => {
            for (name, child) in map {
                path.push(Step::Field(name.clone()));
                let child_schema = below(schema, name);
                let is_declared = schema.is_some_and(|s| s.property(name).is_some());
                let is_empty = child.is_null() || child.as_object().is_some_and(Map::is_empty);
                if is_empty || (schema.is_some() && !is_declared) {
                    set.insert(path.clone());
                }
                if !child.is_null() {
                    collect(child, child_schema.as_ref(), name, path, set);
                }
                path.pop();
            }
        }
        (Relation::ListMap(keys), Value::Array(items)) => {
            let item_schema = schema.and_then(Schema::items);
            for item in items {
                path.push(key_step(item, &keys));
                set.insert(path.clone());
                if !has_atomic_items(key) {
                    collect(item, item_schema.as_ref(), "", path, set);
                }
                path.pop();
            }
        }
        (Relation::ListSet, Value::Array(items)) => {
            for item in items {
                path.push(Step::Item(item.to_string()));
                set.insert(path.clone());
                path.pop();
            }
        }
        _ if path.is_empty() => {}
        _ => {
            set.insert(path.clone());
        }
    }
}

fn read(wire: &Value, path: &mut Path, set: &mut BTreeSet<Path>) {
    let Some(map) = wire.as_object() else { return };
    if path.len() >= DEEPEST {
        return;
    }
    for (name, child) in map {
        let step = match name.split_once(':') {
            _ if name == "." => {
                set.insert(path.clone());
                continue;
            }
            Some(("f", field)) => Step::Field(field.to_owned()),
            // Keys are brought into the canonical order that `to_string` of a mapping has.
            Some(("k", key)) => Step::Key(canonical(key)),
            Some(("v", item)) => Step::Item(canonical(item)),
            _ => continue,
        };
        path.push(step);
        if child.as_object().is_none_or(Map::is_empty) {
            set.insert(path.clone());
        } else {
            read(child, path, set);
        }
        path.pop();
    }
}

fn canonical(text: &str) -> String {
    serde_json::from_str::<Value>(text).map_or_else(|_| text.to_owned(), |value| value.to_string())
}

/// Paths as a tree, to be written.
#[derive(Default)]
struct Tree {
    member: bool,
    children: std::collections::BTreeMap<Step, Tree>,
}

impl Tree {
    fn insert(&mut self, path: &[Step]) {
        match path.split_first() {
            None => self.member = true,
            Some((step, rest)) => self.children.entry(step.clone()).or_default().insert(rest),
        }
    }

    fn to_wire(&self) -> Value {
        let mut map = Map::new();
        if self.member && !self.children.is_empty() {
            map.insert(".".to_owned(), Value::Object(Map::new()));
        }
        for (step, child) in &self.children {
            let name = match step {
                Step::Field(name) => format!("f:{name}"),
                Step::Key(key) => format!("k:{key}"),
                Step::Item(item) => format!("v:{item}"),
            };
            map.insert(name, child.to_wire());
        }
        Value::Object(map)
    }
}

/// A path as conflicts print it: `.spec.template.spec.containers[name="web"].image`.
pub(crate) struct Dotted<'a>(pub(crate) &'a [Step]);

impl fmt::Display for Dotted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in self.0 {
            match step {
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Item(item) => write!(f, "[={item}]")?,
                Step::Key(key) => {
                    let keys = serde_json::from_str::<Map<String, Value>>(key).unwrap_or_default();
                    let pairs: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
                    write!(f, "[{}]", pairs.join(","))?;
                }
            }
        }
        Ok(())
    }
}

/// Whether an item of a list is the one that a step means.
pub(crate) fn is_item(item: &Value, step: &Step) -> bool {
    match step {
        Step::Field(_) => false,
        Step::Item(text) => Step::Item(item.to_string()) == Step::Item(text.clone()),
        Step::Key(text) => {
            let Ok(keys) = serde_json::from_str::<Map<String, Value>>(text) else { return false };
            let names: Vec<String> = keys.keys().cloned().collect();
            key_step(item, &names) == *step
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seatrial_kubernetes::Minor;
    use serde_json::json;

    fn deployment() -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "labels": {"app": "web"}},
            "spec": {
                "replicas": 2, "selector": {"matchLabels": {"app": "web"}},
                "template": {"spec": {"containers": [
                    {"name": "web", "image": "web:1", "ports": [{"containerPort": 80}], "args": ["-v"]},
                ]}},
            },
        })
    }

    #[test]
    fn owns_leaves_list_items_by_key_and_atomic_values_as_a_whole() {
        let schema = seatrial_kubernetes::schema(Minor::DEFAULT, "apps", "v1", "Deployment").expect("is embedded");
        let mut set = FieldSet::of(&deployment(), Some(&schema));
        set.strip(&["status"]);
        let paths: Vec<String> = set.0.iter().map(|path| Dotted(path).to_string()).collect();
        let container = ".spec.template.spec.containers[name=\"web\"]";
        let expected = [
            ".metadata.labels.app".to_owned(),
            ".spec.replicas".to_owned(),
            ".spec.selector".to_owned(),
            container.to_owned(),
            format!("{container}.args"),
            format!("{container}.image"),
            format!("{container}.name"),
            format!("{container}.ports[containerPort=80,protocol=\"TCP\"]"),
            format!("{container}.ports[containerPort=80,protocol=\"TCP\"].containerPort"),
        ];
        assert_eq!(paths, expected);
    }

    #[test]
    fn the_wire_form_is_kubernetes_and_comes_back_the_same() {
        let schema = seatrial_kubernetes::schema(Minor::DEFAULT, "apps", "v1", "Deployment").expect("is embedded");
        let set = FieldSet::of(&deployment(), Some(&schema));
        let wire = set.to_wire();
        let container = "/f:spec/f:template/f:spec/f:containers/k:{\"name\":\"web\"}";
        assert_eq!(wire.pointer(container).and_then(|c| c.get(".")), Some(&json!({})), "{wire}");
        assert_eq!(wire.pointer("/f:spec/f:replicas"), Some(&json!({})));
        assert_eq!(FieldSet::from_wire(&wire), set);
    }
}
