//! What Seatrial has applied for an environment: one ConfigMap, an entry per object (ids as cli-utils: `pkg/object/objmetadata.go`).
//! Nothing is pruned; objects that vanished from the manifests and still exist stay in it.
//!
//! Beside the entries it says whose state was applied last, and which objects were created for which pull request: those are deleted when
//! the target is put back, and nothing else.

pub(crate) mod claims;
pub(crate) mod known;
pub(crate) mod prune;

use std::collections::{BTreeMap, HashSet};

use futures::{StreamExt, stream};
use seatrial_api::{ApiError, Cluster};
use seatrial_model::ObjectId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::RunIdentity;
use crate::hold::preview::{COMMIT, PULL_REQUEST, REPOSITORY};
use crate::inventory::known::Known;
use crate::inventory::prune::is_applied_by_us;
use crate::plan::AT_ONCE;
use crate::plan::place::Placed;
use crate::work::{Stop, Work};

/// Objects and the API version that each was applied with (without its group).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inventory(BTreeMap<ObjectId, String>);

/// Kinds whose names may hold colons, which a ConfigMap's key may not.
const RBAC: &str = "rbac.authorization.k8s.io";

impl Inventory {
    /// The entries of placed objects.
    pub(crate) fn of<'a, 'm: 'a>(objects: impl IntoIterator<Item = &'a Placed<'m>>) -> Inventory {
        Inventory(objects.into_iter().map(|o| (o.id.clone(), o.manifest.version.clone())).collect())
    }

    /// Reads lines; those that cannot be read are left out.
    fn read(text: &str) -> Inventory {
        let entries = text.lines().filter_map(|line| {
            let (id, version) = line.split_once(' ')?;
            Some((parse(id)?, version.to_owned()))
        });
        Inventory(entries.collect())
    }

    /// Whether it has an object.
    pub(crate) fn contains(&self, id: &ObjectId) -> bool {
        self.0.contains_key(id)
    }

    /// Its objects, each with the API version that it was applied with.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&ObjectId, String)> {
        self.0.iter().map(|(id, version)| (id, api_version(id, version)))
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

fn api_version(id: &ObjectId, version: &str) -> String {
    if id.group.is_empty() { version.to_owned() } else { format!("{}/{version}", id.group) }
}

/// Where an inventory lies, and who writes it.
pub(crate) struct Book<'a> {
    pub(crate) id: ObjectId,
    pub(crate) run: &'a RunIdentity,
    /// Kinds that are recreated.
    pub(crate) recreate: &'a [String],
}

/// An inventory, and what it says of pull requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) entries: Inventory,
    /// What was created for a pull request, by [`key_of`].
    pub(crate) created: BTreeMap<String, Inventory>,
    /// Whose state was applied last, by [`key_of`]; none where it was no pull request's.
    pub(crate) applied_for: Option<String>,
    /// The commit that was applied last.
    pub(crate) commit: Option<String>,
}

/// A pull request in an inventory: `acme/shop#7`; none outside of a pull request.
pub(crate) fn key_of(run: &RunIdentity) -> Option<String> {
    let repository = run.repository.as_deref().unwrap_or_default().to_lowercase();
    // A repository's name may have spaces.
    let repository: String = repository.split_whitespace().collect::<Vec<_>>().join("%20");
    run.pull_request.map(|number| format!("{repository}#{number}"))
}

impl Record {
    fn read(config_map: &Value) -> Record {
        let text = |pointer: &str| config_map.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let annotation = |key: &str| config_map.get("metadata")?.get("annotations")?.get(key)?.as_str();
        let mut created: BTreeMap<String, Inventory> = BTreeMap::new();
        for (key, entry) in text("/data/created").lines().filter_map(|line| line.split_once(' ')) {
            created.entry(key.to_owned()).or_default().0.extend(Inventory::read(entry).0);
        }
        let number = annotation(PULL_REQUEST).and_then(|number| number.parse().ok());
        let repository = annotation(REPOSITORY).map(str::to_owned);
        let applied_for = RunIdentity { repository, pull_request: number, ..RunIdentity::default() };
        Record {
            entries: Inventory::read(text("/data/entries")),
            created,
            applied_for: key_of(&applied_for),
            commit: annotation(COMMIT).map(str::to_owned),
        }
    }

