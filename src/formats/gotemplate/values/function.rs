//! Functions that templates call.

use std::fmt;

use crate::values::context::Context;
use crate::values::error::Failure;
use crate::values::value::Value;

/// The type of a parameter. Go checks arguments by it before it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `interface {}`: anything, and nil.
    Any,
    /// `string`
    Text,
    /// `int`
    Int,
    /// `int64`
    Int64,
    /// `uint32`
    Uint32,
    /// `float64`
    Float,
    /// `bool`
    Bool,
    /// `[]interface {}`
    List,
    /// `map[string]interface {}`
    Map,
    /// `[]string`
    Texts,
    /// `map[string]string`
    TextMap,
    /// `[]uint8`
    Bytes,
    /// An [`Object`](crate::values::object::Object) of this type, such as `time.Time`.
    Object(&'static str),
}

impl Type {
    /// The name as Go prints it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Text => "string",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Uint32 => "uint32",
            Self::Float => "float64",
            Self::Bool => "bool",
            Self::List => "[]interface {}",
            Self::Map => "map[string]interface {}",
            Self::Texts => "[]string",
            Self::TextMap => "map[string]string",
            Self::Bytes => "[]uint8",
            Self::Object(name) => name,
        }
    }
}

/// What a function does: the arguments have the number and the types that it asks for.
pub type Call = for<'a, 'b> fn(&'a mut Context<'b>, &'a [Value]) -> Result<Value, Failure>;

/// A function that templates can call.
#[derive(Clone, Copy)]
pub struct Function {
    /// The name in templates.
    pub name: &'static str,
    /// The parameters that must be there.
    pub params: &'static [Type],
    /// The type of any number of further arguments.
    pub rest: Option<Type>,
    /// What it does.
    pub call: Call,
    /// Whether it only hands its arguments on, as `list`, `default` and `include` do: they are not used by that alone.
    pub is_passing: bool,
}

impl Function {
    /// A function with exactly these parameters.
    #[must_use]
    pub const fn new(name: &'static str, params: &'static [Type], call: Call) -> Self {
        Self { name, params, rest: None, call, is_passing: false }
    }

    /// A function with these parameters and any number of further ones.
    #[must_use]
    pub const fn variadic(name: &'static str, params: &'static [Type], rest: Type, call: Call) -> Self {
        Self { name, params, rest: Some(rest), call, is_passing: false }
    }

    /// The same function, which only hands its arguments on (as `list`, `default`, `include` do): they count as used where the result is.
    #[must_use]
    pub const fn passing(mut self) -> Self {
        self.is_passing = true;
        self
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "func {}", self.name)
    }
}
