//! Defaults that the API server fills in (kubernetes: `pkg/apis/*/v1/defaults.go`), for the kinds of daily use: what readiness needs, and
//! enough that a second apply of the same manifest changes nothing.

use serde_json::{Value, json};

use crate::json;
use crate::resource::Resource;
use crate::schema::pod_defaults;

/// Fills in the defaults of an object's kind. Doing it twice changes nothing.
pub(crate) fn fill(resource: &Resource, object: &mut Value) {
    match (resource.group.as_str(), resource.kind.as_str()) {
        ("apps", kind) => workload(kind, object),
        ("batch", "Job") => job(object, "/spec"),
        ("batch", "CronJob") => cron_job(object),
        ("", "Pod") => {
            pod_defaults::fill_spec(object, "/spec");
            json::set_default(object, "/spec/enableServiceLinks", true);
        }
        ("", "Service") => service(object),
        ("", "Secret") => secret(object),
        ("", "Namespace") => namespace(object),
        ("", "PersistentVolumeClaim") => claim(object, ""),
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => binding(object),
        ("networking.k8s.io", "NetworkPolicy") => network_policy(object),
        ("autoscaling", "HorizontalPodAutoscaler") => json::set_default(object, "/spec/minReplicas", 1),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(object),
        ("storage.k8s.io", "StorageClass") => {
            json::set_default(object, "/reclaimPolicy", "Delete");
            json::set_default(object, "/volumeBindingMode", "Immediate");
        }
        ("discovery.k8s.io", "EndpointSlice") => ports(object, "/ports"),
        _ => {}
    }
}

