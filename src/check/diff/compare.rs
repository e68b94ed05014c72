//! Two objects, value by value.

pub(crate) mod embedded;
pub(crate) mod fingerprint;
mod lists;
pub(crate) mod path;
mod scalars;
mod secret;

use seatrial_kubernetes::Schema;
use seatrial_model::{Entry, Manifest, Node, Value, is_secret_kind};

use crate::{Between, Difference, FieldPath, Remark, Segment};

/// Walks two values side by side and notes what differs.
pub(crate) struct Comparer<'a> {
    schema: Option<&'a Schema>,
    between: Between,
    is_secret: bool,
    is_encrypted: bool,
    is_config_map: bool,
    is_rbac: bool,
    path: Vec<Segment>,
    differences: Vec<Difference>,
    is_positional: bool,
}

impl<'a> Comparer<'a> {
    pub(crate) fn of(manifest: &Manifest, schema: Option<&'a Schema>, between: Between) -> Comparer<'a> {
        let is_core = manifest.id.group.is_empty();
        Comparer {
            schema,
            between,
            is_secret: is_core && is_secret_kind(&manifest.id.kind),
            is_encrypted: manifest.is_sops_encrypted(),
            is_config_map: is_core && manifest.id.kind == "ConfigMap",
            is_rbac: manifest.id.group == "rbac.authorization.k8s.io",
            path: Vec::new(),
            differences: Vec::new(),
            is_positional: false,
        }
    }

    /// What differs between two objects that are one; and whether items of lists were matched by their place because no schema is known.
    pub(crate) fn objects(mut self, before: &Node, after: &Node) -> (Vec<Difference>, bool) {
        let schema = self.schema.cloned();
        self.mappings(before, after, schema.as_ref());
        (self.differences, self.is_positional)
    }

    fn values(&mut self, before: &Node, after: &Node, schema: Option<&Schema>) {
        if before.is_same(after) {
            return;
        }
        match (before.value(), after.value()) {
            (Value::Mapping(_), Value::Mapping(_)) => self.mappings(before, after, schema),
            (Value::Sequence(one), Value::Sequence(other)) => self.lists(one, other, schema),
            (Value::Scalar(_), Value::Scalar(_)) if scalars::are_equal(before, after, schema) => {}
            _ => self.push(Some(before), Some(after)),
        }
    }

    /// The keys of the base in their order, then those that are new.
    fn mappings(&mut self, before: &Node, after: &Node, schema: Option<&Schema>) {
        let is_told = |entry: &&Entry, comparer: &Self| !comparer.is_compared_elsewhere(&entry.key.text);
        for entry in before.entries().iter().filter(|entry| is_told(entry, self)).collect::<Vec<_>>() {
            match after.get(&entry.key.text) {
                Some(after) => {
                    let inner = field_schema(schema, &entry.key.text);
                    self.within(entry, |comparer| comparer.values(&entry.value, after, inner.as_ref()));
                }
                None if is_nothing(&entry.value, schema) => {}
                None => self.within(entry, |comparer| comparer.push(Some(&entry.value), None)),
            }
        }
        for entry in after.entries().iter().filter(|entry| is_told(entry, self)).collect::<Vec<_>>() {
            if before.get(&entry.key.text).is_none() && !is_nothing(&entry.value, schema) {
                self.within(entry, |comparer| comparer.push(None, Some(&entry.value)));
            }
        }
        if self.path.is_empty() && self.is_secret {
            self.secrets(before, after);
        }
    }

    /// At the field of an entry.
    fn within(&mut self, entry: &Entry, look: impl FnOnce(&mut Self)) {
        self.path.push(Segment::Field(entry.key.text.clone()));
        look(self);
        self.path.pop();
    }

    /// The data of a Secret; what SOPS says of its encryption, which no cluster gets; and the name, which is what an object is known by:
    /// another one is told as such. Two environments have a namespace each.
    fn is_compared_elsewhere(&self, key: &str) -> bool {
        match self.path.as_slice() {
            [] => (self.is_secret && matches!(key, "data" | "stringData")) || (self.is_encrypted && key == "sops"),
            [Segment::Field(metadata)] => {
                let is_placed = key == "namespace" && self.between == Between::Environments;
                **metadata == *"metadata" && (key == "name" || is_placed)
            }
            _ => false,
        }
    }

    fn push(&mut self, before: Option<&Node>, after: Option<&Node>) {
        let remark = match (before, after, self.path.as_slice()) {
            (Some(before), Some(after), [Segment::Field(data), Segment::Field(key)])
                if self.is_config_map && **data == *"data" && embedded::have_same_values(key, before, after) =>
            {
                Some(Remark::OnlyLayout)
            }
            _ => None,
        };
        self.push_with(before, after, remark);
    }

    fn push_with(&mut self, before: Option<&Node>, after: Option<&Node>, remark: Option<Remark>) {
        let path = FieldPath(self.path.clone());
        self.differences.push(Difference { path, before: before.cloned(), after: after.cloned(), remark });
    }
}

/// A null of a field that the API server knows is dropped there. Elsewhere (values of a chart) it may mean something.
fn is_nothing(node: &Node, schema: Option<&Schema>) -> bool {
    node.is_null() && schema.is_some_and(|schema| !schema.preserves_unknown())
}

fn field_schema(schema: Option<&Schema>, key: &str) -> Option<Schema> {
    let schema = schema?;
    schema.property(key).or_else(|| schema.additional())
}
