//! What is known of an object on the cluster.

pub(crate) mod condition;
pub(crate) mod event;
pub(crate) mod field;

use serde_json::Value;

/// What is known of an object on the cluster.
#[derive(Clone, Copy, Debug)]
pub struct Live<'a> {
    /// The object with its status.
    pub object: &'a Value,
    /// Pods that it owns and that belong to its newest revision.
    pub pods: &'a [Value],
    /// Pods that it owns and that belong to older ones.
    pub older: &'a [Value],
    /// The ReplicaSet of its newest revision, of a Deployment.
    pub replica_set: Option<&'a Value>,
    /// Events of the object, of its ReplicaSet and of its pods.
    pub events: &'a [Value],
}

impl<'a> Live<'a> {
    /// An object of which nothing else is known.
    #[must_use]
    pub fn alone(object: &'a Value) -> Live<'a> {
        Live { object, pods: &[], older: &[], replica_set: None, events: &[] }
    }
}
