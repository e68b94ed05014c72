//! A value as the interpreter holds it: with what Go's reflection knows beyond the value.

use std::borrow::Cow;

use crate::values::list::{Element, List};
use crate::values::map::{Map, MapKind};
use crate::values::object::ObjectKind;
use crate::values::value::{Data, Value};

/// A value, and whether Go sees it through an `interface {}`: an entry of a map or an element of a slice. Then errors name that type, and nil
/// is "a nil interface", not "no value".
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) value: Value,
    pub(crate) is_boxed: bool,
}

impl From<Value> for Held {
    fn from(value: Value) -> Self {
        Self { value, is_boxed: false }
    }
}

impl Held {
    pub(crate) fn nothing() -> Self {
        Value::nil().into()
    }

    pub(crate) fn boxed(value: Value) -> Self {
        Self { value, is_boxed: true }
    }

    /// No value at all (an invalid `reflect.Value`).
    pub(crate) fn is_nothing(&self) -> bool {
        self.value.is_nil() && !self.is_boxed
    }

    /// An interface that holds nil.
    pub(crate) fn is_nil_interface(&self) -> bool {
        self.value.is_nil() && self.is_boxed
    }

    /// What is in the interface.
    pub(crate) fn unboxed(mut self) -> Self {
        self.is_boxed = false;
        self
    }

    pub(crate) fn type_name(&self) -> Cow<'static, str> {
        if self.is_boxed { Cow::Borrowed("interface {}") } else { self.value.type_name() }
    }
}

/// An element of a slice or a value of a map, as Go's reflection gives it.
pub(crate) fn element(value: Value, element: Element) -> Held {
    Held { value, is_boxed: element == Element::Any }
}

/// The value of a key; of a missing one, the zero value of the type.
pub(crate) fn entry(map: &Map, key: &str) -> Held {
    let is_boxed = map.kind() != MapKind::Texts;
    match map.get(key) {
        Some(value) => Held { value, is_boxed },
        None if is_boxed => Held::boxed(Value::nil()),
        None => Value::text("").into(),
    }
}

/// The list of a slice, whatever kind of slice it is.
pub(crate) fn as_slice(value: &Value) -> Option<Cow<'_, List>> {
    match &value.data {
        Data::List(list) => Some(Cow::Borrowed(list)),
        Data::Bytes(bytes) => {
            let byte = |b: &u8| Value::int_of(crate::values::value::IntKind::Uint8, i64::from(*b));
            Some(Cow::Owned(List::of(Element::Other("uint8"), bytes.iter().map(byte).collect())))
        }
        Data::Object(object) if object.kind() == ObjectKind::Slice => {
            let items = object.items().into_iter().map(|(_, item)| item).collect();
            Some(Cow::Owned(List::of(Element::Other("string"), items)))
        }
        _ => None,
    }
}
