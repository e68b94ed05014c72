//! Versions that are served and deprecated: the API server warns of every write of one (apiserver: `pkg/endpoints/deprecation`).

use seatrial_kubernetes::Minor;

use crate::resource::Resource;

/// What is warned of.
pub(crate) fn warning(resource: &Resource, minor: Minor) -> Option<String> {
    let is_endpoints = resource.group.is_empty() && resource.kind == "Endpoints";
    (is_endpoints && minor.number() >= 33)
        .then(|| "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice".to_owned())
}
