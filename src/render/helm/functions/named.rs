//! Helm's `.Values`: a map of a named type, and its methods.

use seatrial_golang::quote::quote;
use seatrial_gotemplate::{Function, Map, MapKind, Templates, Type, Value};

use super::argument::text;
use super::dicts::map;
use crate::major::{Major, VALUES};

/// The templates, in which maps of Helm's named types have their methods.
pub(crate) fn with_methods(templates: Templates) -> Templates {
    let of_three = Major::Three.values();
    templates.with_methods(VALUES.name(), METHODS).with_methods(of_three.name(), METHODS)
}

const METHODS: &[Function] = &[
    Function::new("AsMap", &[], |_, arguments| {
        let map = map(arguments, 0);
        let map = if map.is_empty() { Map::new() } else { map.with_kind(MapKind::Any) };
        Ok(Value::map(map).with_marks(arguments[0].marks.clone()))
    }),
    Function::new("Table", &[Type::Text], |_, arguments| {
        let mut table = arguments[0].clone();
        for name in text(arguments, 1).split('.') {
            let below = table.as_map().and_then(|map| map.get(name)).filter(|below| below.as_map().is_some());
            table = below.ok_or_else(|| format!("{} is not a table", quote(name)))?;
        }
        let kind = arguments[0].as_map().map_or(VALUES, Map::kind);
        let map = table.as_map().cloned().unwrap_or_default();
        Ok(Value::map(map.with_kind(kind)).with_marks(table.marks))
    }),
];
