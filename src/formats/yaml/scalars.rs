//! Single scalars: what they mean in both dialects, and how they look.

pub(crate) mod number;
pub(crate) mod place;
pub(crate) mod style;
pub(crate) mod timestamp;
pub(crate) mod typing;
