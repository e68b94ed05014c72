//! What Kubernetes' schemas say of an object: what does not fit, and what is filled in where nothing is said.

pub(crate) mod defaults;
pub(crate) mod pod_defaults;
pub(crate) mod typed;
