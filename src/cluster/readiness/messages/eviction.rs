//! Why the kubelet evicted a pod (kubernetes: `pkg/kubelet/eviction/helpers.go`, `eviction_manager.go`).

use seatrial_model::{Amount, Subject};
use serde_json::Value;

use crate::live::field::{items, text};
use crate::messages::reference::quoted;

/// What of the pod is told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Evicted {
    pub(crate) subject: Option<Subject>,
    pub(crate) container: Option<String>,
}

/// What of the pod the words are about.
pub(crate) fn evicted(said: &str) -> Evicted {
    // `Container web exceeded its local ephemeral storage limit "10Mi".`
    if let Some(quantity) = quoted(said, "exceeded its local ephemeral storage limit \"") {
        let amount = Amount { resource: "ephemeral-storage".to_owned(), quantity: Some(quantity.to_owned()) };
        return Evicted { subject: Some(Subject::Limit(amount)), container: word_after(said, "Container ") };
    }
    if said.starts_with("Pod ephemeral local storage usage exceeds the total limit of containers") {
        return Evicted { subject: Some(Subject::Limit(Amount::of("ephemeral-storage"))), container: None };
    }
    if let Some(volume) = quoted(said, "Usage of EmptyDir volume \"") {
        return Evicted { subject: Some(Subject::VolumeSize(volume.to_owned())), container: None };
    }
    // `The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container web was using 300Mi, request is 0, has
    // larger consumption of memory.`
    let Some((_, rest)) = said.split_once("The node was low on resource: ") else { return Evicted::default() };
    let resource = rest.split(['.', ' ']).next().unwrap_or(rest);
    let container = said.contains(" was using ").then(|| word_after(said, "Container ")).flatten();
    let subject = if container.is_some() { Subject::Request(Amount::of(resource)) } else { Subject::Node };
    Evicted { subject: Some(subject), container }
}

/// What of the pod a kubelet does not take: its word for a pod that it rejects (kubernetes: `pkg/kubelet/lifecycle`, `pkg/kubelet/sysctl`),
/// and what it says.
pub(crate) fn rejected(reason: &str, said: &str, pod: &Value) -> Option<Subject> {
    let field = |path: &str| Some(Subject::PodField(path.to_owned()));
    match reason {
        "SysctlForbidden" => {
            // `forbidden sysctl: "net.core.somaxconn" not allowlisted`.
            let named = quoted(said, "forbidden sysctl: \"");
            let mut set = items(pod, &["spec", "securityContext", "sysctls"]).iter();
            let index = set.position(|sysctl| named.is_some() && text(sysctl, &["name"]) == named);
            let item = index.map(|index| format!("[{index}].name")).unwrap_or_default();
            field(&format!("spec.securityContext.sysctls{item}"))
        }
        "AppArmor" => Some(Subject::SecurityContext("appArmorProfile".to_owned())),
        "PodOSNotSupported" | "PodOSSelectorNodeLabelDoesNotMatch" => field("spec.os"),
        "NodeAffinity" => Some(Subject::NodeSelector),
        _ => reason.strip_prefix("OutOf").map(|resource| Subject::Request(Amount::of(resource))),
    }
}

fn word_after(said: &str, begin: &str) -> Option<String> {
    said.split_once(begin)?.1.split(' ').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_a_node_does_not_take() {
        let sysctls = serde_json::json!([{"name": "kernel.msgmax"}, {"name": "net.core.somaxconn"}]);
        let pod = serde_json::json!({"spec": {"securityContext": {"sysctls": sysctls}}});
        let field = |path: &str| Some(Subject::PodField(path.to_owned()));
        let said = "forbidden sysctl: \"net.core.somaxconn\" not allowlisted";
        assert_eq!(rejected("SysctlForbidden", said, &pod), field("spec.securityContext.sysctls[1].name"));
        assert_eq!(rejected("SysctlForbidden", "", &pod), field("spec.securityContext.sysctls"));
        assert_eq!(rejected("OutOfcpu", "", &pod), Some(Subject::Request(Amount::of("cpu"))));
        assert_eq!(rejected("Evicted", "", &pod), None);
    }

    #[test]
    fn tells_what_was_too_much() {
        let amount = |resource: &str, quantity: Option<&str>| Amount {
            resource: resource.to_owned(),
            quantity: quantity.map(str::to_owned),
        };
        let table = [
            (
                "Container web exceeded its local ephemeral storage limit \"10Mi\".",
                Some(Subject::Limit(amount("ephemeral-storage", Some("10Mi")))),
                Some("web"),
            ),
            (
                "Pod ephemeral local storage usage exceeds the total limit of containers 10Mi.",
                Some(Subject::Limit(amount("ephemeral-storage", None))),
                None,
            ),
            (
                "Usage of EmptyDir volume \"cache\" exceeds the limit \"1Mi\".",
                Some(Subject::VolumeSize("cache".to_owned())),
                None,
            ),
            (
                "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container web was using 300Mi, request is 0, has larger consumption of memory.",
                Some(Subject::Request(amount("memory", None))),
                Some("web"),
            ),
            ("The node was low on resource: memory.", Some(Subject::Node), None),
            ("Preempted by pod 1 on node n", None, None),
        ];
        for (said, subject, container) in table {
            assert_eq!(evicted(said), Evicted { subject, container: container.map(str::to_owned) }, "{said}");
        }
    }
}
