//! The target of a deployment: who holds it, and the preview namespace that it may be.

pub(crate) mod cleanup;
pub(crate) mod held;
pub(crate) mod lease;
pub(crate) mod preview;
