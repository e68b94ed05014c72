//! Field managers: `metadata.managedFields`, read, changed and written (apimachinery: `pkg/util/managedfields`).

use std::collections::BTreeSet;

use seatrial_kubernetes::Schema;
use serde_json::{Value, json};

use crate::clock::Moment;
use crate::fields::comparison::Comparison;
use crate::fields::field_set::{Dotted, FieldSet, Path};
use crate::json;
use crate::refusal::Refusal;

/// What a manager did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Server-side apply.
    Apply,
    /// Anything else that writes.
    Update,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Operation::Apply => "Apply",
            Operation::Update => "Update",
        }
    }
}

/// Who writes, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Writer {
    /// `kubectl`, `seatrial`.
    pub(crate) manager: String,
    /// How.
    pub(crate) operation: Operation,
    /// `apps/v1`.
    pub(crate) api_version: String,
    /// `status`, or empty.
    pub(crate) subresource: String,
}

/// One manager of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manager {
    /// Who and how.
    pub(crate) writer: Writer,
    /// When it last changed what it owns.
    time: String,
    /// What it owns.
    pub(crate) fields: FieldSet,
}

/// All managers of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Managers(pub(crate) Vec<Manager>);

impl Managers {
    /// Reads them from an object.
    pub(crate) fn of(object: &Value) -> Managers {
        let entries = json::items(object, "/metadata/managedFields").iter().map(|entry| {
            let text = |pointer: &str| json::text(entry, pointer).to_owned();
            let operation = if text("/operation") == "Apply" { Operation::Apply } else { Operation::Update };
            Manager {
                writer: Writer {
                    manager: text("/manager"),
                    operation,
                    api_version: text("/apiVersion"),
                    subresource: text("/subresource"),
                },
                time: text("/time"),
                fields: entry.get("fieldsV1").map(FieldSet::from_wire).unwrap_or_default(),
            }
        });
        Managers(entries.collect())
    }

    /// Reads those that a write that is not an apply starts from: what it sends itself, when that is something. One empty entry resets them.
    fn of_update(live: &Value, sent: &Value) -> Managers {
        match json::items(sent, "/metadata/managedFields") {
            [] if sent.pointer("/metadata/managedFields").is_some_and(Value::is_array) => Managers::default(),
            [entry] if entry.as_object().is_some_and(serde_json::Map::is_empty) => Managers::default(),
            [] => Managers::of(live),
            _ => Managers::of(sent),
        }
    }

    /// Writes them into an object, in the server's order: applies first, then by time and name.
    pub(crate) fn write_to(&self, object: &mut Value) {
        let mut sorted: Vec<&Manager> = self.0.iter().filter(|manager| !manager.fields.0.is_empty()).collect();
        sorted.sort_by_key(|manager| {
            let writer = &manager.writer;
            (writer.operation.name(), &manager.time, &writer.manager, &writer.api_version, &writer.subresource)
        });
        let entries = sorted.into_iter().map(|manager| {
            let mut entry = json!({
                "manager": manager.writer.manager, "operation": manager.writer.operation.name(),
                "apiVersion": manager.writer.api_version, "time": manager.time,
                "fieldsType": "FieldsV1", "fieldsV1": manager.fields.to_wire(),
            });
            if !manager.writer.subresource.is_empty() {
                json::set(&mut entry, "/subresource", manager.writer.subresource.as_str());
            }
            entry
        });
        let entries: Vec<Value> = entries.collect();
        if entries.is_empty() {
            json::remove(object, "/metadata/managedFields");
        } else {
            json::set(object, "/metadata/managedFields", entries);
        }
    }

    /// What a writer owns.
    pub(crate) fn fields_of(&self, writer: &Writer) -> FieldSet {
        self.0.iter().find(|m| m.writer == *writer).map(|m| m.fields.clone()).unwrap_or_default()
    }

