//! Warnings of the API server (its `Warning` headers: deprecated versions, Pod Security, admission policies) → findings at their line.

use seatrial_model::{Cause, Finding, Level, Node};

use crate::blame::field_path::{find, name_span};
use crate::blame::place_of;
use crate::blame::spot::Place;
use crate::ids;
use crate::plan::place::Placed;

/// Whether the run changes the object that is warned of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Novelty {
    /// It is created or changed.
    Changed,
    /// It stays as it is on the cluster: what is warned of is not this change's doing.
    Unchanged,
}

/// A finding per warning.
pub(crate) fn findings(object: &Placed<'_>, warnings: &[Cause], novelty: Novelty) -> Vec<Finding> {
    let told = |cause: &Cause| {
        let text = &cause.text;
        let message = format!("the API server warns of {}: {}", object.id, text.trim_end_matches('.'));
        let (span, field) = match place(object, cause) {
            Some((span, field)) => (span, Some(field)),
            None => (name_span(&object.manifest.node), None),
        };
        let finding = Finding::new(ids::SERVER_WARNING, span, message).with_object(&object.id);
        let finding = match field {
            Some(field) => finding.with_field(field),
            None => finding,
        };
        match novelty {
            Novelty::Changed => finding,
            Novelty::Unchanged => finding.with_level(Level::Note),
        }
    };
    warnings.iter().map(told).collect()
}

/// The version that is deprecated, the field that is named, or what Pod Security asks for.
fn place(object: &Placed<'_>, cause: &Cause) -> Option<Place> {
    let (node, text) = (&object.manifest.node, &cause.text);
    if text.starts_with(&format!("{} {} is deprecated", object.api_version(), object.id.kind)) {
        return Some((node.get("apiVersion").map(Node::span)?, "/apiVersion".to_owned()));
    }
    let named = text.split_once(": ").and_then(|(path, _)| find(node, path));
    named.map(|field| (field.span, field.pointer)).or_else(|| place_of(object.manifest, cause))
}

#[cfg(test)]
mod tests {
    use seatrial_kubernetes::Scope;
    use seatrial_model::{Manifest, Sources};
    use seatrial_readiness::told_by_admission;

    use super::*;
    use crate::plan::place::{Destination, place as placed};

    const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      nodeSelector:
        beta.kubernetes.io/os: linux
      containers:
      - name: web
        image: web:1
        securityContext: { runAsNonRoot: true }
";

    #[test]
    fn a_warning_stands_at_the_line_that_it_is_about() {
        let file = Sources::new().add("web.yaml", DEPLOYMENT.to_owned());
        let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
        let manifest = Manifest::from_node(parsed.documents[0].node.clone()).expect("an object");
        let placement = placed(&[(&manifest, Scope::Namespaced)], Destination::Own("shop"));
        let table = [
            ("apps/v1 Deployment is deprecated in v1.99+, unavailable in v1.100+", 1),
            (
                "spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead",
                9,
            ),
            (
                "would violate PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"web\" must set securityContext.allowPrivilegeEscalation=false)",
                13,
            ),
            (
                "Validation failed for ValidatingAdmissionPolicy 'images' with binding 'images': spec.template.spec.containers[0].image must have a digest",
                12,
            ),
            ("somebody does not like it", 4),
        ];
        for (text, line) in table {
            let found = findings(&placement.objects[0], &[told_by_admission(text)], Novelty::Changed);
            assert_eq!(found.len(), 1);
            assert_eq!(file.line_column(found[0].primary.span.start).0, line, "{text}");
            assert_eq!(found[0].level, Level::Warning);
        }
        let known = findings(&placement.objects[0], &[told_by_admission("x")], Novelty::Unchanged);
        assert_eq!(known[0].level, Level::Note);
    }
}
