//! A struct of Go as templates see it: fields by their names, and JSON by its own.

use std::any::Any;

use seatrial_gotemplate::{Data, Object, ObjectKind, Value};

/// A struct, or a pointer to one.
#[derive(Clone, Debug)]
pub(crate) struct Structure {
    /// `*chart.Maintainer`
    pub(crate) type_name: &'static str,
    pub(crate) fields: Vec<Field>,
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Its name in Go.
    pub(crate) name: &'static str,
    /// Its name in JSON.
    pub(crate) json: &'static str,
    /// Whether JSON has it when it is empty, too.
    pub(crate) is_always_there: bool,
    pub(crate) value: Value,
}

impl Field {
    /// A field that JSON has when it is not empty.
    pub(crate) fn new(name: &'static str, json: &'static str, value: Value) -> Field {
        Field { name, json, is_always_there: false, value }
    }

    /// The same, which JSON always has.
    pub(crate) fn kept(mut self) -> Field {
        self.is_always_there = true;
        self
    }
}

impl Object for Structure {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn kind(&self) -> ObjectKind {
        if self.type_name.starts_with('*') { ObjectKind::Pointer } else { ObjectKind::Struct }
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.clone())
    }

    fn printed(&self) -> String {
        let shown = self.fields.iter().map(|field| seatrial_gotemplate::format::print(&field.value));
        format!("{{{}}}", shown.collect::<Vec<_>>().join(" "))
    }

    fn plain(&self) -> Value {
        Value::map(self.ordered().unwrap_or_default().into_iter().collect())
    }

    fn ordered(&self) -> Option<Vec<(&'static str, Value)>> {
        let there = self.fields.iter().filter(|field| field.is_always_there || !is_empty(&field.value));
        Some(there.map(|field| (field.json, field.value.clone())).collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What `omitempty` leaves out.
fn is_empty(value: &Value) -> bool {
    match &value.data {
        Data::Map(map) => map.is_empty(),
        _ => !value.is_true(),
    }
}
