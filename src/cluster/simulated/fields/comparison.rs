//! What two states of an object differ in, field by field (structured-merge-diff: `typed.Compare`). Pure.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_kubernetes::Schema;
use serde_json::{Map, Value};

use crate::fields::field_set::{FieldSet, Path, Relation, Step, below, has_atomic_items, key_step, relation};

/// What changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// Fields that are new: leaves, and the mappings and lists that they came with.
    pub(crate) added: FieldSet,
    /// Fields that have another value.
    pub(crate) modified: FieldSet,
    /// Fields that are gone.
    pub(crate) removed: FieldSet,
}

impl Comparison {
    /// The difference between two states.
    pub(crate) fn between(old: &Value, new: &Value, schema: Option<&Schema>) -> Comparison {
        let mut comparison = Comparison::default();
        comparison.walk((Some(old), Some(new)), schema, "", &mut Vec::new());
        comparison
    }

    /// Leaves out what nobody owns and what an endpoint does not write.
    pub(crate) fn strip(&mut self, resets: &[&str]) {
        [&mut self.added, &mut self.modified, &mut self.removed].into_iter().for_each(|set| set.strip(resets));
    }

    /// Fields that are new or have another value.
    pub(crate) fn set(&self) -> BTreeSet<Path> {
        self.added.0.union(&self.modified.0).cloned().collect()
    }

    fn walk(
        &mut self,
        (old, new): (Option<&Value>, Option<&Value>),
        schema: Option<&Schema>,
        key: &str,
        path: &mut Path,
    ) {
        let Some(shape) = new.filter(|v| !v.is_null()).or(old).or(new) else { return };
        let is_empty = |value: Option<&Value>| value.is_none_or(is_empty);
        let relation = if is_empty(old) && is_empty(new) { Relation::Atomic } else { relation(schema, key, shape) };
        match relation {
            Relation::Atomic => return self.leaf((old, new), path),
            Relation::Granular => self.mappings((old, new), schema, path),
            Relation::ListMap(keys) => {
                let items = schema.and_then(Schema::items).filter(|_| !has_atomic_items(key));
                let step = |item: &Value| key_step(item, &keys);
                self.lists((old, new), items.as_ref(), has_atomic_items(key), step, path);
            }
            Relation::ListSet => self.lists((old, new), None, true, |item| Step::Item(item.to_string()), path),
        }
        match (old, new) {
            (None, _) => self.added.0.insert(path.clone()),
            (_, None) => self.removed.0.insert(path.clone()),
            _ => false,
        };
    }

    fn leaf(&mut self, (old, new): (Option<&Value>, Option<&Value>), path: &Path) {
        let set = match (old, new) {
            (None, _) => &mut self.added,
            (_, None) => &mut self.removed,
            (Some(old), Some(new)) if old != new => &mut self.modified,
            _ => return,
        };
        set.0.insert(path.clone());
    }

    fn mappings(&mut self, (old, new): (Option<&Value>, Option<&Value>), schema: Option<&Schema>, path: &mut Path) {
        static NOTHING: Value = Value::Null;
        let no_fields = Map::new();
        let old_map = old.and_then(Value::as_object).unwrap_or(&no_fields);
        let new_map = new.and_then(Value::as_object).unwrap_or(&no_fields);
        let names: BTreeSet<&String> = old_map.keys().chain(new_map.keys()).collect();
        for name in names {
            let is_of_go = schema.is_some_and(|schema| schema.property(name).is_some()) && is_always_there(name);
            let empty = |parent: Option<&Value>, other: Option<&Value>| {
                let is_there = is_of_go && parent.is_some() && other.is_some_and(|o| o.is_object() || o.is_array());
                is_there.then_some(&NOTHING)
            };
            let (mut old_side, mut new_side) = (old_map.get(name), new_map.get(name));
            old_side = old_side.or_else(|| empty(old, new_side));
            new_side = new_side.or_else(|| empty(new, old_side));
            path.push(Step::Field(name.clone()));
            self.walk((old_side, new_side), below(schema, name).as_ref(), name, path);
            path.pop();
        }
    }

    fn lists(
        &mut self,
        (old, new): (Option<&Value>, Option<&Value>),
        schema: Option<&Schema>,
        is_atomic: bool,
        step: impl Fn(&Value) -> Step,
        path: &mut Path,
    ) {
        let (old, new) = (by_step(old, &step), by_step(new, &step));
        for item in old.keys().chain(new.keys().filter(|step| !old.contains_key(*step))) {
            let pair = (old.get(item).copied(), new.get(item).copied());
            path.push(item.clone());
            if is_atomic {
                self.leaf(pair, path);
            } else {
                self.walk(pair, schema, "", path);
            }
            path.pop();
        }
    }
}

/// The items of a list by the steps that lead to them.
fn by_step<'a>(list: Option<&'a Value>, step: &impl Fn(&Value) -> Step) -> BTreeMap<Step, &'a Value> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.map(|item| (step(item), item)).collect()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Fields that Go's types always have, be they empty: structs and lists without `omitempty`. To get one is nothing new.
fn is_always_there(name: &str) -> bool {
    const STRUCTS: [&str; 12] = [
        "metadata",
        "spec",
        "status",
        "template",
        "jobTemplate",
        "strategy",
        "updateStrategy",
        "containers",
        "resources",
        "loadBalancer",
        "names",
        "nodeInfo",
    ];
    STRUCTS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::field_set::Dotted;
    use seatrial_kubernetes::Minor;
    use serde_json::json;

    fn lines(set: &FieldSet) -> Vec<String> {
        set.0.iter().map(|path| Dotted(path).to_string()).collect()
    }

    #[test]
    fn what_is_new_comes_with_its_mappings_but_not_with_gos_structs() {
        let schema = seatrial_kubernetes::schema(Minor::DEFAULT, "apps", "v1", "Deployment").expect("is embedded");
        let old = json!({"metadata": {}, "spec": {"replicas": 1, "minReadySeconds": 1}});
        let new = json!({"metadata": {"labels": {"a": "1"}}, "spec": {
            "replicas": 2, "strategy": {"rollingUpdate": {"maxSurge": 1}},
            "template": {"spec": {"containers": [{"name": "web", "resources": {}}]}},
        }});
        let comparison = Comparison::between(&old, &new, Some(&schema));
        let container = ".spec.template.spec.containers[name=\"web\"]";
        let expected = [
            ".metadata.labels",
            ".metadata.labels.a",
            ".spec.strategy.rollingUpdate",
            ".spec.strategy.rollingUpdate.maxSurge",
            container,
            &format!("{container}.name"),
            &format!("{container}.resources"),
        ];
        assert_eq!(lines(&comparison.added), expected);
        assert_eq!(lines(&comparison.modified), [".spec.replicas"]);
        assert_eq!(lines(&comparison.removed), [".spec.minReadySeconds"]);
    }
}
