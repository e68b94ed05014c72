//! `probe-port`: a probe or lifecycle hook that uses a named port which its container does not have
//! (`pkg/probe` `ResolveContainerPort`: only the container's own ports; a name that is a number is one).

use seatrial_model::{Level, Node, RuleId, RuleInfo, Setting};

use crate::relations::{self, advise, finding, key_or, level, listed, port_name};
use crate::{Checked, Container, Context, Objects, Pod, Rule, is_substitution};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "probe-port",
    level: Level::Error,
    setting: Setting::Free,
    summary: "a probe uses a named port that its container does not have",
    page: "A named port of a probe or a lifecycle hook is looked up in the `ports` of the same container. If it is not there, the probe always fails: the container never becomes ready, or is restarted again and again.",
});

/// The rule.
pub(crate) struct ProbePort;

/// What uses a port.
const HANDLERS: [&[&str]; 5] = [
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];

impl Rule for ProbePort {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        for pod in objects.pods().iter().filter(|pod| !pod.is_misplaced()) {
            for container in pod.containers() {
                for path in HANDLERS {
                    let Some(handler) = container.node.at(path) else { continue };
                    for action in ["httpGet", "tcpSocket"] {
                        if let Some(port) = handler.at(&[action, "port"]) {
                            compare(pod, container, path, action, port, context, checked);
                        }
                    }
                }
            }
        }
    }
}

fn compare(
    pod: &Pod<'_>,
    container: Container<'_>,
    path: &[&str],
    action: &str,
    port: &Node,
    context: &Context<'_>,
    checked: &mut Checked,
) {
    let Some(wanted) = port_name(port) else { return };
    let ports = container.node.get("ports").map_or(&[][..], Node::items);
    let names: Vec<&str> = ports.iter().filter_map(|port| port.get("name")?.as_str()).collect();
    if names.iter().any(|name| *name == wanted || is_substitution(name)) {
        return;
    }
    let of = container.node.get("name").and_then(Node::as_str).unwrap_or_default();
    let (used_by, object) = (path.join("."), &pod.manifest.id);
    let message = format!(
        "`{used_by}` of container `{of}` in {object} uses the port `{wanted}`, which the container does not have"
    );
    let (list, index) = (container.list, container.index);
    let field = pod.pointer(&format!("/spec/{list}/{index}/{}/{action}/port", path.join("/")));
    let has = match names.len() {
        0 => "the container has no named ports".to_owned(),
        1 => format!("the container has the port {}", listed(&names)),
        _ => format!("the container has the ports {}", listed(&names)),
    };
    let key = if ports.is_empty() { "name" } else { "ports" };
    let finding = finding(ID, port, pod.manifest, field, message)
        .with_level(level(ID, context))
        .with_related(key_or(container.node, key, pod.manifest.span), has);
    let there = ports.iter().filter_map(|port| port.get("name"));
    checked.findings.push(advise(finding, wanted, relations::names(there)));
}
