//! What the kubelet says about volumes, and the sandbox of a pod, that cannot be set up.

use seatrial_model::{Amount, IdentityFault, Subject};

use crate::live::field::clip;
use crate::messages::reference::{missing, quoted};
use crate::messages::start::point;

/// What of the pod the words are about.
pub(crate) fn subject(said: &str) -> Option<Subject> {
    if let Some((driver, _)) = said.split_once(" not found in the list of registered CSI drivers") {
        return Some(Subject::CsiDriver(driver.rsplit(' ').next()?.to_owned()));
    }
    if let Some(name) = quoted(said, "no runtime for \"") {
        return Some(Subject::RuntimeClass(name.to_owned()));
    }
    // The sandbox gets the limits of its containers.
    if said.contains("memory limit too low") {
        return Some(Subject::Limit(Amount::of("memory")));
    }
    if let Some(fault) = identity(said) {
        return Some(Subject::WorkloadIdentity(fault));
    }
    let of_volume = || {
        let name = quoted(said, "failed for volume \"")?;
        // A volume of a claim has the name of what was made for it.
        Some(if name.starts_with("pvc-") { Subject::Claim(None) } else { Subject::Volume(name.to_owned()) })
    };
    missing(said).or_else(of_volume).or_else(|| unmounted(said))
}

/// `Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[]: …`.
fn unmounted(said: &str) -> Option<Subject> {
    let (_, rest) = said.split_once("unmounted volumes=[")?;
    let name = rest.split([',', ' ', ']']).next().filter(|name| !name.is_empty())?;
    Some(Subject::Volume(name.to_owned()))
}

/// What Entra misses, by its code (learn.microsoft.com: "Microsoft Entra authentication and authorization error codes").
pub(crate) fn identity(said: &str) -> Option<IdentityFault> {
    let (_, rest) = said.split_once("AADSTS")?;
    let code: String = rest.chars().take_while(char::is_ascii_digit).collect();
    match code.as_str() {
        // No federated credential has this subject, issuer or audience.
        "70021" | "700211" | "700212" | "700213" | "700231" | "700238" => Some(IdentityFault::FederatedCredential),
        // The tenant has no such application.
        "700016" | "900144" => Some(IdentityFault::ClientId),
        _ => None,
    }
}

/// `MountVolume.SetUp failed for volume "s" : secret "absent" not found` without the function's name.
pub(crate) fn describe(said: &str) -> String {
    let said = clip(said);
    let told = ["MountVolume.SetUp failed for volume ", "MountVolume.MountDevice failed for volume "]
        .iter()
        .find_map(|begin| said.strip_prefix(begin)?.split_once(" : "));
    if let Some((_, why)) = said.split_once("Failed to create pod sandbox: ") {
        return format!("its sandbox cannot be created: {}", point(why));
    }
    match told {
        Some((volume, why)) => format!("volume `{}` cannot be mounted: {why}", volume.trim_matches('"')),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use seatrial_model::Reference;

    use super::*;

    #[test]
    fn tells_what_a_volume_lacks() {
        let key = |key: &str| Reference { name: None, key: Some(key.to_owned()) };
        let table = [
            (
                r#"MountVolume.SetUp failed for volume "s" : secret "absent" not found"#,
                Some(Subject::Secret(Reference::to("absent"))),
            ),
            (
                r#"MountVolume.SetUp failed for volume "s" : references non-existent secret key: tls.key"#,
                Some(Subject::Secret(key("tls.key"))),
            ),
            (
                r#"MountVolume.SetUp failed for volume "c" : configmap references non-existent config key: app.yaml"#,
                Some(Subject::ConfigMap(key("app.yaml"))),
            ),
            (
                r#"MountVolume.SetUp failed for volume "kv" : kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name secrets-store.csi.k8s.io not found in the list of registered CSI drivers"#,
                Some(Subject::CsiDriver("secrets-store.csi.k8s.io".to_owned())),
            ),
            (
                r#"MountVolume.SetUp failed for volume "kv" : rpc error: code = Unknown desc = failed to mount secrets store objects for pod shop/web-1, err: AADSTS70021: No matching federated identity record found"#,
                Some(Subject::WorkloadIdentity(IdentityFault::FederatedCredential)),
            ),
            (
                r#"MountVolume.SetUp failed for volume "h" : hostPath type check failed: /data is not a directory"#,
                Some(Subject::Volume("h".to_owned())),
            ),
            (r#"MountVolume.MountDevice failed for volume "pvc-0a1b" : rpc error"#, Some(Subject::Claim(None))),
            (
                "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[]: timed out",
                Some(Subject::Volume("data".to_owned())),
            ),
            (
                r#"Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "gvisor" is configured"#,
                Some(Subject::RuntimeClass("gvisor".to_owned())),
            ),
            (
                "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create containerd task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown",
                Some(Subject::Limit(Amount::of("memory"))),
            ),
            ("failed to assign an IP address to container", None),
        ];
        for (said, expected) in table {
            assert_eq!(subject(said), expected, "{said}");
        }
    }
}
