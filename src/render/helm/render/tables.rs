//! Values laid over each other, in place and by reference, as Go's maps are (helm: `pkg/chart/common/util/coalesce.go`).

use std::rc::Rc;

use seatrial_gotemplate::{Data, Map, Marks, Value};
use seatrial_model::SetBy;

use super::instance::Instance;
use crate::major::Major;
use crate::values::origins::{Origins, copy_of};

/// The key of what all charts share.
const GLOBAL: &str = "global";

/// Something that Helm says of values while it goes on.
#[derive(Clone, Debug)]
pub(crate) struct Warning {
    pub(crate) message: String,
    /// Where the value is from that it is about.
    pub(crate) marks: Marks,
}

/// A key that must be a mapping, as a chart within takes its values from there; Helm's words, and where it is from.
pub(crate) type Mismatch = (String, Marks);

/// How values are laid over each other.
pub(crate) struct Coalescing<'a> {
    pub(crate) origins: &'a mut Origins,
    pub(crate) warnings: &'a mut Vec<Warning>,
    /// The Helm that does it.
    pub(crate) helm: Major,
    /// A null stays one instead of taking away what is below.
    pub(crate) keeps_nulls: bool,
    /// Who gave the values; it is noted what they replace, and the defaults are put into them as they are. Not where values are only tried.
    pub(crate) by: Option<&'a SetBy>,
}

