//! Values as Go's reflection sees them, and what their functions see of a render.
//!
//! They use each other, as the types do: a value may be a function, a function gets the context that calls it, and that has the templates with
//! all their functions.

pub(crate) mod budget;
pub(crate) mod context;
pub(crate) mod error;
pub(crate) mod function;
pub(crate) mod functions;
pub(crate) mod held;
pub(crate) mod list;
pub(crate) mod map;
pub(crate) mod object;
pub(crate) mod templates;
pub(crate) mod value;
