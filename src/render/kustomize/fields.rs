//! Which fields of which kinds the transformers touch: kustomize's own tables, and those that a repository adds.

pub(crate) mod config;
pub(crate) mod defaults;
pub(crate) mod name_references;
pub(crate) mod spec;
