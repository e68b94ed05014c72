//! Times and spans of time, as Go's functions give them to templates.

pub(crate) mod duration;
pub(crate) mod moment;
pub(crate) mod named;