    /// The objects of the base are its own from now on, whoever created them.
    pub(crate) fn take_over(&mut self, base: &Inventory) {
        self.entries.0.extend(base.0.iter().map(|(id, version)| (id.clone(), version.clone())));
        for inventory in self.created.values_mut() {
            inventory.0.retain(|id, _| !base.contains(id));
        }
        self.created.retain(|_, inventory| !inventory.0.is_empty());
    }

    /// Takes out what is gone, and was created for a pull request.
    pub(crate) fn forget(&mut self, gone: &[ObjectId], key: &str) {
        self.entries.0.retain(|id, _| !gone.contains(id));
        if let Some(created) = self.created.get_mut(key) {
            created.0.retain(|id, _| !gone.contains(id));
        }
        self.created.retain(|_, inventory| !inventory.0.is_empty());
    }

    fn created(&self) -> String {
        let lines = |(key, inventory): (&String, &Inventory)| -> String {
            inventory.entries().lines().map(|line| format!("{key} {line}\n")).collect()
        };
        self.created.iter().map(lines).collect()
    }

    /// The ConfigMap.
    fn config_map(&self, id: &ObjectId) -> Value {
        let mut object = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": id.name,
                "namespace": id.namespace,
                "labels": { "app.kubernetes.io/managed-by": "seatrial", "seatrial.dev/inventory": "true" },
            },
            "data": { "entries": self.entries.entries() },
        });
        if !self.created.is_empty() {
            object["data"]["created"] = self.created().into();
        }
        if let Some((repository, number)) = self.applied_for.as_ref().and_then(|key| key.rsplit_once('#')) {
            object["metadata"]["annotations"] = json!({ PULL_REQUEST: number });
            if !repository.is_empty() {
                object["metadata"]["annotations"][REPOSITORY] = repository.into();
            }
        }
        if let Some(commit) = &self.commit {
            object["metadata"]["annotations"][COMMIT] = commit.as_str().into();
        }
        object
    }

    /// The record of a run that is about to apply `known`; `remaining` are the old objects that are no longer rendered and still exist.
    fn next(&self, known: &[Known<'_, '_>], remaining: &[(ObjectId, String)], run: &RunIdentity) -> Record {
        let is_created = |known: &&Known<'_, '_>| {
            let was_created = || self.created.values().any(|inventory| inventory.contains(&known.placed.id));
            // What somebody has made by that name since is theirs.
            known.is_new || (was_created() && known.live.as_deref().is_some_and(is_applied_by_us))
        };
        let remaining_ids: HashSet<&ObjectId> = remaining.iter().map(|(id, _)| id).collect();
        let mut created = self.created.clone();
        for inventory in created.values_mut() {
            inventory.0.retain(|id, _| remaining_ids.contains(id));
        }
        let key = key_of(run);
        if let Some(key) = &key {
            let own = Inventory::of(known.iter().filter(is_created).map(|known| known.placed));
            created.entry(key.clone()).or_default().0.extend(own.0);
        }
        created.retain(|_, inventory| !inventory.0.is_empty());
        Record {
            entries: Inventory::of(known.iter().map(|known| known.placed)).with(remaining),
            created,
            applied_for: key,
            commit: run.commit.clone(),
        }
    }
}

/// Reads an inventory; `None` where there is none.
pub(crate) async fn read(work: &Work<'_>, id: &ObjectId) -> Result<Option<Record>, Stop> {
    let stored = work.until(work.cluster.get("v1", id)).await?;
    Ok(stored.map_err(|error| not_kept(error, id))?.as_ref().map(Record::read))
}

