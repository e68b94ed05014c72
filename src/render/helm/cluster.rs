//! What Helm asks a cluster for: the time, what it serves, what objects are to their release, and what `lookup` answers.

pub(crate) mod chance;
pub(crate) mod included;
pub(crate) mod lookup;
pub(crate) mod role;
pub(crate) mod served;
pub mod world;
