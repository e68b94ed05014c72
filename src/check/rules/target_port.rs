//! `target-port`: a Service whose named `targetPort` is a port of none of the pods that it selects
//! (`pkg/api/v1/pod` `FindPort`: name and protocol, of containers and sidecars). A number needs no entry in a container's `ports`.

use seatrial_model::{Level, Manifest, Node, QuickMap, QuickSet, RuleId, RuleInfo, Setting, Span};

use crate::relations::{self, advise, finding, is_injected, key_or, level_of_pods, listed, port_name, readable};
use crate::{Checked, Context, Objects, Pod, Rule, is_substitution};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "target-port",
    level: Level::Error,
    setting: Setting::Free,
    summary: "a Service targets a named port that its pods do not have",
    page: "A `targetPort` that is a name is looked up in the `ports` of the containers of each pod, by name and protocol. Pods without it get no traffic, and the cluster reports no error.",
});

/// The rule.
pub(crate) struct TargetPort;

/// The ports of the pods that a selector selects.
#[derive(Default)]
struct Ports<'a> {
    /// Name and protocol.
    named: QuickSet<(&'a str, &'a str)>,
    /// The names in order.
    names: Vec<&'a str>,
    /// The same, where they are written.
    nodes: Vec<&'a Node>,
    /// The first containers, each with its ports.
    containers: Vec<(Span, String)>,
    has_pods: bool,
    /// Whether there may be more ports than are seen.
    is_open: bool,
}

impl Rule for TargetPort {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        let level = level_of_pods(ID, objects, context);
        // Services often share a selector.
        let mut seen: QuickMap<_, Ports<'_>> = QuickMap::default();
        for service in readable(objects, "", "Service") {
            let spec = service.node.get("spec");
            let Some(selector) = spec.and_then(|spec| spec.get("selector")) else { continue };
            let ports = spec.and_then(|spec| spec.get("ports")).map_or(&[][..], Node::items);
            let is_external = service.node.at(&["spec", "type"]).and_then(Node::as_str) == Some("ExternalName");
            if is_external || ports.iter().all(|port| wanted(port).is_none()) {
                continue;
            }
            let namespace = service.id.namespace.as_deref();
            let labels: Vec<_> = selector.entries().iter().map(|e| (&*e.key.text, e.value.scalar_text())).collect();
            let there =
                seen.entry((namespace, labels)).or_insert_with(|| Ports::of(&objects.selected(namespace, selector)));
            if there.has_pods && !there.is_open {
                compare(service, ports, there, level, checked);
            }
        }
    }
}

/// The name that a port of a Service sends to.
fn wanted(port: &Node) -> Option<(&Node, &str)> {
    let target = port.get("targetPort")?;
    Some((target, port_name(target)?))
}

fn protocol(port: &Node) -> &str {
    port.get("protocol").and_then(Node::as_str).unwrap_or("TCP")
}

fn compare(service: &Manifest, ports: &[Node], there: &Ports<'_>, level: Level, checked: &mut Checked) {
    for (index, port) in ports.iter().enumerate() {
        let Some((target, name)) = wanted(port) else { continue };
        let protocol = protocol(port);
        if there.named.contains(&(name, protocol)) || is_substitution(protocol) {
            continue;
        }
        let has_name = there.names.contains(&name);
        let message = if has_name {
            format!(
                "`targetPort: {name}` of {} uses {protocol}, but the port of that name in its pods does not",
                service.id
            )
        } else {
            format!("no container of the pods that {} selects has a port named `{name}`", service.id)
        };
        let field = format!("/spec/ports/{index}/targetPort");
        let mut finding = finding(ID, target, service, field, message).with_level(level);
        for (span, text) in &there.containers {
            finding = finding.with_related(*span, text.as_str());
        }
        checked.findings.push(advise(finding, name, relations::names(there.nodes.iter().copied())));
    }
}

impl<'a> Ports<'a> {
    fn of(pods: &[&Pod<'a>]) -> Ports<'a> {
        let mut all = Ports { has_pods: !pods.is_empty(), ..Ports::default() };
        for pod in pods {
            all.is_open |= is_injected(pod) || pod.is_misplaced();
            for container in pod.containers() {
                let restarts = container.node.get("restartPolicy").and_then(Node::as_str);
                if container.list == "containers" || (container.list == "initContainers" && restarts == Some("Always"))
                {
                    all.add(container.node, pod.manifest);
                }
            }
        }
        all
    }

    fn add(&mut self, container: &'a Node, manifest: &Manifest) {
        const SHOWN: usize = 3;
        let mut own = Vec::new();
        for port in container.get("ports").map_or(&[][..], Node::items) {
            let Some(node) = port.get("name") else { continue };
            let Some(name) = node.as_str() else { continue };
            self.is_open |= is_substitution(name);
            own.push(name);
            let is_new = !self.names.contains(&name) && self.names.len() < 100;
            if self.named.insert((name, protocol(port))) && is_new {
                self.names.push(name);
                self.nodes.push(node);
            }
        }
        if self.containers.len() < SHOWN {
            let ports = match own.len() {
                0 => "this container has no named ports".to_owned(),
                1 => format!("this container has the port {}", listed(&own)),
                _ => format!("this container has the ports {}", listed(&own)),
            };
            let key = if container.get("ports").is_some() { "ports" } else { "name" };
            self.containers.push((key_or(container, key, manifest.span), ports));
        }
    }
}
