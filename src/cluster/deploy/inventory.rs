//! What Seatrial has applied for an environment: one ConfigMap, an entry per object (ids as cli-utils: `pkg/object/objmetadata.go`).
//! Nothing is pruned; objects that vanished from the manifests and still exist stay in it.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use seatrial_api::{ApiError, Cluster};
use seatrial_model::ObjectId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::place::Placed;
use crate::plan::AT_ONCE;

/// Objects and the API version that each was applied with (without its group).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inventory(BTreeMap<ObjectId, String>);

/// Kinds whose names may hold colons, which a ConfigMap's key may not.
const RBAC: &str = "rbac.authorization.k8s.io";

impl Inventory {
    /// The entries of placed objects.
    pub(crate) fn of(objects: &[Placed<'_>]) -> Inventory {
        Inventory(objects.iter().map(|o| (o.id.clone(), o.manifest.version.clone())).collect())
    }

    /// Reads the ConfigMap; lines that cannot be read are left out.
    fn read(config_map: &Value) -> Inventory {
        let text = config_map.pointer("/data/entries").and_then(Value::as_str).unwrap_or_default();
        let entries = text.lines().filter_map(|line| {
            let (id, version) = line.split_once(' ')?;
            Some((parse(id)?, version.to_owned()))
        });
        Inventory(entries.collect())
    }

    /// Entries that `newer` does not have.
    fn without(&self, newer: &Inventory) -> Vec<(ObjectId, String)> {
        self.0.iter().filter(|(id, _)| !newer.0.contains_key(id)).map(|(id, v)| (id.clone(), v.clone())).collect()
    }

    fn with(&self, more: &[(ObjectId, String)]) -> Inventory {
        Inventory(self.0.iter().map(|(id, v)| (id.clone(), v.clone())).chain(more.iter().cloned()).collect())
    }

    fn entries(&self) -> String {
        let mut lines: Vec<String> = self.0.iter().map(|(id, version)| format!("{} {version}\n", print(id))).collect();
        lines.sort();
        lines.concat()
    }
}

/// `<namespace>_<name>_<group>_<kind>`.
fn print(id: &ObjectId) -> String {
    let name = if id.group == RBAC { id.name.replace(':', "__") } else { id.name.clone() };
    format!("{}_{name}_{}_{}", id.namespace.as_deref().unwrap_or_default(), id.group, id.kind)
}

fn parse(text: &str) -> Option<ObjectId> {
    let (namespace, rest) = text.split_once('_')?;
    let (rest, kind) = rest.rsplit_once('_')?;
    let (name, group) = rest.rsplit_once('_')?;
    let name = if group == RBAC { name.replace("__", ":") } else { name.to_owned() };
    let odd = name.is_empty() || kind.is_empty() || name.contains('_');
    (!odd).then(|| ObjectId::new(group, kind, Some(namespace).filter(|n| !n.is_empty()), &name))
}

/// A name for an environment's own objects: a DNS-1123 name, different for different environments.
pub(crate) fn own_name(prefix: &str, environment: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !environment.is_empty()
        && environment.len() <= 40
        && environment.chars().all(plain)
        && !environment.ends_with('-')
    {
        return format!("{prefix}-{environment}");
    }
    let hash: String = Sha256::digest(environment).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let readable: String =
        environment.to_ascii_lowercase().chars().map(|c| if plain(c) { c } else { '-' }).take(40).collect();
    format!("{prefix}-{readable}-{hash}")
}

/// Where an environment's inventory lies.
pub(crate) fn config_map_id(namespace: &str, environment: &str) -> ObjectId {
    ObjectId::new("", "ConfigMap", Some(namespace), &own_name("seatrial-inventory", environment))
}

/// What became of the entries of the last inventory.
pub(crate) struct Kept {
    /// What the inventory has to say from now on: the new objects, and old ones that still exist.
    pub(crate) inventory: Inventory,
    /// Old objects that are no longer rendered and still exist.
    pub(crate) vanished: Vec<ObjectId>,
    /// Whether the cluster has it like this already.
    pub(crate) is_stored: bool,
}

/// Reads the last inventory and looks which of its entries are no longer rendered and still exist.
pub(crate) async fn compare(cluster: &Cluster, id: &ObjectId, new: &Inventory) -> Result<Kept, ApiError> {
    let stored = cluster.get("v1", id).await?;
    let old = stored.as_ref().map(Inventory::read).unwrap_or_default();
    let gone = old.without(new);
    let look = |(id, version): (ObjectId, String)| async move {
        let api_version = if id.group.is_empty() { version.clone() } else { format!("{}/{version}", id.group) };
        let exists = match cluster.get(&api_version, &id).await {
            Ok(live) => live.is_some_and(|l| l.pointer("/metadata/deletionTimestamp").is_none_or(Value::is_null)),
            Err(ApiError::UnknownKind { .. } | ApiError::NotFound(_)) => false,
            // What may not be read is not known to be gone.
            Err(ApiError::Forbidden { .. }) => true,
            Err(error) => return Err(error),
        };
        Ok(exists.then_some((id, version)))
    };
    let answers: Vec<Result<_, ApiError>> = stream::iter(gone).map(look).buffered(AT_ONCE).collect().await;
    let existing: Vec<_> = answers.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let inventory = new.with(&existing);
    let is_stored = stored.is_some() && inventory == old;
    Ok(Kept { inventory, vanished: existing.into_iter().map(|(id, _)| id).collect(), is_stored })
}

/// The ConfigMap of an inventory.
pub(crate) fn config_map(id: &ObjectId, inventory: &Inventory) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": id.name,
            "namespace": id.namespace,
            "labels": { "app.kubernetes.io/managed-by": "seatrial", "seatrial.dev/inventory": "true" },
        },
        "data": { "entries": inventory.entries() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back_what_was_written() {
        let table = [
            (ObjectId::new("", "Service", Some("shop"), "web"), "shop_web__Service"),
            (ObjectId::new("", "Namespace", None, "shop"), "_shop__Namespace"),
            (ObjectId::new("apps", "Deployment", Some("shop"), "web"), "shop_web_apps_Deployment"),
            (
                ObjectId::new(RBAC, "Role", Some("shop"), "system:web"),
                "shop_system__web_rbac.authorization.k8s.io_Role",
            ),
        ];
        for (id, text) in table {
            assert_eq!(print(&id), text);
            assert_eq!(parse(text), Some(id));
        }
    }

    #[test]
    fn refuses_entries_with_too_few_or_too_many_parts() {
        for text in ["", "web", "shop_web", "shop_web_apps", "shop_a_b_apps_Deployment", "shop___Service", "a_b_c_"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn survives_its_config_map() {
        let mut inventory = Inventory::default();
        inventory.0.insert(ObjectId::new("apps", "Deployment", Some("shop"), "web"), "v1".to_owned());
        inventory.0.insert(ObjectId::new("", "Service", Some("shop"), "web"), "v1".to_owned());
        let stored = config_map(&config_map_id("shop", "dev"), &inventory);
        assert_eq!(stored["data"]["entries"], "shop_web__Service v1\nshop_web_apps_Deployment v1\n");
        assert_eq!(Inventory::read(&stored), inventory);
        assert_eq!(Inventory::read(&Value::Null), Inventory::default());
    }

    #[test]
    fn every_environment_has_a_name_of_its_own() {
        assert_eq!(own_name("seatrial", "dev"), "seatrial-dev");
        let odd = own_name("seatrial", "Dev West");
        assert!(odd.starts_with("seatrial-dev-west-") && odd != own_name("seatrial", "dev-west"), "{odd}");
    }
}
