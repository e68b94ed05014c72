//! `replacements`: a value of one object copied into fields of others.

pub(crate) mod findings;
pub(crate) mod replacements;
pub(crate) mod source;
pub(crate) mod structured;
