//! What Kubernetes' own components say, taken apart: the kubelet, the scheduler, admission, the container runtime. From words to
//! what they are about, and to what could mend it.

pub(crate) mod eviction;
pub(crate) mod image;
pub(crate) mod mending;
pub(crate) mod mention;
pub(crate) mod probe;
pub(crate) mod reference;
pub(crate) mod refusal;
pub(crate) mod scheduling;
pub(crate) mod start;
pub(crate) mod volume;
