//! Where the files of a source are, and what it holds.

pub(crate) mod artifact_copy;
pub(crate) mod artifacts;
pub(crate) mod asked;
pub(crate) mod bootstrapped;
pub(crate) mod built;
pub(crate) mod charts;
pub(crate) mod composed;
pub(crate) mod includes;
pub(crate) mod located;
pub(crate) mod marked;
pub(crate) mod near;
pub(crate) mod repositories;
pub(crate) mod view;
