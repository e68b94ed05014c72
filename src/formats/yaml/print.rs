//! Nodes → text, as kustomize prints.

pub(crate) mod emit;
pub(crate) mod json_detour;
pub(crate) mod order;
pub(crate) mod printer;
pub(crate) mod styled;
pub(crate) mod writer;
