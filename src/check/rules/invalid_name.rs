//! `invalid-name`: names, namespaces, labels and annotations of Kubernetes' own objects that the API server refuses
//! (`core/validation` `ValidateObjectMeta` with the name function of each kind's registry).

use seatrial_kubernetes::{Scope, kind_info};
use seatrial_model::{Level, ObjectId, RuleId, RuleInfo, Setting};

use crate::invalid_value::add_what_does_not_follow;
use crate::shape::{At, Check, Found, Shape};
use crate::syntax::{
    Wrong, annotation_key, dns_1035_label, dns_label, dns_subdomain, label_value, path_segment, qualified_name,
};
use crate::{Checked, Context, Objects, Rule};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "invalid-name",
    level: Level::Error,
    setting: Setting::Free,
    summary: "a name, label or annotation is not valid",
    page: "Names become parts of addresses and paths, so each kind has its rules: lower-case letters, digits and `-`, for some kinds also `.`, and a maximum length. Keys of labels and annotations are a name, optionally with a domain and `/` before it; values of labels have at most 63 characters.",
});

/// The rule.
pub(crate) struct InvalidName;

/// `TotalAnnotationSizeLimitB` of `k8s.io/apimachinery` `pkg/api/validation/objectmeta.go`.
const MOST_ANNOTATIONS: usize = 256 * 1024;

static METADATA: Shape = Shape {
    fields: &[
        ("labels", &[Check::Keys(qualified_name), Check::Texts(label_value)]),
        ("annotations", &[Check::Keys(annotation_key), Check::By(annotations_are_small)]),
    ],
    whole: &[],
};

impl Rule for InvalidName {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        let mut found = Found::new(ID, context.minor);
        for manifest in objects.readable() {
            let id = &manifest.id;
            let Some(kind) = kind_info(context.minor, &id.group, &manifest.version, &id.kind) else { continue };
            let root = At::root(manifest);
            let Some(metadata) = root.get("metadata") else { continue };
            found.walk(&metadata, &METADATA);
            name(&metadata, id, &mut found);
            if let Some(namespace) = metadata.get("namespace").filter(|_| kind.scope == Scope::Namespaced) {
                found.checks(&namespace, &Check::Looks(dns_label));
            }
        }
        if !found.is_empty() {
            add_what_does_not_follow(found, checked);
        }
    }
}

fn name(metadata: &At<'_, '_>, id: &ObjectId, found: &mut Found) {
    let Some(looks) = looks(id) else { return };
    if let Some(name) = metadata.get("name") {
        found.checks(&name, &Check::Required);
        found.checks(&name, &Check::Looks(looks));
    } else if let Some(prefix) = metadata.get("generateName") {
        // What is generated ends with letters and digits (`maskTrailingDash`).
        let text = prefix.text().map(|text| text.strip_suffix('-').unwrap_or(text)).filter(|text| !text.is_empty());
        if let Some(predicate) = text.and_then(looks) {
            found.says(&prefix, &predicate);
        }
    }
}

/// How the name of a kind looks; `None` where it depends on the rest of the object.
fn looks(id: &ObjectId) -> Option<fn(&str) -> Wrong> {
    Some(match (&*id.group, &*id.kind) {
        ("", "Namespace") | ("apps", "StatefulSet") => dns_label,
        // `ValidatePodDisruptionBudget` looks at the specification only; every path has its segments.
        ("policy", _) => path_segment,
        // `ValidateServiceName`; 1.34 has a gate, off by default, for one that begins with a digit.
        ("", "Service") => dns_1035_label,
        // `validateCronJobName`.
        ("batch", "CronJob") => cron_job,
        ("rbac.authorization.k8s.io", _) => path_segment,
        (
            "",
            "Pod"
            | "ConfigMap"
            | "Secret"
            | "ServiceAccount"
            | "PersistentVolumeClaim"
            | "PersistentVolume"
            | "LimitRange"
            | "ResourceQuota"
            | "Endpoints"
            | "PodTemplate"
            | "ReplicationController"
            | "Node",
        )
        | ("apps", "Deployment" | "DaemonSet" | "ReplicaSet")
        | ("batch", "Job")
        | ("autoscaling", _)
        | ("networking.k8s.io", "Ingress" | "IngressClass" | "NetworkPolicy")
        | ("scheduling.k8s.io", "PriorityClass")
        | ("storage.k8s.io", "StorageClass")
        | ("coordination.k8s.io", "Lease")
        | ("discovery.k8s.io", "EndpointSlice") => dns_subdomain,
        _ => return None,
    })
}

/// A Job's name is that of its CronJob and eleven characters.
fn cron_job(text: &str) -> Wrong {
    if text.len() > 52 {
        return Some("must have at most 52 characters".to_owned());
    }
    dns_subdomain(text)
}

fn annotations_are_small(at: &At<'_, '_>, found: &mut Found) {
    let size = |entry: &seatrial_model::Entry| entry.key.text.len() + entry.value.scalar_text().map_or(0, str::len);
    if at.node.entries().iter().map(size).sum::<usize>() > MOST_ANNOTATIONS {
        found.says(at, "must have at most 262144 bytes in all");
    }
}
