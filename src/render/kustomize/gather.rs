//! The objects gathered so far, and how some of them are selected.

pub(crate) mod accumulator;
pub(crate) mod defined_vars;
pub(crate) mod nearly_selected;
pub(crate) mod selector;
pub(crate) mod twice;
pub(crate) mod unfinished;
