//! What is known before anything of the checkout is believed: where this runs, which commits count, and whose word counts.

pub(crate) mod alterations;
pub(crate) mod authority;
pub(crate) mod common_lines;
pub(crate) mod compared;
pub(crate) mod edits;
pub(crate) mod forge;
pub(crate) mod head_lines;
pub(crate) mod repository_name;
pub(crate) mod revision;
pub(crate) mod run_context;
pub(crate) mod session;
pub(crate) mod workspace;
