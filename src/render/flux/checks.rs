//! What is wrong between the objects that were found: references, dependencies, owners, markers.

pub(crate) mod dependencies;
pub(crate) mod markers;
pub(crate) mod owners;
pub(crate) mod references;
