//! The last steps of a build: content hashes, references to what has a new name, order.

pub(crate) mod content_hash;
pub(crate) mod name_reference_fields;
pub(crate) mod name_references;
pub(crate) mod result;