    /// The managers other than a writer.
    pub(crate) fn others<'a>(&'a self, writer: &'a Writer) -> impl Iterator<Item = &'a Manager> {
        self.0.iter().filter(move |m| m.writer != *writer)
    }

    /// Gives a writer these fields; its time changes only with them.
    pub(crate) fn set(&mut self, writer: &Writer, fields: FieldSet, now: Moment) {
        match self.0.iter_mut().find(|m| m.writer == *writer) {
            Some(manager) if manager.fields == fields => {}
            Some(manager) => {
                manager.fields = fields;
                manager.time = now.text();
            }
            None => self.0.push(Manager { writer: writer.clone(), time: now.text(), fields }),
        }
        self.0.retain(|m| !m.fields.0.is_empty());
    }

    /// Takes fields from everyone but a writer.
    pub(crate) fn take_from_others(&mut self, writer: &Writer, paths: &BTreeSet<Path>) {
        for manager in self.0.iter_mut().filter(|m| m.writer != *writer) {
            manager.fields.subtract(paths);
        }
        self.0.retain(|m| !m.fields.0.is_empty());
    }

    /// Records a write that was no apply: who changed a field owns it now, whoever owned it before.
    pub(crate) fn record_update(&mut self, writer: &Writer, changed: &Comparison, now: Moment) {
        let set = changed.set();
        self.take_from_others(writer, &set);
        self.take_from_others(writer, &changed.removed.0);
        let mut fields = self.fields_of(writer);
        fields.subtract(&changed.removed.0);
        fields.0.extend(set);
        self.set(writer, fields, now);
    }
}

/// What a write changed, and the parts of the object that its endpoint does not write.
pub(crate) struct Write<'a> {
    /// Who writes.
    pub(crate) writer: &'a Writer,
    /// The schema of the object's kind.
    pub(crate) schema: Option<&'a Schema>,
    /// Parts that are not written.
    pub(crate) resets: &'a [&'a str],
}

impl Write<'_> {
    /// Records in an object who changed what of it since it was `old`. An object that is there and has no managers gets none.
    pub(crate) fn record(&self, old: &Value, object: &mut Value, now: Moment) {
        let mut managers = Managers::of_update(old, object);
        if managers.0.is_empty() && json::has(old, "/metadata/uid") {
            json::remove(object, "/metadata/managedFields");
            return;
        }
        let mut changed = Comparison::between(old, object, self.schema);
        changed.strip(self.resets);
        managers.record_update(self.writer, &changed, now);
        managers.write_to(object);
    }
}

/// The refusal for fields that others own, worded as apimachinery's `managedfields/internal/conflict.go` does.
pub(crate) fn conflict(mut conflicts: Vec<(&Writer, &Path)>) -> Refusal {
    conflicts.sort_by(|a, b| (describe(a.0), a.1).cmp(&(describe(b.0), b.1)));
    let causes = conflicts.iter().map(|(m, path)| (format!("conflict with {}", describe(m)), Dotted(path).to_string()));
    let message = if let [(manager, path)] = conflicts.as_slice() {
        format!("Apply failed with 1 conflict: conflict with {}: {}", describe(manager), Dotted(path))
    } else {
        let mut lines: Vec<String> = vec![];
        let mut last = String::new();
        for (manager, path) in &conflicts {
            let described = describe(manager);
            if described != last {
                lines.push(format!("conflicts with {described}:"));
                last = described;
            }
            lines.push(format!("- {}", Dotted(path)));
        }
        format!("Apply failed with {} conflicts: {}", conflicts.len(), lines.join("\n"))
    };
    Refusal::apply_conflict(message, causes.collect())
}

fn describe(writer: &Writer) -> String {
    let mut text = format!("{:?}", writer.manager);
    if !writer.subresource.is_empty() {
        text += &format!(" with subresource {:?}", writer.subresource);
    }
    match writer.operation {
        Operation::Apply => text,
        Operation::Update => format!("{text} using {}", writer.api_version),
    }
}
