//! JSON patches (RFC 6902), applied as kustomize applies them.

pub(crate) mod draft;
pub(crate) mod error;
pub(crate) mod members;
pub(crate) mod numbers;
pub(crate) mod patch;
