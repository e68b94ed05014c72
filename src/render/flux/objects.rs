//! The objects that a walk reads and makes: how Flux's own ones are read, and which were found.

pub(crate) mod applied;
pub(crate) mod azure;
pub(crate) mod flux_object;
pub(crate) mod found;
pub(crate) mod ids;
pub(crate) mod implied;
pub(crate) mod shared;
pub(crate) mod told;
