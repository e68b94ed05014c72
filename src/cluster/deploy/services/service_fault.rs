//! The line of the manifests that a Service which nobody answers for is about: its own, or that of the pods behind it.

use seatrial_model::{Cause, Manifest, Node, ObjectId, Span, Subject};

use crate::blame::place_of;
use crate::blame::spot::{Place, Spot, pod};
use crate::services::endpoints::has_labels;

/// The manifest and the place in it that a cause is about; `service` may have another namespace than its manifest, if `is_moved`. `None` where
/// the manifests do not have it.
#[must_use]
pub fn place_of_service_fault<'a>(
    manifests: &'a [Manifest],
    service: &ObjectId,
    is_moved: bool,
    cause: &Cause,
) -> Option<(&'a Manifest, Span)> {
    let (manifest, (span, _)) = place(manifests, service, is_moved, cause)?;
    Some((manifest, span))
}

fn place<'a>(
    manifests: &'a [Manifest],
    service: &ObjectId,
    is_moved: bool,
    cause: &Cause,
) -> Option<(&'a Manifest, Place)> {
    let is_it = |m: &&Manifest| {
        let id = &m.id;
        let is_named = id.group.is_empty() && id.kind == "Service" && id.name == service.name;
        is_named && (is_moved || id.namespace.is_none() || id.namespace == service.namespace)
    };
    let own = manifests.iter().find(is_it)?;
    let beside: Vec<&Manifest> = manifests.iter().filter(|m| m.id.namespace == own.id.namespace).collect();
    let behind: Vec<&Manifest> = beside.iter().copied().filter(|m| is_selected(m, &own.node)).collect();
    let found = |m: &'a Manifest| place_of(m, cause).map(|place| (m, place));
    match cause.subject.as_ref()? {
        // What would be selected and has no pods is not the selector's fault.
        Subject::ServiceSelector if !behind.is_empty() => behind.into_iter().find_map(|m| Some((m, replicas(m)?))),
        Subject::ServiceSelector => Some((own, selector(&Spot::root(own), &beside)?)),
        Subject::ContainerPort(_) => behind.into_iter().find_map(found),
        _ => found(own),
    }
}

fn is_selected(manifest: &Manifest, service: &Node) -> bool {
    let labels = service.at(&["spec", "selector"]).map_or(&[][..], Node::entries);
    let pairs = labels.iter().filter_map(|e| Some((e.key.text.to_string(), e.value.scalar_text()?.to_owned())));
    let pairs: Vec<(String, String)> = pairs.collect();
    !pairs.is_empty() && pod(&Spot::root(manifest)).is_some_and(|pod| has_labels(pod.node, &pairs))
}

fn replicas(manifest: &Manifest) -> Option<Place> {
    Spot::root(manifest).at(&["spec", "replicas"]).map(|spot| spot.place())
}

/// The label that no pod of the manifests has; the selector where each has some.
fn selector(service: &Spot<'_>, all: &[&Manifest]) -> Option<Place> {
    let selector = service.at(&["spec", "selector"])?;
    let is_known = |label: &Spot<'_>| {
        let pair = label.path.last().cloned().zip(label.node.scalar_text().map(str::to_owned));
        let pair: Vec<(String, String)> = pair.into_iter().collect();
        all.iter().any(|m| pod(&Spot::root(m)).is_some_and(|pod| has_labels(pod.node, &pair)))
    };
    let unknown = selector.children().into_iter().find(|label| !is_known(label));
    Some(unknown.unwrap_or(selector).place())
}

#[cfg(test)]
mod tests {
    use seatrial_model::Sources;

    use super::*;

    const SHOP: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 0
  template:
    metadata: { labels: { app: web, tier: front } }
    spec:
      containers:
      - { name: side }
      - name: web
        ports:
        - { name: http, containerPort: 8080 }
        - { name: admin, containerPort: 9090 }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec:
  selector: { app: web }
  ports:
  - { port: 80, targetPort: http }
  - port: 81
    targetPort: 9090
  - port: 82
---
apiVersion: v1
kind: Service
metadata: { name: wrong, namespace: shop }
spec:
  selector:
    app: web
    tier: fornt
---
apiVersion: v1
kind: Service
metadata: { name: mixed, namespace: shop }
spec:
  selector:
    app: web
    tier: back
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: shop }
spec:
  template:
    metadata: { labels: { app: db, tier: back } }
    spec: { containers: [{ name: db, ports: [{ containerPort: 8080 }] }] }
";

    #[test]
    fn points_at_the_line_that_leads_nowhere() {
        let file = Sources::new().add("shop.yaml", SHOP.to_owned());
        let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
        let manifests: Vec<Manifest> =
            parsed.documents.into_iter().filter_map(|d| Manifest::from_node(d.node)).collect();
        let table = [
            ("shop/web", "target-port: 80", Some((22, "Service", "/spec/ports/0/targetPort"))),
            ("shop/web", "target-port: 81", Some((24, "Service", "/spec/ports/1/targetPort"))),
            ("shop/web", "target-port: 82", Some((25, "Service", "/spec/ports/2/port"))),
            ("shop/web", "target-port: 83", None),
            (
                "shop/web",
                "container-port: 9090",
                Some((14, "Deployment", "/spec/template/spec/containers/1/ports/1/containerPort")),
            ),
            ("shop/web", "container-port: 1", None),
            ("shop/web", "service-selector", Some((5, "Deployment", "/spec/replicas"))),
            ("shop/wrong", "service-selector", Some((33, "Service", "/spec/selector/tier"))),
            ("shop/mixed", "service-selector", Some((40, "Service", "/spec/selector"))),
            ("other/web", "target-port: 80", None),
            ("shop/none", "service-selector", None),
        ];
        let told = |service: &str, subject: &str, is_moved: bool| {
            let (namespace, name) = service.split_once('/').expect("two names");
            let subject: Subject = serde_saphyr::from_str(subject).expect("a subject");
            let id = ObjectId::new("", "Service", Some(namespace), name);
            let cause = Cause { container: Some("web".to_owned()), ..Cause::of_object("", "").about(subject) };
            let (manifest, (span, pointer)) = place(&manifests, &id, is_moved, &cause)?;
            Some((file.line_column(span.start).0, manifest.id.kind.to_string(), pointer))
        };
        for (service, subject, expected) in table {
            let expected = expected.map(|(line, kind, pointer)| (line, kind.to_owned(), pointer.to_owned()));
            assert_eq!(told(service, subject, false), expected, "{service}: {subject}");
        }
        assert_eq!(told("preview/web", "target-port: 80", true).map(|place| place.0), Some(22));
    }
}
