//! Defaults of pod specs (kubernetes: `pkg/apis/core/v1/defaults.go`), in templates and in pods.

use seatrial_kubernetes::ImageReference;
use serde_json::{Value, json};

use crate::json;

/// Defaults of a pod spec, in a pod or in a template. Nothing when there is none.
pub(crate) fn fill_spec(object: &mut Value, pointer: &str) {
    let Some(spec) = object.pointer_mut(pointer).filter(|spec| spec.is_object()) else { return };
    json::set_default(spec, "/restartPolicy", "Always");
    json::set_default(spec, "/terminationGracePeriodSeconds", 30);
    json::set_default(spec, "/dnsPolicy", "ClusterFirst");
    json::set_default(spec, "/schedulerName", "default-scheduler");
    json::set_default(spec, "/securityContext", json!({}));
    // The old name of the service account is kept beside the new one, in both directions.
    let account = ["/serviceAccountName", "/serviceAccount"].map(|p| json::text(spec, p).to_owned());
    if let Some(account) = account.into_iter().find(|account| !account.is_empty()) {
        json::set(spec, "/serviceAccountName", account.as_str());
        json::set(spec, "/serviceAccount", account);
    }
    for containers in ["/initContainers", "/containers"] {
        json::items_mut(spec, containers).for_each(container);
    }
    json::items_mut(spec, "/volumes").for_each(volume);
}

/// What admission fills in when a pod is created: nobody owns it.
pub(crate) fn admit(pod: &mut Value) {
    json::set_default(pod, "/spec/preemptionPolicy", "PreemptLowerPriority");
    json::set_default(pod, "/spec/priority", 0);
    json::set_default(pod, "/spec/serviceAccountName", "default");
    json::set_default(pod, "/spec/serviceAccount", json::text(pod, "/spec/serviceAccountName").to_owned());
    let tolerations = ["not-ready", "unreachable"].map(|state| {
        let key = format!("node.kubernetes.io/{state}");
        json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300})
    });
    json::set_default(pod, "/spec/tolerations", Value::from(tolerations.to_vec()));
}

/// The class that a pod's requests and limits put it in (kubernetes: `helper/qos`).
pub(crate) fn quality_of_service(pod: &Value) -> &'static str {
    let containers = ["/spec/initContainers", "/spec/containers"].map(|p| json::items(pod, p));
    let containers: Vec<&Value> = containers.into_iter().flatten().collect();
    let sized =
        |c: &&Value| json::pairs(c, "/resources/requests").chain(json::pairs(c, "/resources/limits")).count() > 0;
    let is_bounded = |c: &&Value| {
        let (requests, limits) = (c.pointer("/resources/requests"), c.pointer("/resources/limits"));
        let has_both = ["cpu", "memory"].iter().all(|name| limits.is_some_and(|l| l.get(*name).is_some()));
        has_both && (requests.is_none() || json::includes(limits, requests))
    };
    match (containers.iter().any(sized), containers.iter().all(is_bounded)) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}

fn container(container: &mut Value) {
    json::set_default(container, "/terminationMessagePath", "/dev/termination-log");
    json::set_default(container, "/terminationMessagePolicy", "File");
    let reference = ImageReference::parse(json::text(container, "/image"));
    let always = reference.tag_or_latest() == "latest" && reference.digest.is_none();
    json::set_default(container, "/imagePullPolicy", if always { "Always" } else { "IfNotPresent" });
    json::set_default(container, "/resources", json!({}));
    let limits: Vec<_> = json::pairs(container, "/resources/limits").map(|(k, v)| (k.clone(), v.clone())).collect();
    for (name, limit) in limits {
        json::set_default(container, &format!("/resources/requests/{}", name.replace('/', "~1")), limit);
    }
    json::items_mut(container, "/ports").for_each(|port| json::set_default(port, "/protocol", "TCP"));
    for variable in json::items_mut(container, "/env") {
        if json::has(variable, "/valueFrom/fieldRef") {
            json::set_default(variable, "/valueFrom/fieldRef/apiVersion", "v1");
        }
    }
    for kind in ["/livenessProbe", "/readinessProbe", "/startupProbe"] {
        if let Some(probe) = container.pointer_mut(kind).filter(|probe| probe.is_object()) {
            fill_probe(probe);
        }
    }
    for hook in ["/lifecycle/postStart/httpGet", "/lifecycle/preStop/httpGet"] {
        if let Some(action) = container.pointer_mut(hook) {
            http_get(action);
        }
    }
}

fn fill_probe(probe: &mut Value) {
    json::set_default(probe, "/timeoutSeconds", 1);
    json::set_default(probe, "/periodSeconds", 10);
    json::set_default(probe, "/successThreshold", 1);
    json::set_default(probe, "/failureThreshold", 3);
    if let Some(action) = probe.pointer_mut("/httpGet") {
        http_get(action);
    }
    if json::has(probe, "/grpc") {
        json::set_default(probe, "/grpc/service", "");
    }
}

fn http_get(action: &mut Value) {
    json::set_default(action, "/path", "/");
    json::set_default(action, "/scheme", "HTTP");
}

fn volume(volume: &mut Value) {
    const MODE: i64 = 0o644;
    for kind in ["/configMap", "/secret", "/downwardAPI", "/projected"] {
        if json::has(volume, kind) {
            json::set_default(volume, &format!("{kind}/defaultMode"), MODE);
        }
    }
    if json::has(volume, "/hostPath") {
        json::set_default(volume, "/hostPath/type", "");
    }
    for source in json::items_mut(volume, "/projected/sources") {
        if json::has(source, "/serviceAccountToken") {
            json::set_default(source, "/serviceAccountToken/expirationSeconds", 3600);
        }
    }
    for item in json::items_mut(volume, "/downwardAPI/items") {
        if json::has(item, "/fieldRef") {
            json::set_default(item, "/fieldRef/apiVersion", "v1");
        }
    }
    if volume.as_object().is_some_and(|map| map.len() == 1) {
        json::set(volume, "/emptyDir", json!({}));
    }
}
