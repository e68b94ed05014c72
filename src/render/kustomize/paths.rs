//! Paths into an object, as `replacements` and `vars` write them, and the values that they lead to.

pub(crate) mod dotted;
pub(crate) mod matcher;
pub(crate) mod near;
pub(crate) mod pattern;
pub(crate) mod payer;