impl Coalescing<'_> {
    /// The values of a chart under those that are given, and those of the charts within it (helm: `CoalesceValues`, `MergeValues`).
    pub(crate) fn all(&mut self, chart: &Instance<'_>, given: &Map) -> Result<Map, Mismatch> {
        let values = copy_of(given);
        self.chart(chart, &values, "")?;
        Ok(values)
    }

    fn chart(&mut self, chart: &Instance<'_>, values: &Map, prefix: &str) -> Result<(), Mismatch> {
        self.own(chart, values, prefix);
        for child in &chart.children {
            let inner = match values.get(&child.name) {
                None => {
                    let inner = Map::new();
                    values.insert(&*child.name, Value::map(inner.clone()));
                    inner
                }
                Some(Value { data: Data::Map(inner), .. }) => inner,
                Some(other) => {
                    return Err((format!("type mismatch on {}: {}", child.name, as_truth(&other)), other.marks));
                }
            };
            let prefix = joined(prefix, &chart.name);
            self.globals(&inner, values, &prefix);
            self.chart(child, &inner, &prefix)?;
        }
        Ok(())
    }

    /// What all charts share goes down into one.
    fn globals(&mut self, to: &Map, from: &Map, prefix: &str) {
        let table = |map: &Map| match map.get(GLOBAL) {
            None => Ok((Map::new(), Marks::NONE)),
            Some(Value { data: Data::Map(map), marks }) => Ok((map, marks)),
            Some(other) => Err(other.marks),
        };
        let (below, own_marks) = match table(to) {
            Ok(found) => found,
            Err(marks) => {
                return self.warn("skipping globals because destination global is not a table.".to_owned(), &marks);
            }
        };
        let (above, marks) = match table(from) {
            Ok(found) => found,
            Err(marks) => {
                return self.warn("skipping globals because source global is not a table.".to_owned(), &marks);
            }
        };
        for (key, value) in above.snapshot() {
            let old = below.get(&key);
            match (&value.data, old.as_ref().map(|old| &old.data)) {
                (Data::Map(map), None) => below.insert(key, with_data(&value, shallow(map))),
                (Data::Map(map), Some(Data::Map(old))) => {
                    let copy = shallow(map);
                    let keeps_nulls = std::mem::replace(&mut self.keeps_nulls, true);
                    self.tables(&copy, old, &joined(prefix, &key));
                    self.keeps_nulls = keeps_nulls;
                    below.insert(key, with_data(&value, copy));
                }
                (Data::Map(_), Some(_)) => {
                    self.warn(
                        format!("Conflict: cannot merge map onto non-map for \"{key}\". Skipping."),
                        &value.marks,
                    );
                }
                (_, Some(Data::Map(_))) => self.warn(format!("key {key} is table. Skipping"), &value.marks),
                _ => {
                    if let Some(old) = &old {
                        self.note(&value, old);
                    }
                    below.insert(key, value);
                }
            }
        }
        let marks = if own_marks.is_empty() { marks } else { own_marks };
        to.insert(GLOBAL, Value { data: Data::Map(below), marks });
    }

    /// The defaults of a chart under some values.
    fn own(&mut self, chart: &Instance<'_>, values: &Map, prefix: &str) {
        let prefix = joined(prefix, &chart.name);
        // Where values are only tried, the defaults are needed again.
        let defaults = if self.by.is_some() { chart.values.clone() } else { copy_of(&chart.values) };
        for (key, default) in defaults.snapshot() {
            let Some(value) = values.get(&key) else {
                if self.drops_nulls() {
                    if default.is_nil() {
                        continue;
                    }
                    without_nulls(&default);
                }
                values.insert(key, default);
                continue;
            };
            match (&value.data, &default.data) {
                (Data::Nil, _) if !self.keeps_nulls => drop(values.remove(&key)),
                (Data::Map(over), Data::Map(under)) => {
                    let is_child = chart.children.iter().any(|child| *child.name == *key);
                    let keeps_nulls = self.keeps_nulls;
                    self.keeps_nulls |= is_child;
                    if self.drops_nulls() {
                        without_nulls(&default);
                    }
                    self.tables(over, under, &joined(&prefix, &key));
                    self.keeps_nulls = keeps_nulls;
                }
                (Data::Map(_), Data::Nil) => {}
                (Data::Map(_), _) => {
                    self.warn(format!("skipped value for {prefix}.{key}: Not a table."), &value.marks);
                }
                _ => self.note(&value, &default),
            }
        }
    }

    /// One map under another (helm: `coalesceTablesFullKey`). What lies below is changed, too.
    pub(crate) fn tables(&mut self, over: &Map, under: &Map, prefix: &str) {
        if over.is_same(under) {
            return;
        }
        let below = under.snapshot();
        let had: Vec<bool> = below.iter().map(|(_, value)| !value.is_nil()).collect();
        // What is null above is null below from now on: others may hold that map.
        let nulls = if self.helm == Major::Three { Vec::new() } else { over.snapshot() };
        for (key, value) in nulls {
            if value.is_nil() {
                under.insert(key, value);
            }
        }
        for ((key, before), had_value) in below.into_iter().zip(had) {
            let Some(value) = over.get(&key) else {
                over.insert(key, before);
                continue;
            };
            match (&value.data, &before.data) {
                (Data::Nil, _) if !self.keeps_nulls && (had_value || self.helm == Major::Three) => {
                    drop(over.remove(&key));
                }
                // It is null below now.
                (Data::Nil, _) => {}
                (Data::Map(over), Data::Map(under)) => self.tables(over, under, &joined(prefix, &key)),
                (_, Data::Map(_)) => {
                    let message = format!(
                        "cannot overwrite table with non table for {} ({})",
                        joined(prefix, &key),
                        shown(&before)
                    );
                    self.warn(message, &value.marks);
                }
                (Data::Map(_), Data::Nil) => {}
                (Data::Map(_), _) => {
                    let message = format!(
                        "destination for {} is a table. Ignoring non-table value ({})",
                        joined(prefix, &key),
                        shown(&before)
                    );
                    self.warn(message, &value.marks);
                }
                _ => self.note(&value, &before),
            }
        }
    }

    /// Whether nulls of a chart's defaults are taken out.
    fn drops_nulls(&self) -> bool {
        !self.keeps_nulls && self.helm == Major::Four
    }

    fn note(&mut self, value: &Value, before: &Value) {
        if let Some(by) = self.by {
            self.origins.replaced(&value.marks, &before.marks, by);
        }
    }

    fn warn(&mut self, message: String, marks: &Marks) {
        // The same values are laid over each other several times.
        if !self.warnings.iter().any(|known| known.message == message) {
            self.warnings.push(Warning { message, marks: marks.clone() });
        }
    }
}

fn with_data(value: &Value, map: Map) -> Value {
    Value { data: Data::Map(map), marks: value.marks.clone() }
}

/// A new map with the same values (helm: `copyMap`): maps in it are shared.
fn shallow(map: &Map) -> Map {
    let entries: Vec<(Rc<str>, Value)> = map.snapshot();
    Map::of(map.kind(), entries.into_iter().collect())
}

/// Takes all nulls out of maps in maps (helm: `cleanNilValues`).
fn without_nulls(value: &Value) {
    let Data::Map(map) = &value.data else { return };
    for (key, value) in map.snapshot() {
        if value.is_nil() {
            map.remove(&key);
        } else {
            without_nulls(&value);
        }
    }
}

fn joined(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

fn shown(value: &Value) -> String {
    seatrial_gotemplate::format::print(value)
}

/// Go's `%t`, which Helm uses for all that is not a mapping.
fn as_truth(value: &Value) -> String {
    match &value.data {
        Data::Nil => "%!t(<nil>)".to_owned(),
        Data::Bool(value) => value.to_string(),
        _ => format!("%!t({}={})", value.type_name(), shown(value)),
    }
}
