//! A kustomization, as it is written: which fields it may have, what they hold, and the file, checked.

pub(crate) mod charts;
pub(crate) mod file;
pub(crate) mod items;
pub(crate) mod loosened;
pub(crate) mod plugins;
pub(crate) mod shape;
pub(crate) mod top_level;
