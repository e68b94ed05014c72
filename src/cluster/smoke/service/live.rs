//! A workload as the cluster has it, and how far it is.

use seatrial_api::{ApiError, Cluster};
use seatrial_deploy::{events, gather};
use seatrial_model::ObjectId;
use seatrial_readiness::{Status, status};
use serde_json::Value;

/// An object and its status; `None` when it does not exist.
pub(crate) async fn look(
    cluster: &Cluster,
    api_version: &str,
    id: &ObjectId,
) -> Result<Option<(Value, Status)>, ApiError> {
    let (events, _) = events(cluster, id.namespace.as_deref().unwrap_or_default()).await?;
    let mut seen = gather(cluster, api_version, id, &events).await?;
    let Some(object) = seen.object.take() else { return Ok(None) };
    let status = status(seen.live(&object));
    Ok(Some((object, status)))
}

/// Why it is not as desired, as a clause.
pub(crate) fn why(status: &Status) -> String {
    status.cause.as_ref().map_or_else(|| status.message.clone(), |cause| cause.describe())
}
