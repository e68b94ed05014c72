//! Single values: how large they are, what pays for them, how they are set and written.

pub(crate) mod base64;
pub(crate) mod budget;
pub(crate) mod folded;
pub(crate) mod go_json;
pub(crate) mod metadata;
pub(crate) mod scalar;
pub(crate) mod shared;
pub(crate) mod size;
