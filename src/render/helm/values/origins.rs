//! Where the values of a release are from, by their marks; and values as templates see them.

use seatrial_gotemplate::{Data, IntKind, List, Map, MapKind, Marks, Text, Value};
use seatrial_model::{Entry, Node, Origin, ScalarKind, SetBy};

use crate::values::origin::replacing;

/// The tag of an integer that stays one, as `--set` gives it, while those of files are floats.
pub const INTEGER: &str = "!int64";

/// A table of origins: a mark is its place in it.
#[derive(Clone, Debug, Default)]
pub struct Origins(Vec<Origin>);

impl Origins {
    /// The origin of a mark.
    #[must_use]
    pub fn get(&self, mark: u32) -> Option<&Origin> {
        self.0.get(mark as usize)
    }

    /// The origins of some marks.
    pub fn of(&self, marks: &Marks) -> Vec<Origin> {
        marks.as_slice().iter().filter_map(|mark| self.get(*mark)).cloned().collect()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A new mark.
    pub(crate) fn mark(&mut self, origin: Origin) -> Marks {
        let mark = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.push(origin);
        Marks::one(mark)
    }

    /// Notes that one value replaced another one.
    pub(crate) fn replaced(&mut self, value: &Marks, before: &Marks, by: &SetBy) {
        let first = |marks: &Marks| marks.as_slice().first().copied();
        let (Some(value), Some(before)) = (first(value), first(before)) else { return };
        let Some(old) = self.get(before).cloned().filter(|_| value != before) else { return };
        let Some(own) = self.0.get_mut(value as usize) else { return };
        let is_noted = own.over.as_ref().is_some_and(|over| over.before.as_ref() == Some(&old));
        if !is_noted {
            *own = replacing(own, by, old);
        }
    }

    /// A tree as templates see it: numbers are floats, as JSON has them. Each part has a mark of its own.
    pub fn value(&mut self, node: &Node) -> Value {
        let marks = self.mark(node.origin());
        let data = if node.is_mapping() {
            Data::Map(self.map(node))
        } else if node.is_sequence() {
            Data::List(List::decoded(node.items().iter().map(|item| self.value(item)).collect()))
        } else {
            scalar(node)
        };
        Value { data, marks }
    }

    /// The value of a key. What holds others begins at its key: that is the line that names it.
    fn entry(&mut self, entry: &Entry) -> Value {
        let value = self.value(&entry.value);
        let (key, whole) = (entry.key.span, entry.value.span());
        if entry.value.scalar_text().is_none() && key.file == whole.file && key.start < whole.start {
            let mark = value.marks.as_slice().first().and_then(|mark| self.0.get_mut(*mark as usize));
            mark.into_iter().for_each(|origin| origin.span = key.to(whole));
        }
        value
    }

    /// A mapping as a map; anything else is an empty one.
    pub fn map(&mut self, node: &Node) -> Map {
        let entries = node.entries().iter();
        let entries = entries.map(|entry| (entry.key.text.as_str().into(), self.entry(entry)));
        Map::of(MapKind::Any, entries.collect())
    }
}

fn scalar(node: &Node) -> Data {
    let text = node.scalar_text().unwrap_or_default();
    match node.kind() {
        ScalarKind::Null => Data::Nil,
        ScalarKind::Bool => Data::Bool(node.as_bool().unwrap_or_default()),
        ScalarKind::Integer if node.tag() == Some(INTEGER) => match text.parse() {
            Ok(value) => Data::Int { kind: IntKind::Int64, value },
            Err(_) => Data::Text(Text::new(text)),
        },
        ScalarKind::Integer | ScalarKind::Float => match node.to_json().as_f64() {
            Some(value) => Data::Float(value),
            None => Data::Text(Text::new(text)),
        },
        ScalarKind::Timestamp | ScalarKind::String => Data::Text(Text::new(text)),
    }
}

/// A copy of a value, maps included.
pub(crate) fn deep_copy(value: &Value) -> Value {
    let data = match &value.data {
        Data::Map(map) => Data::Map(copy_of(map)),
        Data::List(list) if list.items().iter().any(has_maps) => {
            Data::List(List::of(list.element(), list.items().iter().map(deep_copy).collect()))
        }
        _ => return value.clone(),
    };
    Value { data, marks: value.marks.clone() }
}

/// A copy of a map, those in it included.
pub(crate) fn copy_of(map: &Map) -> Map {
    Map::of(map.kind(), map.entries().iter().map(|(key, value)| (key.clone(), deep_copy(value))).collect())
}

fn has_maps(value: &Value) -> bool {
    match &value.data {
        Data::Map(_) => true,
        Data::List(list) => list.items().iter().any(has_maps),
        _ => false,
    }
}
