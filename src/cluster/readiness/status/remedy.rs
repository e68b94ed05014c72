//! What could still mend a cause that holds up.

/// What could still mend a cause; one that nothing mends but the object's own progress has none, and is waited for until the deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Somebody makes what is missing.
    Arrival(Missing),
    /// Another node, or another label or taint of one. An autoscaler at work says so; none of it then is a remedy.
    Node,
    /// A volume that a claim may be bound to.
    Volume,
    /// Room: processors, memory, a quota that frees up.
    Room,
    /// Another answer to the same pod: what admission refuses for its content it refuses again.
    Admission,
    /// Nobody knows.
    Unknown,
}

/// An object that is missing, or a key of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// `v1`, `storage.k8s.io/v1`.
    pub api_version: &'static str,
    /// `Secret`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The key that it lacks, when it is that.
    pub key: Option<String>,
}
