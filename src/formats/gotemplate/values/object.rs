//! Values that are neither JSON nor strings: structs, pointers, and named types of whoever supplies them.

use std::any::Any;
use std::fmt::Debug;

use crate::values::function::Function;
use crate::values::value::Value;

/// What Go's reflection says that an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A struct.
    Struct,
    /// A pointer to a struct.
    Pointer,
    /// A named map, such as `chart.Files`.
    Map,
    /// A named slice, such as `chartutil.VersionSet`.
    Slice,
}

/// A struct, a pointer to one, or a named map or slice.
pub trait Object: Debug {
    /// The type as Go prints it: `*chart.Metadata`.
    fn type_name(&self) -> &'static str;

    /// What Go's reflection says that it is.
    fn kind(&self) -> ObjectKind {
        ObjectKind::Struct
    }

    /// A field of a struct, or an entry of a map.
    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    /// The methods. Their first argument is the object itself, before those that `params` names.
    fn methods(&self) -> &'static [Function] {
        &[]
    }

    /// Keys and values, for `range`, `len` and `index`: of a slice, the keys are not looked at.
    fn items(&self) -> Vec<(Value, Value)> {
        Vec::new()
    }

    /// What an action prints: `{a b}` of a struct and of a pointer to one, the text of a stringer. (`%v` puts `&` before a pointer's.)
    fn printed(&self) -> String;

    /// Whether Go prints it by a method (`String` or `Error`): then also where a string is asked for.
    fn is_stringer(&self) -> bool {
        false
    }

    /// The number that it is, of a named type over whole numbers: for comparisons, and whether it is zero.
    fn whole(&self) -> Option<i64> {
        None
    }

    /// What `toJson` and `toYaml` see.
    fn plain(&self) -> Value;

    /// The same of a struct whose fields have an order.
    fn ordered(&self) -> Option<Vec<(&'static str, Value)>> {
        None
    }

    /// For functions that know the type.
    fn as_any(&self) -> &dyn Any;
}
