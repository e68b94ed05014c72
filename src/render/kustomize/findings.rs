//! What findings say, whatever they are about: their ids, what was perhaps meant.

pub(crate) mod absent;
pub(crate) mod ids;
pub(crate) mod near_path;
