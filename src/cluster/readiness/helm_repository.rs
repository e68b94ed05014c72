//! HelmRepository. One of type `oci` is nothing but an address: its controller writes no condition, whatever is behind it; the HelmCharts
//! that use it tell.

use crate::field::text;
use crate::{Live, Status, flux_source};

pub(crate) fn status(live: Live<'_>) -> Status {
    if text(live.object, &["spec", "type"]) == Some("oci") {
        return Status::current("exists");
    }
    flux_source::status(live)
}
