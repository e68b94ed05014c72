//! Variables: where a Kustomization has them from, and how they are filled into its objects.

pub(crate) mod given;
pub(crate) mod substitute_from;
pub(crate) mod substituted;
pub mod substitution;
