//! `patches` and the two fields that it was before: which patch changes which objects.

pub(crate) mod patches;
pub(crate) mod secrets;
pub(crate) mod source;
pub(crate) mod target;
