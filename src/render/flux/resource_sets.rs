//! ResourceSets of flux-operator, and the inputs that they ask for.

pub(crate) mod expansion;
pub mod input_provider;
pub mod schedule;
pub mod tag_filter;