/// Leaves out what Go's types leave out when it is empty (`omitempty`), of what all objects and the simplest have.
pub(crate) fn leave_out_empty(object: &mut Value) {
    const FIELDS: [&str; 6] = [
        "/metadata/labels",
        "/metadata/annotations",
        "/metadata/finalizers",
        "/metadata/ownerReferences",
        "/data",
        "/binaryData",
    ];
    for field in FIELDS {
        let is_empty = |value: &Value| {
            value.as_object().is_some_and(serde_json::Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
        };
        if object.pointer(field).is_some_and(is_empty) {
            json::remove(object, field);
        }
    }
}

fn workload(kind: &str, object: &mut Value) {
    pod_defaults::fill_spec(object, "/spec/template/spec");
    match kind {
        "Deployment" => {
            json::set_default(object, "/spec/replicas", 1);
            json::set_default(object, "/spec/revisionHistoryLimit", 10);
            json::set_default(object, "/spec/progressDeadlineSeconds", 600);
            json::set_default(object, "/spec/strategy/type", "RollingUpdate");
            if json::text(object, "/spec/strategy/type") == "RollingUpdate" {
                json::set_default(object, "/spec/strategy/rollingUpdate/maxSurge", "25%");
                json::set_default(object, "/spec/strategy/rollingUpdate/maxUnavailable", "25%");
            }
        }
        "ReplicaSet" => json::set_default(object, "/spec/replicas", 1),
        "StatefulSet" => {
            json::set_default(object, "/spec/replicas", 1);
            json::set_default(object, "/spec/revisionHistoryLimit", 10);
            json::set_default(object, "/spec/podManagementPolicy", "OrderedReady");
            json::set_default(object, "/spec/updateStrategy/type", "RollingUpdate");
            if json::text(object, "/spec/updateStrategy/type") == "RollingUpdate" {
                json::set_default(object, "/spec/updateStrategy/rollingUpdate/partition", 0);
            }
            json::set_default(object, "/spec/persistentVolumeClaimRetentionPolicy/whenDeleted", "Retain");
            json::set_default(object, "/spec/persistentVolumeClaimRetentionPolicy/whenScaled", "Retain");
            for template in json::items_mut(object, "/spec/volumeClaimTemplates") {
                json::set_default(template, "/apiVersion", "v1");
                json::set_default(template, "/kind", "PersistentVolumeClaim");
                claim(template, "");
            }
        }
        "DaemonSet" => {
            json::set_default(object, "/spec/revisionHistoryLimit", 10);
            json::set_default(object, "/spec/updateStrategy/type", "RollingUpdate");
            if json::text(object, "/spec/updateStrategy/type") == "RollingUpdate" {
                json::set_default(object, "/spec/updateStrategy/rollingUpdate/maxSurge", 0);
                json::set_default(object, "/spec/updateStrategy/rollingUpdate/maxUnavailable", 1);
            }
        }
        _ => {}
    }
}

fn job(object: &mut Value, spec: &str) {
    let at = |field: &str| format!("{spec}/{field}");
    if !json::has(object, &at("completions")) && !json::has(object, &at("parallelism")) {
        json::set(object, &at("completions"), 1);
    }
    json::set_default(object, &at("parallelism"), 1);
    json::set_default(object, &at("backoffLimit"), 6);
    json::set_default(object, &at("completionMode"), "NonIndexed");
    json::set_default(object, &at("suspend"), false);
    json::set_default(object, &at("manualSelector"), false);
    json::set_default(object, &at("podReplacementPolicy"), "TerminatingOrFailed");
    pod_defaults::fill_spec(object, &at("template/spec"));
}

fn cron_job(object: &mut Value) {
    json::set_default(object, "/spec/concurrencyPolicy", "Allow");
    json::set_default(object, "/spec/suspend", false);
    json::set_default(object, "/spec/successfulJobsHistoryLimit", 3);
    json::set_default(object, "/spec/failedJobsHistoryLimit", 1);
    pod_defaults::fill_spec(object, "/spec/jobTemplate/spec/template/spec");
}

fn service(object: &mut Value) {
    json::set_default(object, "/spec/sessionAffinity", "None");
    json::set_default(object, "/spec/type", "ClusterIP");
    let kind = json::text(object, "/spec/type").to_owned();
    ports(object, "/spec/ports");
    for port in json::items_mut(object, "/spec/ports") {
        if let Some(number) = port.get("port").cloned() {
            json::set_default(port, "/targetPort", number);
        }
    }
    if json::text(object, "/spec/sessionAffinity") == "ClientIP" {
        json::set_default(object, "/spec/sessionAffinityConfig/clientIP/timeoutSeconds", 10_800);
    }
    if kind == "ExternalName" {
        return;
    }
    json::set_default(object, "/spec/internalTrafficPolicy", "Cluster");
    json::set_default(object, "/spec/ipFamilies", json!(["IPv4"]));
    json::set_default(object, "/spec/ipFamilyPolicy", "SingleStack");
    if kind == "NodePort" || kind == "LoadBalancer" {
        json::set_default(object, "/spec/externalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        json::set_default(object, "/spec/allocateLoadBalancerNodePorts", true);
    }
}

fn ports(object: &mut Value, pointer: &str) {
    json::items_mut(object, pointer).for_each(|port| json::set_default(port, "/protocol", "TCP"));
}

/// `stringData` is written only: its values go into `data`.
fn secret(object: &mut Value) {
    use base64::Engine as _;
    json::set_default(object, "/type", "Opaque");
    let Some(Value::Object(plain)) = json::remove(object, "/stringData") else { return };
    let Some(data) = json::mapping_at(object, "/data") else { return };
    for (key, value) in plain {
        let encoded = base64::engine::general_purpose::STANDARD.encode(value.as_str().unwrap_or_default());
        data.insert(key, encoded.into());
    }
}

fn namespace(object: &mut Value) {
    let name = json::text(object, "/metadata/name").to_owned();
    json::set(object, "/metadata/labels/kubernetes.io~1metadata.name", name);
}

fn claim(object: &mut Value, at: &str) {
    json::set_default(object, &format!("{at}/spec/volumeMode"), "Filesystem");
    json::set_default(object, &format!("{at}/status/phase"), "Pending");
}

fn binding(object: &mut Value) {
    json::set_default(object, "/roleRef/apiGroup", "rbac.authorization.k8s.io");
    for subject in json::items_mut(object, "/subjects") {
        if matches!(json::text(subject, "/kind"), "User" | "Group") {
            json::set_default(subject, "/apiGroup", "rbac.authorization.k8s.io");
        }
    }
}

fn network_policy(object: &mut Value) {
    let types = if json::has(object, "/spec/egress") { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) };
    json::set_default(object, "/spec/policyTypes", types);
    for direction in ["/spec/ingress", "/spec/egress"] {
        json::items_mut(object, direction).for_each(|rule| ports(rule, "/ports"));
    }
}

fn definition(object: &mut Value) {
    let kind = json::text(object, "/spec/names/kind").to_owned();
    json::set_default(object, "/spec/names/singular", kind.to_lowercase());
    json::set_default(object, "/spec/names/listKind", format!("{kind}List"));
    json::set_default(object, "/spec/conversion/strategy", "None");
}
