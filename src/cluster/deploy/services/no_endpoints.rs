//! Why nobody answers for a Service, in words; and the ports that its pods declare. What a deployment notes and what a test of the Service says
//! of it is the same.

use std::collections::BTreeSet;
use std::fmt::Display;

use serde_json::Value;

/// A port that a container of a pod declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclaredPort<'a> {
    /// The container's name.
    pub container: &'a str,
    /// The port's name.
    pub name: Option<&'a str>,
    /// `containerPort`.
    pub number: Option<u64>,
}

/// The ports that the containers of a pod declare, and then those of its init containers.
pub fn declared_ports(pod: &Value) -> impl Iterator<Item = DeclaredPort<'_>> {
    let lists = ["/spec/containers", "/spec/initContainers"].into_iter();
    let containers = lists.filter_map(|list| pod.pointer(list)?.as_array()).flatten();
    containers.flat_map(|container| {
        let declared = container.get("ports").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        declared.iter().map(|port| DeclaredPort {
            container: container.get("name").and_then(Value::as_str).unwrap_or_default(),
            name: port.get("name").and_then(Value::as_str),
            number: port.get("containerPort").and_then(Value::as_u64),
        })
    })
}

/// ``service `web` selects no pods: none has the label `app: web` ``.
pub fn selects_no_pods(service: impl Display, labels: &[(&str, &str)]) -> String {
    let them = if labels.len() == 1 { "the label" } else { "the labels" };
    let labels = in_backticks(labels.iter().map(|(key, value)| format!("{key}: {value}")));
    format!("{service} selects no pods: none has {them} {labels}")
}

/// ``service `web` targets the port `http`, which none of its pods has: they name none``.
pub fn lacks_target_port(service: impl Display, port: &str, names: &BTreeSet<&str>) -> String {
    let they =
        if names.is_empty() { "they name none".to_owned() } else { format!("they have {}", in_backticks(names)) };
    format!("{service} targets the port `{port}`, which none of its pods has: {they}")
}

/// `` `http`, `admin` ``.
pub fn in_backticks(names: impl IntoIterator<Item = impl Display>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
