//! What a test meets in the cluster: the port of a service and the pod behind it, the way there, a workload, and what proves a failure.

pub(crate) mod endpoint;
pub(crate) mod evidence;
pub(crate) mod forward;
pub(crate) mod live;
