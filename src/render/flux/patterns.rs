//! Patterns of paths, in the four dialects that Flux's controllers have.

pub(crate) mod doublestar;
pub(crate) mod glob;
pub(crate) mod path_pattern;
pub(crate) mod source_ignore;
