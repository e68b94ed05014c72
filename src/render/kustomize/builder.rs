//! The build: from directory to directory, and in each what its kustomization says, in kustomize's order.

pub(crate) mod accumulate;
pub(crate) mod additions;
pub(crate) mod configuration;
pub(crate) mod directories;
pub(crate) mod plugins;
pub(crate) mod root;
pub(crate) mod state;
pub(crate) mod transformed;
