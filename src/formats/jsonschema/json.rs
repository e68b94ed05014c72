//! JSON values, of schemas and of what is held against them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::decimal::Decimal;

/// Where a value is from: bytes of the text; of a value that was not read from a text, whatever who made it understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its first byte.
    pub start: u32,
    /// The byte behind it.
    pub end: u32,
}

/// A value and where it is from.
#[derive(Clone, Debug)]
pub struct Json {
    /// What it is.
    pub data: Data,
    /// Where it is from.
    pub at: Place,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Data {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(Arc<str>),
    /// An array.
    List(Vec<Json>),
    /// An object. Of a name that is there twice the last one counts.
    Map(BTreeMap<Arc<str>, Json>),
}

/// A number as it is written.
#[derive(Clone, Debug)]
pub struct Number {
    /// As it is written.
    pub text: Arc<str>,
    /// Its value; `None` where the exponent is beyond what Go reads.
    pub decimal: Option<Decimal>,
}

impl Number {
    /// The number that a text is.
    #[must_use]
    pub fn new(text: &str) -> Number {
        Number { text: text.into(), decimal: Decimal::parse(text) }
    }

    pub(crate) fn is_integer(&self) -> bool {
        self.decimal.as_ref().is_some_and(Decimal::is_integer)
    }
}

/// The types of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Null,
    Boolean,
    Number,
    Integer,
    String,
    Array,
    Object,
}

impl Type {
    pub(crate) const ALL: [Type; 7] =
        [Type::Null, Type::Boolean, Type::Number, Type::Integer, Type::String, Type::Array, Type::Object];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Type::Null => "null",
            Type::Boolean => "boolean",
            Type::Number => "number",
            Type::Integer => "integer",
            Type::String => "string",
            Type::Array => "array",
            Type::Object => "object",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Type> {
        Type::ALL.into_iter().find(|known| known.name() == name)
    }
}

impl Json {
    /// A value without a place.
    #[must_use]
    pub fn of(data: Data) -> Json {
        Json { data, at: Place::default() }
    }

    pub(crate) fn kind(&self) -> Type {
        match &self.data {
            Data::Null => Type::Null,
            Data::Bool(_) => Type::Boolean,
            Data::Number(_) => Type::Number,
            Data::Text(_) => Type::String,
            Data::List(_) => Type::Array,
            Data::Map(_) => Type::Object,
        }
    }

    pub(crate) fn as_map(&self) -> Option<&BTreeMap<Arc<str>, Json>> {
        if let Data::Map(map) = &self.data { Some(map) } else { None }
    }

    pub(crate) fn as_list(&self) -> Option<&[Json]> {
        if let Data::List(list) = &self.data { Some(list) } else { None }
    }

    pub(crate) fn as_text(&self) -> Option<&Arc<str>> {
        if let Data::Text(text) = &self.data { Some(text) } else { None }
    }

    /// The value of a name, if this is an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.as_map()?.get(name)
    }

    pub(crate) fn text_of(&self, name: &str) -> Option<&Arc<str>> {
        self.get(name)?.as_text()
    }

    /// Whether both are the same value; numbers by their size.
    pub(crate) fn equals(&self, other: &Json) -> bool {
        match (&self.data, &other.data) {
            (Data::Null, Data::Null) => true,
            (Data::Bool(one), Data::Bool(other)) => one == other,
            (Data::Text(one), Data::Text(other)) => one == other,
            (Data::Number(one), Data::Number(other)) => one.decimal.is_some() && one.decimal == other.decimal,
            (Data::List(one), Data::List(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.equals(other))
            }
            (Data::Map(one), Data::Map(other)) => {
                let pairs = || one.iter().zip(other);
                one.len() == other.len() && pairs().all(|(one, other)| one.0 == other.0 && one.1.equals(other.1))
            }
            _ => false,
        }
    }
}
