//! Comparisons, with Go's rules: integers, floats and strings are kinds apart.

use std::rc::Rc;

use crate::print::format;
use crate::texts::text::Text;
use crate::values::error::Failure;
use crate::values::object::{Object, ObjectKind};
use crate::values::value::{Data, Value};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Int,
    Unsigned,
    Float,
    Text,
    Other,
}

fn kind(value: &Value) -> Kind {
    match &value.data {
        Data::Bool(_) => Kind::Bool,
        Data::Int { kind, .. } if kind.is_signed() => Kind::Int,
        Data::Int { .. } => Kind::Unsigned,
        Data::Float(_) => Kind::Float,
        Data::Text(_) => Kind::Text,
        Data::Object(object) if object.whole().is_some() => Kind::Int,
        _ => Kind::Other,
    }
}

/// An integer of any type in one that holds them all.
fn whole(value: &Value) -> i128 {
    match &value.data {
        Data::Int { kind, value } if kind.is_signed() => i128::from(*value),
        Data::Int { value, .. } => i128::from(value.cast_unsigned()),
        Data::Object(object) => object.whole().map_or(0, i128::from),
        _ => 0,
    }
}

fn is_number_of_either_sign(one: Kind, other: Kind) -> bool {
    matches!((one, other), (Kind::Int, Kind::Unsigned) | (Kind::Unsigned, Kind::Int))
}

fn incompatible(one: &Value, other: &Value) -> Failure {
    format!("incompatible types for comparison: {} and {}", one.type_name(), other.type_name()).into()
}

/// Whether the first is equal to one of the others.
pub(crate) fn eq<'v>(first: &Value, others: impl ExactSizeIterator<Item = &'v Value>) -> Result<bool, Failure> {
    if others.len() == 0 {
        return Err("missing argument for comparison".into());
    }
    for other in others {
        if equal(first, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equal(one: &Value, other: &Value) -> Result<bool, Failure> {
    let (kind_one, kind_other) = (kind(one), kind(other));
    if is_number_of_either_sign(kind_one, kind_other) {
        return Ok(whole(one) == whole(other));
    }
    if kind_one != kind_other {
        if one.is_nil() || other.is_nil() {
            return Ok(false);
        }
        return Err(incompatible(one, other));
    }
    if matches!(kind_one, Kind::Int | Kind::Unsigned) {
        return Ok(whole(one) == whole(other));
    }
    Ok(match (&one.data, &other.data) {
        (Data::Bool(one), Data::Bool(other)) => one == other,
        (Data::Float(one), Data::Float(other)) => one == other,
        (Data::Text(one), Data::Text(other)) => one == other,
        _ => return same(one, other),
    })
}

fn is_nil(value: &Value) -> bool {
    match &value.data {
        Data::Nil | Data::NilPointer(_) => true,
        Data::List(list) => list.is_nil(),
        Data::Map(map) => map.is_nil(),
        _ => false,
    }
}

/// Whether two values are the same that are neither numbers nor strings.
fn same(one: &Value, other: &Value) -> Result<bool, Failure> {
    let shown = |value: &Value| shown(value);
    let (type_one, type_other) = (one.type_name(), other.type_name());
    if one.kind_name() != other.kind_name() && !one.is_nil() && !other.is_nil() {
        let (one, other) = (shown(one), format::print(other));
        return Err(format!("non-comparable types {one}: {type_one}, {type_other}: {other}").into());
    }
    if is_nil(one) || is_nil(other) {
        return Ok(is_nil(one) == is_nil(other));
    }
    let (Data::Object(one), Data::Object(other_object)) = (&one.data, &other.data) else {
        return Err(format!("non-comparable type {}: {type_other}", shown(other)).into());
    };
    if matches!(other_object.kind(), ObjectKind::Map | ObjectKind::Slice) {
        return Err(format!("non-comparable type {}: {type_other}", shown(other)).into());
    }
    let is_struct = other_object.kind() == ObjectKind::Struct;
    let is_equal_struct =
        is_struct && type_one == type_other && Object::printed(&**one) == Object::printed(&**other_object);
    Ok(Rc::ptr_eq(one, other_object) || is_equal_struct)
}

/// `%s`
fn shown(value: &Value) -> String {
    let text = format::printf_within(&Text::new("%s"), std::slice::from_ref(value), format::MESSAGE);
    text.map(|text| text.as_str().to_owned()).unwrap_or_default()
}

pub(crate) fn lt(one: &Value, other: &Value) -> Result<bool, Failure> {
    let (kind_one, kind_other) = (kind(one), kind(other));
    if kind_one == Kind::Other || kind_other == Kind::Other {
        return Err("invalid type for comparison".into());
    }
    if is_number_of_either_sign(kind_one, kind_other) {
        return Ok(whole(one) < whole(other));
    }
    if kind_one != kind_other {
        return Err(incompatible(one, other));
    }
    if matches!(kind_one, Kind::Int | Kind::Unsigned) {
        return Ok(whole(one) < whole(other));
    }
    match (&one.data, &other.data) {
        (Data::Float(one), Data::Float(other)) => Ok(one < other),
        (Data::Text(one), Data::Text(other)) => Ok(one.bytes() < other.bytes()),
        _ => Err("invalid type for comparison".into()),
    }
}

pub(crate) fn le(one: &Value, other: &Value) -> Result<bool, Failure> {
    Ok(lt(one, other)? || equal(one, other)?)
}
