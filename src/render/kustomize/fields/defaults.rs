//! kustomize's default field specifications (kustomize: `internal/konfig/builtinpluginconsts`).

use std::sync::LazyLock;

use crate::fields::spec::FieldSpec;

/// Lines of `[+]path [version/]Kind[.group]`; `+` creates what is missing.
const METADATA_LABELS: &str = "
+metadata/labels
+spec/template/metadata/labels v1/ReplicationController
+spec/template/metadata/labels Deployment
+spec/template/metadata/labels ReplicaSet
+spec/template/metadata/labels DaemonSet
+spec/template/metadata/labels StatefulSet.apps
+spec/volumeClaimTemplates[]/metadata/labels StatefulSet.apps
+spec/template/metadata/labels Job.batch
+spec/jobTemplate/metadata/labels CronJob.batch
+spec/jobTemplate/spec/template/metadata/labels CronJob.batch";

const SELECTORS: &str = "
+spec/selector v1/Service
+spec/selector v1/ReplicationController
+spec/selector/matchLabels Deployment
+spec/selector/matchLabels ReplicaSet
+spec/selector/matchLabels DaemonSet
+spec/selector/matchLabels StatefulSet.apps
spec/selector/matchLabels Job.batch
spec/jobTemplate/spec/selector/matchLabels CronJob.batch
spec/selector/matchLabels PodDisruptionBudget.policy
spec/podSelector/matchLabels NetworkPolicy.networking.k8s.io
spec/ingress/from/podSelector/matchLabels NetworkPolicy.networking.k8s.io
spec/egress/to/podSelector/matchLabels NetworkPolicy.networking.k8s.io";

/// Below the pod template of Deployments and StatefulSets.
const POD_SELECTORS: [&str; 5] = [
    "affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
    "affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
    "affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    "topologySpreadConstraints/labelSelector/matchLabels",
];

const ANNOTATIONS: &str = "
+metadata/annotations
+spec/template/metadata/annotations v1/ReplicationController
+spec/template/metadata/annotations Deployment
+spec/template/metadata/annotations ReplicaSet
+spec/template/metadata/annotations DaemonSet
+spec/template/metadata/annotations StatefulSet
+spec/template/metadata/annotations Job.batch
+spec/jobTemplate/metadata/annotations CronJob.batch
+spec/jobTemplate/spec/template/metadata/annotations CronJob.batch";

const NAMESPACE: &str = "
+metadata/name Namespace
+spec/service/namespace APIService.apiregistration.k8s.io
spec/conversion/webhook/clientConfig/service/namespace CustomResourceDefinition.apiextensions.k8s.io";

const IMAGES: &str = "
+spec/containers[]/image
+spec/initContainers[]/image
+spec/volumes[]/image/reference
+spec/template/spec/containers[]/image
+spec/template/spec/initContainers[]/image
+spec/template/spec/volumes[]/image/reference";

const REPLICAS: &str = "
+spec/replicas Deployment
+spec/replicas ReplicationController
+spec/replicas ReplicaSet
+spec/replicas StatefulSet";

/// Below the containers of a pod.
const CONTAINER_VARS: [&str; 4] = ["args", "command", "env/value", "volumeMounts/mountPath"];

/// Kinds with pods in which vars may stand, and where those are.
const POD_VARS: [(&str, &str); 7] = [
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
    ("Deployment", "spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("Pod", "spec"),
    ("ReplicaSet", "spec/template/spec"),
    ("StatefulSet", "spec/template/spec"),
];

const VARS: &str = "
spec/jobTemplate/spec/template/volumes/nfs/server CronJob
spec/template/spec/volumes/nfs/server DaemonSet
spec/template/spec/volumes/nfs/server Deployment
spec/template/metadata/annotations Deployment
spec/rules/host Ingress
spec/tls/hosts Ingress
spec/tls/secretName Ingress
spec/template/spec/volumes/nfs/server Job
spec/volumes/nfs/server Pod
spec/template/spec/volumes/nfs/server ReplicaSet
spec/ports/port Service
spec/ports/targetPort Service
spec/volumeClaimTemplates/spec/nfs/server StatefulSet
spec/nfs/server PersistentVolume
metadata/labels
metadata/annotations";

/// What prefixes and suffixes change.
pub(crate) static NAME_FIELDS: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| parse("metadata/name"));

/// Labels of objects and of their pod templates.
pub(crate) static TEMPLATE_LABELS: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| parse(METADATA_LABELS));

/// Labels and selectors.
pub(crate) static COMMON_LABELS: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| {
    let mut specs = parse(SELECTORS);
    for kind in ["Deployment", "StatefulSet"] {
        let below = POD_SELECTORS.iter().map(|path| format!("spec/template/spec/{path}"));
        specs.extend(below.map(|path| FieldSpec::new("apps", "", kind, &path, false)));
    }
    specs.extend(TEMPLATE_LABELS.iter().cloned());
    specs
});

/// Annotations of objects and of their pod templates.
pub(crate) static COMMON_ANNOTATIONS: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| parse(ANNOTATIONS));

/// The namespace of an object.
pub(crate) static METADATA_NAMESPACE: LazyLock<FieldSpec> = LazyLock::new(|| parse_line("+metadata/namespace"));

/// What follows the namespace, `metadata.namespace` itself apart.
pub(crate) static NAMESPACES: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| parse(NAMESPACE));

/// Images outside of lists called `containers` and `initContainers`, and some of those again, as kustomize does.
pub(crate) static IMAGE_FIELDS: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| parse(IMAGES));

/// Replica counts.
pub(crate) static REPLICA_COUNTS: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| parse(REPLICAS));

/// Where vars may stand (kustomize: `builtinpluginconsts/varreference.go`).
pub(crate) static VAR_FIELDS: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| {
    let mut specs = Vec::new();
    for (kind, pod) in POD_VARS {
        for containers in ["containers", "initContainers"] {
            let paths = CONTAINER_VARS.iter().map(|field| format!("{pod}/{containers}/{field}"));
            specs.extend(paths.map(|path| FieldSpec::new("", "", kind, &path, false)));
        }
    }
    specs.extend(parse(VARS));
    specs
});

fn parse(lines: &str) -> Vec<FieldSpec> {
    lines.lines().filter(|l| !l.is_empty()).map(parse_line).collect()
}

fn parse_line(line: &str) -> FieldSpec {
    let (path, kind) = line.split_once(' ').unwrap_or((line, ""));
    let (version, kind) = kind.split_once('/').unwrap_or(("", kind));
    let (kind, group) = kind.split_once('.').unwrap_or((kind, ""));
    let create = path.starts_with('+');
    FieldSpec::new(group, version, kind, path.trim_start_matches('+'), create)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_path_version_kind_and_group() {
        let spec = parse_line("+spec/selector v1/Service");
        assert_eq!(spec, FieldSpec::new("", "v1", "Service", "spec/selector", true));
        let spec = parse_line("spec/selector/matchLabels Job.batch");
        assert_eq!(spec, FieldSpec::new("batch", "", "Job", "spec/selector/matchLabels", false));
    }

    #[test]
    fn selectors_reach_into_affinity_of_deployments_and_stateful_sets() {
        assert_eq!(COMMON_LABELS.len(), 12 + 10 + 10);
    }
}
