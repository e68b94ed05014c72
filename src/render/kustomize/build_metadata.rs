//! `buildMetadata`: what a build writes into its objects about itself.

pub(crate) mod notes;
pub(crate) mod trail;
