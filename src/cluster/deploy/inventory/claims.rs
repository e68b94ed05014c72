//! The claims that a StatefulSet makes: nobody deletes them with it, and they hold data.

use seatrial_api::ApiError;
use seatrial_model::ObjectId;
use serde_json::Value;

use crate::work::{Stop, Work};

/// A sentence about the claims that stay behind when a StatefulSet has fewer replicas again.
pub(crate) async fn of_scaled(
    work: &Work<'_>,
    id: &ObjectId,
    before: &Value,
    after: &Value,
) -> Result<Option<String>, Stop> {
    let (was, is) = (replicas(before), replicas(after));
    if !is_stateful_set(id) || was <= is || goes_by_itself(after, "whenScaled") {
        return Ok(None);
    }
    kept(work, id, before, is).await
}

/// A sentence about the claims that stay behind when a StatefulSet is deleted.
pub(crate) async fn of_deleted(work: &Work<'_>, id: &ObjectId, api_version: &str) -> Result<Option<String>, Stop> {
    if !is_stateful_set(id) {
        return Ok(None);
    }
    let live = work.until(work.cluster.get(api_version, id)).await?;
    match live {
        Ok(Some(live)) if !goes_by_itself(&live, "whenDeleted") => kept(work, id, &live, 0).await,
        _ => Ok(None),
    }
}

fn is_stateful_set(id: &ObjectId) -> bool {
    id.group == "apps" && id.kind == "StatefulSet"
}

fn replicas(object: &Value) -> u64 {
    object.pointer("/spec/replicas").and_then(Value::as_u64).unwrap_or(1)
}

fn goes_by_itself(object: &Value, when: &str) -> bool {
    let policy = object.pointer("/spec/persistentVolumeClaimRetentionPolicy").and_then(|policy| policy.get(when));
    policy.and_then(Value::as_str) == Some("Delete")
}

/// The claims from an ordinal on.
async fn kept(work: &Work<'_>, id: &ObjectId, set: &Value, from: u64) -> Result<Option<String>, Stop> {
    let templates = set.pointer("/spec/volumeClaimTemplates").and_then(Value::as_array).into_iter().flatten();
    let prefixes: Vec<String> = templates
        .filter_map(|template| template.pointer("/metadata/name")?.as_str())
        .map(|template| format!("{template}-{}-", id.name))
        .collect();
    if prefixes.is_empty() {
        return Ok(None);
    }
    let set = id.kind_and_name();
    let listing = work.cluster.list("v1", "PersistentVolumeClaim", id.namespace.as_deref(), None);
    let claims = match work.until(listing).await? {
        Ok(claims) => claims,
        Err(ApiError::Forbidden { .. }) => {
            return Ok(Some(format!("the claims that `{set}` has made may be left: not allowed to list them")));
        }
        // It is a hint: nothing stops for want of it.
        Err(error) if error.may_pass() => return Ok(None),
        Err(ApiError::NotFound(_) | ApiError::UnknownKind { .. }) => return Ok(None),
        Err(error) => return Err(Stop::Api(error)),
    };
    let is_left = |name: &&str| {
        let ordinal = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix.as_str())?.parse::<u64>().ok());
        ordinal.is_some_and(|ordinal| ordinal >= from)
    };
    let names = claims.iter().filter_map(|claim| claim.pointer("/metadata/name")?.as_str());
    let named: Vec<String> = names.filter(is_left).map(|name| format!("`{name}`")).collect();
    let (claims, are, them) = if named.len() == 1 { ("claim", "is", "it") } else { ("claims", "are", "them") };
    let told = || format!("the {claims} {} of `{set}` {are} left, with what is on {them}", named.join(", "));
    Ok((!named.is_empty()).then(told))
}
