//! The objects gathered so far, and how some of them are selected.

pub(crate) mod accumulator;
pub(crate) mod label_selector;
pub(crate) mod selector;
pub(crate) mod unfinished;
