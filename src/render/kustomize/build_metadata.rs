//! `buildMetadata`: what a build writes into its objects about itself.

pub(crate) mod annotations;
pub(crate) mod notes;
pub(crate) mod step;
pub(crate) mod trail;
pub(crate) mod wanted;
