//! Values: given in several places, merged and set as Helm does it, each with where it came from.

pub(crate) mod composed;
pub(crate) mod draft;
pub(crate) mod given;
pub(crate) mod merge;
pub(crate) mod origin;
pub(crate) mod origins;
pub(crate) mod set;
