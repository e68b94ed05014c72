//! The build: from directory to directory, and in each what its kustomization says, in kustomize's order.

pub(crate) mod additions;
pub(crate) mod build;
pub(crate) mod configuration;
pub(crate) mod directories;
pub(crate) mod plugins;
pub(crate) mod transformed;
