//! What a kustomization names is found, read and parsed, each file once.

pub(crate) mod cache;
pub(crate) mod chart_options;
pub(crate) mod configurations;
pub(crate) mod crds;
pub(crate) mod documents;
pub(crate) mod files;
pub(crate) mod inline;
pub(crate) mod not_here;
pub(crate) mod open_api;
pub(crate) mod options;
pub(crate) mod remote;
pub(crate) mod repeated_keys;
