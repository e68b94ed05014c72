//! Which fields of which kinds name an object of which kind (kustomize: `builtinpluginconsts/namereference.go`).

use std::sync::LazyLock;

use crate::fields::spec::FieldSpec;
use crate::objects::gvk::Gvk;

/// A kind and the fields that name its objects.
#[derive(Clone, Debug)]
pub(crate) struct NameReference {
    pub(crate) target: Gvk,
    pub(crate) referrers: Vec<FieldSpec>,
}

/// All of them.
pub(crate) static NAME_REFERENCES: LazyLock<Vec<NameReference>> = LazyLock::new(|| {
    let mut references: Vec<NameReference> = Vec::new();
    for block in [WORKLOADS, CONFIG_MAP, SECRET, SERVICE, ROLES, SERVICE_ACCOUNT, STORAGE, REST] {
        parse(block, &mut references);
    }
    references
});

/// Where each kind has its pod; `*` in a path stands for these.
const PODS: [(&str, &str); 10] = [
    ("v1/Pod", "spec"),
    ("PodTemplate", "template/spec"),
    ("Deployment", "spec/template/spec"),
    ("ReplicaSet", "spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
    ("StatefulSet", "spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
    ("Pod", "spec"),
    ("ReplicationController", "spec/template/spec"),
];

/// The kinds that name ConfigMaps and Secrets in their pods.
const WITH_CONFIGURATION: [usize; 8] = [0, 1, 2, 3, 4, 5, 6, 7];
/// The kinds whose pods name service accounts, claims and priority classes.
const WITH_IDENTITY: [usize; 7] = [8, 5, 2, 9, 7, 6, 4];

// `> version/Kind.group` begins a target; below it lines of `path Kind`, with `pod:` for the first and `pod+:` for the second list of kinds.
const WORKLOADS: &str = "
> Deployment
spec/scaleTargetRef/name HorizontalPodAutoscaler
> ReplicationController
spec/scaleTargetRef/name HorizontalPodAutoscaler
> ReplicaSet
spec/scaleTargetRef/name HorizontalPodAutoscaler
> StatefulSet
spec/scaleTargetRef/name HorizontalPodAutoscaler";

const CONFIG_MAP: &str = "
> v1/ConfigMap
pod:volumes/configMap/name
pod:containers/env/valueFrom/configMapKeyRef/name
pod:initContainers/env/valueFrom/configMapKeyRef/name
pod:containers/envFrom/configMapRef/name
pod:initContainers/envFrom/configMapRef/name
pod:volumes/projected/sources/configMap/name
spec/configSource/configMap Node
rules/resourceNames Role
rules/resourceNames ClusterRole
metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap Ingress";

const SECRET: &str = "
> v1/Secret
pod:volumes/secret/secretName
pod:containers/env/valueFrom/secretKeyRef/name
pod:initContainers/env/valueFrom/secretKeyRef/name
pod:containers/envFrom/secretRef/name
pod:initContainers/envFrom/secretRef/name
pod:imagePullSecrets/name
pod:volumes/projected/sources/secret/name
spec/tls/secretName Ingress
metadata/annotations/ingress.kubernetes.io\\/auth-secret Ingress
metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret Ingress
metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret Ingress
imagePullSecrets/name ServiceAccount
parameters/secretName StorageClass
parameters/adminSecretName StorageClass
parameters/userSecretName StorageClass
parameters/secretRef StorageClass
rules/resourceNames Role
rules/resourceNames ClusterRole
spec/template/spec/containers/env/valueFrom/secretKeyRef/name v1/Service.serving.knative.dev
spec/azureFile/secretName PersistentVolume";

const SERVICE: &str = "
> v1/Service
spec/serviceName StatefulSet.apps
spec/rules/http/paths/backend/serviceName Ingress
spec/backend/serviceName Ingress
spec/rules/http/paths/backend/service/name Ingress
spec/defaultBackend/service/name Ingress
spec/service/name APIService.apiregistration.k8s.io
webhooks/clientConfig/service ValidatingWebhookConfiguration.admissionregistration.k8s.io
webhooks/clientConfig/service MutatingWebhookConfiguration.admissionregistration.k8s.io";

const ROLES: &str = "
> Role.rbac.authorization.k8s.io
roleRef/name RoleBinding.rbac.authorization.k8s.io
> ClusterRole.rbac.authorization.k8s.io
roleRef/name RoleBinding.rbac.authorization.k8s.io
roleRef/name ClusterRoleBinding.rbac.authorization.k8s.io";

const SERVICE_ACCOUNT: &str = "
> v1/ServiceAccount
subjects RoleBinding.rbac.authorization.k8s.io
subjects ClusterRoleBinding.rbac.authorization.k8s.io
pod+:serviceAccountName";

const STORAGE: &str = "
> v1/PersistentVolumeClaim
pod+:volumes/persistentVolumeClaim/claimName
> v1/PersistentVolume
spec/volumeName PersistentVolumeClaim
rules/resourceNames ClusterRole
> v1/StorageClass.storage.k8s.io
spec/storageClassName PersistentVolume
spec/storageClassName PersistentVolumeClaim
spec/volumeClaimTemplates/spec/storageClassName StatefulSet";

// The group of IngressClass is what kustomize's table says; no object has it, so that such names never change.
const REST: &str = "
> v1/PriorityClass.scheduling.k8s.io
pod+:priorityClassName
> v1/IngressClass.networking.k8s.io/v1
spec/ingressClassName Ingress
> ValidatingAdmissionPolicy.admissionregistration.k8s.io
spec/policyName ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io";

fn parse(block: &str, references: &mut Vec<NameReference>) {
    for line in block.lines().filter(|l| !l.is_empty()) {
        if let Some(target) = line.strip_prefix("> ") {
            references.push(NameReference { target: kind(target), referrers: Vec::new() });
            continue;
        }
        let Some(reference) = references.last_mut() else { continue };
        if let Some(path) = line.strip_prefix("pod:") {
            reference.referrers.extend(in_pods(&WITH_CONFIGURATION, path));
        } else if let Some(path) = line.strip_prefix("pod+:") {
            reference.referrers.extend(in_pods(&WITH_IDENTITY, path));
        } else if let Some((path, referrer)) = line.split_once(' ') {
            reference.referrers.push(spec(&kind(referrer), path));
        }
    }
}

fn in_pods(kinds: &[usize], path: &str) -> Vec<FieldSpec> {
    let pods = kinds.iter().filter_map(|i| PODS.get(*i));
    pods.map(|(referrer, pod)| spec(&kind(referrer), &format!("{pod}/{path}"))).collect()
}

fn spec(kind: &Gvk, path: &str) -> FieldSpec {
    FieldSpec::new(&kind.group, &kind.version, &kind.kind, path, false)
}

/// `[version/]Kind[.group]`
fn kind(text: &str) -> Gvk {
    let (head, group) = text.split_once('.').unwrap_or((text, ""));
    let (version, kind) = head.split_once('/').unwrap_or(("", head));
    Gvk { group: group.into(), version: version.into(), kind: kind.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_map_is_named_in_six_places_of_eight_kinds_of_pods_and_four_others() {
        let reference = NAME_REFERENCES.iter().find(|r| &*r.target.kind == "ConfigMap").expect("known");
        assert_eq!(reference.referrers.len(), 6 * 8 + 4);
        assert_eq!(&*reference.target.version, "v1");
        let cron = reference.referrers.iter().find(|s| &*s.gvk.kind == "CronJob").expect("known");
        assert_eq!(cron.path.join("/"), "spec/jobTemplate/spec/template/spec/volumes/configMap/name");
    }

    #[test]
    fn a_path_may_have_a_slash_in_a_key() {
        let reference = NAME_REFERENCES.iter().find(|r| &*r.target.kind == "Secret").expect("known");
        let key = "nginx.ingress.kubernetes.io/auth-secret";
        assert!(reference.referrers.iter().any(|s| s.path.last().is_some_and(|p| p == key)));
    }
}
