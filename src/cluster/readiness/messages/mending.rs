//! What could still mend a cause, read from the words of Kubernetes' own components.

use serde_json::Value;

use crate::live::field::{at, items, text};
use crate::{Missing, Remedy};

fn missing(api_version: &'static str, kind: &'static str, name: &str, key: Option<&str>) -> Remedy {
    Remedy::Arrival(Missing { api_version, kind, name: name.to_owned(), key: key.map(str::to_owned) })
}

/// `configmap "settings" not found`, wherever it stands in a sentence.
fn not_found(said: &str) -> Option<Remedy> {
    let kinds = [
        ("configmap", "v1", "ConfigMap"),
        ("secret", "v1", "Secret"),
        ("serviceaccount", "v1", "ServiceAccount"),
        ("persistentvolumeclaim", "v1", "PersistentVolumeClaim"),
        ("storageclass.storage.k8s.io", "storage.k8s.io/v1", "StorageClass"),
    ];
    kinds.into_iter().find_map(|(word, api_version, kind)| {
        let (_, rest) = said.split_once(&format!("{word} \""))?;
        let (name, rest) = rest.split_once('"')?;
        rest.starts_with(" not found").then(|| missing(api_version, kind, name, None))
    })
}

/// What mends a container that the kubelet cannot configure; `None` when nothing does (kubernetes: `pkg/kubelet/kuberuntime`).
pub(crate) fn of_configuration(said: &str) -> Option<Remedy> {
    // `container has runAsNonRoot and image will run as root`, `container's runAsUser breaks non-root policy`.
    if said.contains("runAsNonRoot") || said.contains("non-root policy") {
        return None;
    }
    // `couldn't find key CURRENCY in ConfigMap shop/settings`.
    let key = said.split_once("couldn't find key ").and_then(|(_, rest)| rest.split_once(" in "));
    let of_key = key.and_then(|(key, object)| {
        let (kind, name) = object.split_once(' ')?;
        let kind = ["ConfigMap", "Secret"].into_iter().find(|known| *known == kind)?;
        let name = name.split_whitespace().next()?.rsplit('/').next()?;
        Some(missing("v1", kind, name, Some(key)))
    });
    Some(of_key.or_else(|| not_found(said)).unwrap_or(Remedy::Unknown))
}

/// What mends a volume that cannot be mounted; `None` when the kubelet will try again and may well succeed.
pub(crate) fn of_mount(said: &str, pod: &Value) -> Option<Remedy> {
    if let Some(found) = not_found(said) {
        return Some(found);
    }
    // `driver name secrets-store.csi.k8s.io not found in the list of registered CSI drivers`.
    if let Some((before, _)) = said.split_once(" not found in the list of registered CSI drivers") {
        return before.rsplit(' ').next().map(|name| missing("storage.k8s.io/v1", "CSIDriver", name, None));
    }
    let key = said.split_once("references non-existent config key: ").map(|(_, key)| ("ConfigMap", key));
    let key = key.or_else(|| said.split_once("references non-existent secret key: ").map(|(_, key)| ("Secret", key)));
    if let Some((kind, key)) = key {
        let volume = said.split_once("for volume \"").and_then(|(_, rest)| rest.split_once('"')).map(|(name, _)| name);
        let mut volumes = items(pod, &["spec", "volumes"]).iter().filter(|v| text(v, &["name"]) == volume);
        let name = volumes.find_map(|v| text(v, &["configMap", "name"]).or_else(|| text(v, &["secret", "secretName"])));
        let key = key.split_whitespace().next().unwrap_or(key);
        return Some(name.map_or(Remedy::Unknown, |name| missing("v1", kind, name, Some(key))));
    }
    said.trim_end().ends_with("not found").then_some(Remedy::Unknown)
}

/// What mends pods that cannot be made (kubernetes: `plugin/pkg/admission`, and what policies and webhooks answer).
pub(crate) fn of_creation(said: &str) -> Remedy {
    if said.contains("exceeded quota") {
        return Remedy::Room;
    }
    if let Some(found) = not_found(said) {
        return found;
    }
    let refusals = [
        "violates PodSecurity",
        " usage per ",
        "failed quota: ",
        " denied the request",
        " denied request",
        "no PriorityClass with name",
        " is invalid: ",
    ];
    let passes = ["failed calling webhook", "is being terminated", "timeout", "timed out"];
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if has(&refusals) && !has(&passes) { Remedy::Admission } else { Remedy::Unknown }
}

/// What mends a claim that has no volume; `None` while somebody may be making one (kubernetes: `pkg/controller/volume/persistentvolume`).
pub(crate) fn of_claim(said: &str) -> Option<Remedy> {
    let nobody = said.contains("no persistent volumes available for this claim and no storage class is set");
    not_found(said).or(nobody.then_some(Remedy::Volume))
}

