//! Pods: why one is not ready, what that says about the workload that owns it, and what their logs and their past tell.

pub(crate) mod container;
pub(crate) mod creation;
pub(crate) mod last_words;
pub(crate) mod log;
pub(crate) mod pod;
pub(crate) mod room;
pub(crate) mod steady;
pub(crate) mod workload;
