//! `ingress-backend`: an Ingress that sends to a port which its Service, being in this environment, does not have.

use seatrial_model::{Level, Manifest, Node, RuleId, RuleInfo, Setting};

use crate::relations::{self, advise, finding, key_or, known, level, listed, readable};
use crate::{Checked, Context, Objects, Rule, is_substitution};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "ingress-backend",
    level: Level::Error,
    setting: Setting::Free,
    summary: "an Ingress routes to a port that its Service does not have",
    page: "The port of an Ingress backend is a port of the Service, by number (`port`, not `targetPort`) or by name. If the Service does not have it, controllers answer with 503 or ignore the path.",
});

/// The rule.
pub(crate) struct IngressBackend;

impl Rule for IngressBackend {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        for ingress in readable(objects, "networking.k8s.io", "Ingress") {
            let Some(spec) = ingress.node.get("spec") else { continue };
            let mut compare = |backend: Option<&Node>, field: &dyn Fn() -> String| {
                let Some(wanted) = backend.and_then(|backend| backend.get("service")) else { return };
                let name = wanted.get("name").and_then(known);
                let service = name.and_then(|name| objects.find("", "Service", ingress.id.namespace.as_deref(), name));
                if let Some(service) = service.filter(|service| !service.is_sops_encrypted()) {
                    compare(ingress, wanted, service, field, context, checked);
                }
            };
            compare(spec.get("defaultBackend"), &|| "/spec/defaultBackend".to_owned());
            for (rule, node) in spec.get("rules").map_or(&[][..], Node::items).iter().enumerate() {
                let paths = node.at(&["http", "paths"]).map_or(&[][..], Node::items);
                for (path, node) in paths.iter().enumerate() {
                    compare(node.get("backend"), &|| format!("/spec/rules/{rule}/http/paths/{path}/backend"));
                }
            }
        }
    }
}

fn compare(
    ingress: &Manifest,
    wanted: &Node,
    service: &Manifest,
    field: &dyn Fn() -> String,
    context: &Context<'_>,
    checked: &mut Checked,
) {
    let Some(spec) = service.node.get("spec") else { return };
    let ports = spec.get("ports").map_or(&[][..], Node::items);
    let is_external = spec.get("type").and_then(Node::as_str) == Some("ExternalName");
    // Controllers send to the pods themselves where a Service has no ports, and to any port of another host.
    if is_external || ports.is_empty() {
        return;
    }
    let port = |key| wanted.get("port").and_then(|port| port.get(key)).filter(|node| !node.is_null());
    // An action of the AWS load balancer controller, not a port.
    let name = port("name").filter(|name| known(name).is_some_and(|name| name != "use-annotation"));
    let (key, node) = match (name, port("number").filter(|number| number.as_i64().is_some())) {
        (Some(name), None) => ("name", name),
        (None, Some(number)) => ("number", number),
        _ => return,
    };
    let theirs = if key == "name" { "name" } else { "port" };
    let of_theirs = |port| Node::get(port, theirs).and_then(Node::scalar_text);
    let there: Vec<&str> = ports.iter().filter_map(of_theirs).collect();
    let text = node.scalar_text().unwrap_or_default();
    let is_there = match node.as_i64().filter(|_| key == "number") {
        Some(number) => ports.iter().any(|port| port.get("port").and_then(Node::as_i64) == Some(number)),
        None => there.contains(&text),
    };
    if is_there || there.iter().any(|port| is_substitution(port)) {
        return;
    }
    let message = format!("{} routes to port `{text}` of {}, which does not have that port", ingress.id, service.id);
    let has = match there.len() {
        0 if key == "name" => "the Service has no named ports".to_owned(),
        0 => "the Service has no ports".to_owned(),
        1 => format!("the Service has the port {}", listed(&there)),
        _ => format!("the Service has the ports {}", listed(&there)),
    };
    let finding = finding(ID, node, ingress, format!("{}/service/port/{key}", field()), message)
        .with_level(level(ID, context))
        .with_related(key_or(spec, "ports", service.span), has);
    let reaches = |port: &&Node| port.get("targetPort").and_then(Node::scalar_text) == Some(text);
    let meant = ports.iter().find(reaches).and_then(|port| Some((of_theirs(port)?, port.get(theirs)?.span())));
    checked.findings.push(match meant {
        Some((meant, place)) => finding
            .with_related(place, "this is its port")
            .with_help(format!("`{text}` is the Service's `targetPort`; an Ingress uses its `{theirs}`, `{meant}`")),
        None => advise(finding, text, relations::names(ports.iter().filter_map(|port| port.get(theirs)))),
    });
}