/// What mends a pod that no node takes (kubernetes: the reasons of `pkg/scheduler/framework/plugins`); `None` when it may be any moment.
pub(crate) fn of_scheduling(said: &str, pod: &Value) -> Option<Remedy> {
    if at(pod, &["status", "nominatedNodeName"]).is_some_and(|node| node.as_str() != Some("")) {
        // Pods that are less important make room.
        return None;
    }
    if let Some(found) = not_found(said) {
        return Some(found);
    }
    let (reasons, preemption) = said.split_once("preemption: ").unwrap_or((said, ""));
    let has = |words: &[&str]| words.iter().any(|word| reasons.contains(word));
    // Nodes that start, are drained, or recover.
    let passing = [
        "node.kubernetes.io/",
        "node.cloudprovider.kubernetes.io/",
        "ToBeDeletedByClusterAutoscaler",
        "karpenter.sh/",
        "were unschedulable",
        "unknown conditions",
        "unbound immediate PersistentVolumeClaims",
        "not found",
        "no nodes available",
    ];
    if has(&passing) {
        return None;
    }
    // No other pod that goes would help where not one node has so much in all.
    let is_too_large = has(&["Insufficient "]) && is_on_all_nodes(said, preemption);
    let room = [
        "Insufficient ",
        "Too many pods",
        "free ports",
        "anti-affinity rules",
        "topology spread",
        "max volume count",
        "already in-use by another pod",
        "enough free storage",
    ];
    if has(&room) && !is_too_large {
        return Some(Remedy::Room);
    }
    said.contains(" nodes are available: ").then_some(Remedy::Node)
}

/// `preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.`: the scheduler counts a node among these when the
/// request is larger than all that it has (since 1.32; before, this is not said).
fn is_on_all_nodes(said: &str, preemption: &str) -> bool {
    let nodes = said.split_once(" nodes are available: ").and_then(|(count, _)| count.rsplit('/').next());
    let unhelpful = preemption.split_once(" nodes are available: ").map(|(_, rest)| rest.trim_end_matches('.'));
    match (nodes, unhelpful.and_then(|rest| rest.split_once(' '))) {
        (Some(nodes), Some((count, why))) => count == nodes && why.starts_with("Preemption is not helpful"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(kind: &str, name: &str) -> Remedy {
        let api_version = if kind == "CSIDriver" { "storage.k8s.io/v1" } else { "v1" };
        let kinds = ["ConfigMap", "Secret", "ServiceAccount", "PersistentVolumeClaim", "CSIDriver"];
        let kind = kinds.into_iter().find(|known| *known == kind).expect("a kind");
        Remedy::Arrival(Missing { api_version, kind, name: name.to_owned(), key: None })
    }

    #[test]
    fn a_pod_that_no_node_takes_is_told_by_the_reasons_of_the_scheduler() {
        let table = [
            (
                "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
                Some(Remedy::Node),
            ),
            ("0/3 nodes are available: 3 node(s) had untolerated taint(s).", Some(Remedy::Node)),
            ("0/3 nodes are available: 3 node(s) had untolerated taint {dedicated: gpu}.", Some(Remedy::Node)),
            ("0/3 nodes are available: 3 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.", None),
            (
                "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) had untolerated taint {dedicated: gpu}.",
                None,
            ),
            (
                "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
                Some(Remedy::Room),
            ),
            (
                "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
                Some(Remedy::Node),
            ),
            (
                "0/3 nodes are available: 1 Insufficient memory, 2 node(s) had untolerated taint(s). preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
                Some(Remedy::Room),
            ),
            (
                "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
                Some(Remedy::Room),
            ),
            (
                "0/1 nodes are available: persistentvolumeclaim \"absent\" not found. not found",
                Some(of("PersistentVolumeClaim", "absent")),
            ),
            ("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found", None),
            ("no nodes available to schedule pods", None),
            ("something new", None),
        ];
        for (said, expected) in table {
            assert_eq!(of_scheduling(said, &json!({})), expected, "{said}");
        }
        let nominated = json!({"status": {"nominatedNodeName": "node-1"}});
        assert_eq!(of_scheduling("0/1 nodes are available: 1 Insufficient cpu.", &nominated), None);
    }

    #[test]
    fn what_is_missing_is_read_from_the_words_of_the_kubelet_and_of_admission() {
        let with_key = Missing { api_version: "v1", kind: "ConfigMap", name: "settings".into(), key: Some("A".into()) };
        assert_eq!(of_configuration("configmap \"settings\" not found"), Some(of("ConfigMap", "settings")));
        assert_eq!(
            of_configuration("couldn't find key A in ConfigMap shop/settings"),
            Some(Remedy::Arrival(with_key.clone()))
        );
        assert_eq!(of_configuration("container has runAsNonRoot and image will run as root"), None);
        assert_eq!(of_configuration("failed to sync configmap cache: timed out"), Some(Remedy::Unknown));
        let pod = json!({"spec": {"volumes": [{"name": "files", "configMap": {"name": "settings"}}]}});
        let of_volume = |said: &str| of_mount(&format!("MountVolume.SetUp failed for volume \"files\" : {said}"), &pod);
        assert_eq!(of_volume("secret \"s\" not found"), Some(of("Secret", "s")));
        assert_eq!(of_volume("references non-existent config key: A"), Some(Remedy::Arrival(with_key)));
        let driver = "kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name a.b not found in the list of registered CSI drivers";
        assert_eq!(of_volume(driver), Some(of("CSIDriver", "a.b")));
        assert_eq!(of_volume("rpc error: code = DeadlineExceeded"), None);
        let account = "pods \"web-1\" is forbidden: error looking up service account shop/absent: serviceaccount \"absent\" not found";
        assert_eq!(of_creation(account), of("ServiceAccount", "absent"));
        assert_eq!(of_creation("pods \"web-1\" is forbidden: exceeded quota: q, requested: pods=1"), Remedy::Room);
        assert_eq!(
            of_creation("pods \"web-1\" is forbidden: violates PodSecurity \"restricted:latest\": …"),
            Remedy::Admission
        );
        assert_eq!(
            of_creation("Internal error occurred: failed calling webhook \"a.b\": … denied the request"),
            Remedy::Unknown
        );
    }
}
