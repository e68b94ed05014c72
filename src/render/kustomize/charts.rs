//! Charts that a kustomization names, and the objects that Helm makes of them.

pub(crate) mod asked;
pub(crate) mod context;
pub(crate) mod inflate;
pub(crate) mod values;
