//! Services that nobody answers for: whether, why, and the line of the manifests that it is about.

pub(crate) mod endpoints;
pub(crate) mod no_endpoints;
pub(crate) mod service_fault;
