//! The text of a file: its lines and line ends, and what is wrong in it.

pub(crate) mod event;
pub(crate) mod findings;
pub(crate) mod old_breaks;
pub(crate) mod problem;
