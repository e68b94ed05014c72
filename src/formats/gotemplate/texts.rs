//! Strings that remember what made them, and the marks that say where values are from.
//!
//! `text` and `builder` use each other: whatever joins texts builds a new one.

pub(crate) mod builder;
pub(crate) mod marks;
pub(crate) mod quick;
pub(crate) mod text;
