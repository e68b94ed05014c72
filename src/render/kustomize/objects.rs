//! Objects on their way through a build: what they are, how they are told apart and ordered, and what is known of their kinds.

pub(crate) mod definitions;
pub(crate) mod gvk;
pub(crate) mod id;
pub(crate) mod merge_keys;
pub(crate) mod nearest;
pub(crate) mod order;
pub(crate) mod resource;
pub(crate) mod schemas;
