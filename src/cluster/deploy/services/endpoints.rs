//! Services that were applied and that nobody answers for: no pod has the labels that they select, or none has the port that they target.
//!
//! The cluster is asked only where the manifests do not tell already that all is well.

use std::collections::BTreeSet;

use seatrial_model::{Finding, Manifest, Node, Span, json_pointer};
use serde_json::Value;

use crate::Deployed;
use crate::blame::field_path::name_span;
use crate::blame::spot::{Spot, containers, pod};
use crate::ids;
use crate::inventory::known::Applied;
use crate::plan::place::Placed;
use crate::services::no_endpoints::{declared_ports, lacks_target_port, selects_no_pods};
use crate::work::{Stop, Work};

/// Adds a note for each Service without pods or without the port; only for what this run applied.
pub(crate) async fn check(work: &Work<'_>, applied: &[Applied<'_, '_>], done: &mut Deployed) -> Result<(), Stop> {
    let placed: Vec<&Placed<'_>> = applied.iter().map(|a| a.placed).collect();
    for service in placed.iter().filter(|p| p.id.group.is_empty() && p.id.kind == "Service") {
        let Some(doubt) = doubt(service, &placed) else { continue };
        work.enter("looking for the pods of the Services");
        let query: Vec<String> = doubt.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let namespace = service.id.namespace.as_deref();
        // It is a hint: a deployment that is well does not fail for want of it.
        match work.until(work.cluster.list("v1", "Pod", namespace, Some(&query.join(",")))).await {
            Ok(Ok(pods)) => done.findings.extend(judge(service.manifest, &doubt, &pods)),
            Ok(Err(_)) => {}
            Err(Stop::Deadline) => return Ok(()),
            Err(stop) => return Err(stop),
        }
    }
    Ok(())
}

/// What the manifests do not show of a Service.
#[derive(Debug, PartialEq, Eq)]
struct Doubt {
    selector: Vec<(String, String)>,
    /// Named ports that no pod of the manifests has, each with its index in `spec.ports`; none where no pod is selected at all.
    ports: Vec<(usize, String)>,
}

/// `None` where pods of the manifests have what it asks for.
fn doubt(service: &Placed<'_>, all: &[&Placed<'_>]) -> Option<Doubt> {
    let node = &service.manifest.node;
    if node.at(&["spec", "type"]).and_then(Node::as_str) == Some("ExternalName") {
        return None;
    }
    let labels = node.at(&["spec", "selector"])?.entries();
    let selector: Option<Vec<(String, String)>> =
        labels.iter().map(|e| Some((e.key.text.to_string(), e.value.scalar_text()?.to_owned()))).collect();
    let selector = selector.filter(|selector| !selector.is_empty())?;
    let of_namespace = all.iter().filter(|p| p.id.namespace == service.id.namespace);
    let selected: Vec<Spot<'_>> = of_namespace
        .map(|p| Spot::root(p.manifest))
        .filter(|root| pod(root).is_some_and(|pod| has_labels(pod.node, &selector)))
        .collect();
    if selected.is_empty() {
        return Some(Doubt { selector, ports: Vec::new() });
    }
    let known: BTreeSet<&str> = selected.iter().flat_map(containers).flat_map(|c| port_names(c.node)).collect();
    let asked = node.at(&["spec", "ports"]).map_or(&[][..], Node::items).iter().enumerate();
    let missing = asked.filter_map(|(index, port)| {
        let name = port.get("targetPort").and_then(Node::scalar_text)?;
        (name.parse::<u16>().is_err() && !known.contains(name)).then(|| (index, name.to_owned()))
    });
    let ports: Vec<(usize, String)> = missing.collect();
    (!ports.is_empty()).then_some(Doubt { selector, ports })
}

pub(crate) fn has_labels(pod: &Node, selector: &[(String, String)]) -> bool {
    let label = |key: &str| pod.at(&["metadata", "labels"])?.get(key)?.scalar_text();
    selector.iter().all(|(key, value)| label(key) == Some(value))
}

