//! Trees and values → output.

pub(crate) mod builtins;
pub(crate) mod call;
pub(crate) mod compare;
pub(crate) mod escape;
pub(crate) mod eval;
pub(crate) mod exec;
pub(crate) mod execute;
pub(crate) mod mentions;