/// Writes an inventory.
pub(crate) async fn write(work: &Work<'_>, id: &ObjectId, record: &Record) -> Result<(), Stop> {
    work.enter(format!("writing the inventory `{}`", id.name));
    work.apply(&record.config_map(id)).await?.map_err(|error| not_kept(error, id))?;
    Ok(())
}

/// Writes what is about to be applied, and gives back what vanished from the manifests and still exists.
pub(crate) async fn remember(work: &Work<'_>, known: &[Known<'_, '_>], book: &Book<'_>) -> Result<Vec<ObjectId>, Stop> {
    work.enter("comparing with what was deployed before");
    let stored = read(work, &book.id).await?;
    let old = stored.clone().unwrap_or_default();
    let gone = old.entries.without(&Inventory::of(known.iter().map(|known| known.placed)));
    let remaining = work.until(existing(work.cluster, gone)).await?.map_err(|error| not_kept(error, &book.id))?;
    let next = old.next(known, &remaining, book.run);
    if stored.as_ref() != Some(&next) {
        write(work, &book.id, &next).await?;
    }
    Ok(remaining.into_iter().map(|(id, _)| id).collect())
}

/// Those of old entries that still exist.
async fn existing(cluster: &Cluster, old: Vec<(ObjectId, String)>) -> Result<Vec<(ObjectId, String)>, ApiError> {
    let look = |(id, version): (ObjectId, String)| async move {
        let exists = match cluster.get(&api_version(&id, &version), &id).await {
            Ok(live) => live.is_some_and(|l| l.pointer("/metadata/deletionTimestamp").is_none_or(Value::is_null)),
            Err(ApiError::UnknownKind { .. } | ApiError::NotFound(_)) => false,
            // What may not be read is not known to be gone.
            Err(ApiError::Forbidden { .. }) => true,
            Err(error) => return Err(error),
        };
        Ok(exists.then_some((id, version)))
    };
    let answers: Vec<Result<_, ApiError>> = stream::iter(old).map(look).buffered(AT_ONCE).collect().await;
    Ok(answers.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Why the inventory could not be read or written.
fn not_kept(error: ApiError, id: &ObjectId) -> Stop {
    match error {
        ApiError::Forbidden { verb, .. } => Stop::Refused(format!(
            "not allowed to {verb} the ConfigMap `{}`, the inventory of what was deployed: grant get, create and patch \
             on configmaps in namespace `{}`",
            id.name,
            id.namespace.as_deref().unwrap_or_default()
        )),
        other => Stop::Api(other),
    }
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
        let id = |group: &str, kind: &str| ObjectId::new(group, kind, Some("shop"), "web");
        let entries =
            Inventory([(id("apps", "Deployment"), "v1".to_owned()), (id("", "Service"), "v1".to_owned())].into());
        let of = |kind: &str| Inventory([(id("", kind), "v1".to_owned())].into());
        let record = Record {
            entries,
            created: [("acme/shop#7".to_owned(), of("Service")), ("my%20team/shop#8".to_owned(), of("Secret"))].into(),
            applied_for: Some("acme/shop#7".to_owned()),
            commit: Some("abc1234".to_owned()),
        };
        let stored = record.config_map(&config_map_id("shop", "dev"));
        assert_eq!(stored["data"]["entries"], "shop_web__Service v1\nshop_web_apps_Deployment v1\n");
        assert_eq!(
            stored["data"]["created"],
            "acme/shop#7 shop_web__Service v1\nmy%20team/shop#8 shop_web__Secret v1\n"
        );
        assert_eq!(Record::read(&stored), record);
        assert_eq!(Record::read(&Value::Null), Record::default());
    }

    #[test]
    fn every_environment_has_a_name_of_its_own() {
        assert_eq!(own_name("seatrial", "dev"), "seatrial-dev");
        let odd = own_name("seatrial", "Dev West");
        assert!(odd.starts_with("seatrial-dev-west-") && odd != own_name("seatrial", "dev-west"), "{odd}");
    }
}