fn port_names(container: &Node) -> impl Iterator<Item = &str> {
    let ports = container.get("ports").map_or(&[][..], Node::items);
    ports.iter().filter_map(|port| port.get("name").and_then(Node::scalar_text))
}

/// What the pods on the cluster show.
fn judge(service: &Manifest, doubt: &Doubt, pods: &[Value]) -> Vec<Finding> {
    let told = |(span, field): (Span, String), message: String| {
        Finding::new(ids::NO_ENDPOINTS, span, message).with_object(&service.id).with_field(field)
    };
    if pods.is_empty() {
        let labels: Vec<(&str, &str)> = doubt.selector.iter().map(|(key, value)| (&**key, &**value)).collect();
        let message = selects_no_pods(&service.id, &labels);
        let place = service.node.at(&["spec", "selector"]).map(|node| (node.span(), "/spec/selector".to_owned()));
        return vec![told(place.unwrap_or_else(|| (name_span(&service.node), "/spec".to_owned())), message)];
    }
    let live: BTreeSet<&str> = pods.iter().flat_map(declared_ports).filter_map(|port| port.name).collect();
    let missing = doubt.ports.iter().filter(|(_, name)| !live.contains(name.as_str()));
    let each = missing.map(|(index, name)| {
        let port = service.node.at(&["spec", "ports"]).and_then(|ports| ports.items().get(*index));
        let span = port.and_then(|port| port.get("targetPort")).map_or_else(|| name_span(&service.node), Node::span);
        let field = json_pointer(["spec", "ports", &index.to_string(), "targetPort"]);
        told((span, field), lacks_target_port(&service.id, name, &live))
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use seatrial_kubernetes::Scope;
    use seatrial_model::Sources;
    use serde_json::json;

    use super::*;
    use crate::plan::place::{Destination, place};

    const SHOP: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata: { labels: { app: web, tier: front } }
    spec: { containers: [{ name: web, ports: [{ name: http, containerPort: 8080 }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: right }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: http }, { port: 81, targetPort: 9090 }] }
---
apiVersion: v1
kind: Service
metadata: { name: wrong-port }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: htttp }] }
---
apiVersion: v1
kind: Service
metadata: { name: wrong-label }
spec: { selector: { app: wep }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: elsewhere }
spec: { type: ExternalName, externalName: example.com }
";

    #[test]
    fn only_a_service_without_pods_or_port_is_told() {
        let file = Sources::new().add("shop.yaml", SHOP.to_owned());
        let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
        let manifests: Vec<Manifest> =
            parsed.documents.into_iter().filter_map(|d| Manifest::from_node(d.node)).collect();
        let scoped: Vec<(&Manifest, Scope)> = manifests.iter().map(|m| (m, Scope::Namespaced)).collect();
        let placement = place(&scoped, Destination::Own("shop"));
        let all: Vec<&Placed<'_>> = placement.objects.iter().collect();
        let told = |name: &str, pods: &[Value]| -> Vec<(usize, String)> {
            let service = all.iter().find(|p| p.id.name == name && p.id.kind == "Service").expect("it is there");
            let Some(doubt) = doubt(service, &all) else { return Vec::new() };
            let found = judge(service.manifest, &doubt, pods);
            found.into_iter().map(|f| (file.line_column(f.primary.span.start).0, f.message)).collect()
        };
        let pod = json!({ "spec": { "containers": [{ "ports": [{ "name": "http" }] }] } });
        assert_eq!(told("right", &[]), []);
        assert_eq!(told("elsewhere", &[]), []);
        let no_port = "Service wrong-port targets the port `htttp`, which none of its pods has: they have `http`";
        assert_eq!(told("wrong-port", std::slice::from_ref(&pod)), [(17, no_port.to_owned())]);
        let injected = json!({ "spec": { "containers": [{ "ports": [{ "name": "htttp" }] }] } });
        assert_eq!(told("wrong-port", &[pod.clone(), injected]), []);
        let no_pods = "Service wrong-label selects no pods: none has the label `app: wep`";
        assert_eq!(told("wrong-label", &[]), [(22, no_pods.to_owned())]);
        assert_eq!(told("wrong-label", &[pod]), []);
    }
}
