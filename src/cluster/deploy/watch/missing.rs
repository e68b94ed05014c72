//! What a pod waits for and is not there: whether it really is missing, and whether something of the same change may still make it.

use seatrial_api::{ApiError, Cluster};
use seatrial_model::{Node, ObjectId, group_of};
use seatrial_readiness::Missing;
use serde_json::Value;

use crate::plan::place::Placed;

/// Groups of Kubernetes' own kinds that have no dot.
const BUILT_IN: [&str; 5] = ["", "apps", "batch", "autoscaling", "policy"];

/// How the cluster answers for what is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is not there.
    Missing,
    /// It is there by now; who waits for it has not looked again.
    There,
    /// It may not be asked for.
    Unknown,
}

/// Asks the cluster. The kubelet looks only every ten to fifteen seconds, so that its own words may be out of date.
pub(crate) async fn ask(cluster: &Cluster, missing: &Missing, namespace: Option<&str>) -> Result<Answer, ApiError> {
    let group = group_of(missing.api_version);
    let namespace = namespace.filter(|_| group != "storage.k8s.io");
    if missing.kind == "CSIDriver" {
        // That it is known to the cluster does not say that a node has it.
        return Ok(Answer::Missing);
    }
    let id = ObjectId::new(group, missing.kind, namespace, missing.name.as_str());
    match cluster.get(missing.api_version, &id).await {
        Ok(None) | Err(ApiError::NotFound(_)) => Ok(Answer::Missing),
        Ok(Some(object)) if has_key(&object, missing.key.as_deref()) => Ok(Answer::There),
        Ok(Some(_)) => Ok(Answer::Missing),
        Err(ApiError::Forbidden { .. } | ApiError::UnknownKind { .. }) => Ok(Answer::Unknown),
        Err(error) => Err(error),
    }
}

fn has_key(object: &Value, key: Option<&str>) -> bool {
    let Some(key) = key else { return true };
    ["data", "binaryData"].iter().any(|data| object.get(data).is_some_and(|data| data.get(key).is_some()))
}

/// Whether one of the objects is known to make such a thing: a custom resource that names it (ExternalSecret, SealedSecret, Certificate,
/// SecretProviderClass, a database), a Job that does; for a driver of volumes, whatever brings one to the nodes.
pub(crate) fn has_producer<'a, 'm: 'a>(missing: &Missing, mut objects: impl Iterator<Item = &'a Placed<'m>>) -> bool {
    objects.any(|placed| makes(placed, missing))
}

fn makes(placed: &Placed<'_>, missing: &Missing) -> bool {
    let (id, name) = (&placed.id, missing.name.as_str());
    if missing.kind == "CSIDriver" {
        return id.kind == "DaemonSet" || (id.kind == "CSIDriver" && id.name == name);
    }
    let is_custom = !BUILT_IN.contains(&id.group.as_str()) && !id.group.ends_with(".k8s.io");
    // An operator often gives what it makes a name that begins with that of its resource.
    (is_custom && name.starts_with(id.name.as_str()))
        || ((is_custom || id.kind == "Job") && names(&placed.manifest.node, name))
}

fn names(node: &Node, name: &str) -> bool {
    node.scalar_text().is_some_and(|text| text.contains(name))
        || node.items().iter().any(|item| names(item, name))
        || node.entries().iter().any(|entry| names(&entry.value, name))
}

#[cfg(test)]
mod tests {
    use seatrial_kubernetes::Scope;
    use seatrial_model::{Manifest, Sources};

    use super::*;
    use crate::plan::place::{Destination, place};

    #[test]
    fn what_makes_a_secret_is_known_by_the_secrets_name() {
        let table = [
            (
                "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: a }\nspec: { target: { name: token } }\n",
                true,
            ),
            ("apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: { name: token }\n", true),
            (
                "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: { name: a }\nspec: { secretName: token }\n",
                true,
            ),
            (
                "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: { name: a }\nspec: { secretName: other }\n",
                false,
            ),
            ("apiVersion: acme.io/v1\nkind: Database\nmetadata: { name: tok }\n", true),
            (
                "apiVersion: batch/v1\nkind: Job\nmetadata: { name: a }\nspec: { template: { spec: { containers: [ { args: [ \"--secret-name=token\" ] } ] } } }\n",
                true,
            ),
            ("apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: token }\nspec: { a: token }\n", false),
            (
                "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: token }\nspec: { tls: [ { secretName: token } ] }\n",
                false,
            ),
        ];
        let missing = Missing { api_version: "v1", kind: "Secret", name: "token".to_owned(), key: None };
        for (yaml, expected) in table {
            let file = Sources::new().add("a.yaml", yaml.to_owned());
            let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
            let manifest = Manifest::from_node(parsed.documents[0].node.clone()).expect("an object");
            let placement = place(&[(&manifest, Scope::Namespaced)], Destination::Own("shop"));
            assert_eq!(has_producer(&missing, placement.objects.iter()), expected, "{yaml}");
        }
    }

    #[test]
    fn a_key_may_be_in_either_half_of_a_config_map() {
        let object = serde_json::json!({"data": {"a": "1"}, "binaryData": {"b": ""}});
        assert!(has_key(&object, Some("a")) && has_key(&object, Some("b")) && has_key(&object, None));
        assert!(!has_key(&object, Some("c")) && !has_key(&serde_json::json!({}), Some("a")));
    }
}
