//! Kustomizations, built as kustomize-controller builds them.

pub(crate) mod fields;
pub(crate) mod inherited;
pub(crate) mod remote_bases;
pub(crate) mod unit;
pub(crate) mod version;
