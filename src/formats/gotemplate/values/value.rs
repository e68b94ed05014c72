//! Values as Go's reflection sees them, each with the marks of where it is from.

use std::borrow::Cow;
use std::rc::Rc;

use crate::texts::marks::Marks;
use crate::texts::text::Text;
use crate::values::function::Function;
use crate::values::list::{Element, List};
use crate::values::map::{Map, MapKind};
use crate::values::object::{Object, ObjectKind};

/// The integer types of Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum IntKind {
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
}

impl IntKind {
    /// The name of the type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
        }
    }

    /// Whether the type has a sign.
    #[must_use]
    pub fn is_signed(self) -> bool {
        matches!(self, Self::Int | Self::Int8 | Self::Int16 | Self::Int32 | Self::Int64)
    }
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Data {
    /// `nil` without a type: also a key that is missing.
    Nil,
    /// A nil pointer to this type, whose name has the `*`.
    NilPointer(&'static str),
    /// `bool`
    Bool(bool),
    /// An integer. The bits are those of Go's value: of a `uint64` from 2⁶³ on they look negative here.
    Int {
        /// The type.
        kind: IntKind,
        /// The bits.
        value: i64,
    },
    /// `float64`
    Float(f64),
    /// `string`
    Text(Text),
    /// `[]uint8`
    Bytes(Rc<[u8]>),
    /// A slice.
    List(List),
    /// A map.
    Map(Map),
    /// A struct, pointer, or named type of whoever supplies the values.
    Object(Rc<dyn Object>),
    /// A function, for `call`.
    Function(Function),
}

/// A value and where it is from.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Where it is from.
    pub marks: Marks,
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Self { data, marks: Marks::NONE }
    }
}

impl Value {
    /// `nil` without a type.
    #[must_use]
    pub fn nil() -> Self {
        Data::Nil.into()
    }

    /// A `bool`.
    #[must_use]
    pub fn bool(value: bool) -> Self {
        Data::Bool(value).into()
    }

    /// An `int`.
    #[must_use]
    pub fn int(value: i64) -> Self {
        Self::int_of(IntKind::Int, value)
    }

    /// An integer of this type.
    #[must_use]
    pub fn int_of(kind: IntKind, value: i64) -> Self {
        Data::Int { kind, value }.into()
    }

    /// A `float64`.
    #[must_use]
    pub fn float(value: f64) -> Self {
        Data::Float(value).into()
    }

    /// A `string`.
    #[must_use]
    pub fn text(text: impl Into<Text>) -> Self {
        Data::Text(text.into()).into()
    }

    /// A `[]interface {}`.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        Data::List(List::new(items)).into()
    }

    /// A `[]string`.
    #[must_use]
    pub fn texts(items: impl IntoIterator<Item = impl Into<Text>>) -> Self {
        Data::List(List::of(Element::Text, items.into_iter().map(Self::text).collect())).into()
    }

    /// This map.
    #[must_use]
    pub fn map(map: Map) -> Self {
        Data::Map(map).into()
    }

    /// This object.
    #[must_use]
    pub fn object(object: Rc<dyn Object>) -> Self {
        Data::Object(object).into()
    }

    /// The value with these marks instead of its own.
    #[must_use]
    pub fn with_marks(mut self, marks: Marks) -> Self {
        self.marks = marks;
        self
    }

    /// Where the value is from: its marks, or else those of the pieces of its text.
    #[must_use]
    pub fn known_marks(&self) -> Marks {
        match &self.data {
            Data::Text(text) if self.marks.is_empty() => text.marks(),
            _ => self.marks.clone(),
        }
    }

    /// Whether this is `nil` without a type.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self.data, Data::Nil)
    }

    /// The string, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&Text> {
        if let Data::Text(text) = &self.data { Some(text) } else { None }
    }

    /// The string, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.as_text().map(Text::as_str)
    }

    /// The bits of an integer of any type.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if let Data::Int { value, .. } = &self.data { Some(*value) } else { None }
    }

    /// The float, if it is one.
    #[must_use]
    pub fn as_float(&self) -> Option<f64> {
        if let Data::Float(value) = &self.data { Some(*value) } else { None }
    }

    /// The bool, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Data::Bool(value) = &self.data { Some(*value) } else { None }
    }

    /// The list, if it is one.
    #[must_use]
    pub fn as_list(&self) -> Option<&List> {
        if let Data::List(list) = &self.data { Some(list) } else { None }
    }

    /// The map, if it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        if let Data::Map(map) = &self.data { Some(map) } else { None }
    }

    /// The object, if it is one.
    pub(crate) fn as_object(&self) -> Option<&Rc<dyn Object>> {
        if let Data::Object(object) = &self.data { Some(object) } else { None }
    }

    /// The object of this Rust type.
    #[must_use]
    pub fn downcast<T: 'static>(&self) -> Option<&T> {
        self.as_object()?.as_any().downcast_ref()
    }

    /// What `if` makes of it: nil, zero, and what is empty are false.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match &self.data {
            Data::Nil | Data::NilPointer(_) => false,
            Data::Bool(value) => *value,
            Data::Int { value, .. } => *value != 0,
            Data::Float(value) => *value != 0.0,
            Data::Text(text) => !text.is_empty(),
            Data::Bytes(bytes) => !bytes.is_empty(),
            Data::List(list) => !list.items().is_empty(),
            Data::Map(map) => !map.is_empty(),
            Data::Object(object) => match object.kind() {
                ObjectKind::Struct | ObjectKind::Pointer => object.whole() != Some(0),
                ObjectKind::Map | ObjectKind::Slice => !object.items().is_empty(),
            },
            Data::Function(_) => true,
        }
    }

    /// The name of the type as Go prints it: `map[string]interface {}`; `<nil>` of nil.
    #[must_use]
    pub fn type_name(&self) -> Cow<'static, str> {
        let name = match &self.data {
            Data::Nil => "<nil>",
            Data::NilPointer(name) => name,
            Data::Bool(_) => "bool",
            Data::Int { kind, .. } => kind.name(),
            Data::Float(_) => "float64",
            Data::Text(_) => "string",
            Data::Bytes(_) => "[]uint8",
            Data::List(list) if list.element() == Element::Any => "[]interface {}",
            Data::List(list) => return Cow::Owned(format!("[]{}", list.element().name())),
            Data::Map(map) => map.kind().name(),
            Data::Object(object) => object.type_name(),
            Data::Function(_) => "func",
        };
        Cow::Borrowed(name)
    }

    /// The name of the kind, as Go's reflection has it: `map`, `slice`, `ptr`, `struct`, `invalid` of nil.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match &self.data {
            Data::Nil => "invalid",
            Data::NilPointer(_) => "ptr",
            Data::Bool(_) => "bool",
            Data::Int { kind, .. } => kind.name(),
            Data::Float(_) => "float64",
            Data::Text(_) => "string",
            Data::Bytes(_) | Data::List(_) => "slice",
            Data::Map(_) => "map",
            Data::Object(object) => match object.kind() {
                ObjectKind::Struct => "struct",
                ObjectKind::Pointer => "ptr",
                ObjectKind::Map => "map",
                ObjectKind::Slice => "slice",
            },
            Data::Function(_) => "func",
        }
    }

    /// An empty `map[string]interface {}`.
    #[must_use]
    pub fn empty_map() -> Self {
        Self::map(Map::of(MapKind::Any, std::collections::BTreeMap::new()))
    }
}
