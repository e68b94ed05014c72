//! HelmRepository. One of type `oci` is nothing but an address: its controller writes no condition, whatever is behind it; the HelmCharts
//! that use it tell.

use crate::kinds::flux::source;
use crate::live::field::text;
use crate::{Live, Status};

pub(crate) fn status(live: Live<'_>) -> Status {
    if text(live.object, &["spec", "type"]) == Some("oci") {
        return Status::current("exists");
    }
    source::status(live)
}
