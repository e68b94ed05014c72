//! The fields of an object: who owns which (`managedFields`), and how an apply or a patch is merged with what is there.

pub(crate) mod apply;
mod comparison;
pub(crate) mod field_set;
pub(crate) mod managed_fields;
pub(crate) mod patch;
