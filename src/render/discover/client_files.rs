//! Files that have an `apiVersion` and a `kind` and are read by a program on somebody's machine or on a node: no cluster takes them.

/// Groups of which no API server has kinds; whatever ends in one behind a dot is meant, too.
const GROUPS: [&str; 32] = [
    "apiserver.config.k8s.io",
    "apiserver.k8s.io",
    "audit.k8s.io",
    "backstage.io",
    "chainsaw.kyverno.io",
    "cli.kyverno.io",
    "client.authentication.k8s.io",
    "config.kpt.dev",
    "config.kubernetes.io",
    "credentialprovider.kubelet.k8s.io",
    "ctlptl.dev",
    "deploy.cloud.google.com",
    "devspace.sh",
    "eksctl.io",
    "garden.io",
    "helm.helmfile.dev",
    "imgpkg.carvel.dev",
    "k0sctl.k0sproject.io",
    "k3d.io",
    "kbld.k14s.io",
    "kind.x-k8s.io",
    "kpt.dev",
    "krew.googlecontainertools.github.com",
    "kubeadm.k8s.io",
    "kubelet.config.k8s.io",
    "kubeproxy.config.k8s.io",
    "kubescheduler.config.k8s.io",
    "kuttl.dev",
    "minikube.sigs.k8s.io",
    "score.dev",
    "skaffold",
    "vendir.k14s.io",
];

/// Whether an object of this `apiVersion` and kind is read by a client.
pub(crate) fn is_for_a_client(api_version: &str, kind: &str) -> bool {
    let Some((group, _)) = api_version.split_once('/') else {
        // A kubeconfig, or one of the documents for a Talos machine.
        return api_version == "v1" && kind == "Config" || api_version == "v1alpha1" && kind.ends_with("Config");
    };
    GROUPS.contains(&group)
}
