//! Which Flux the objects of a cluster install.

use seatrial_model::{Manifest, Node};

use super::Release;

/// The minor of Flux that objects install: as `flux install` labels what it writes (`gotk-components.yaml`), or as a FluxInstance has it.
/// `None` where there is neither, where it is a range of several minors, or where two of them contradict each other.
#[must_use]
pub fn installed(manifests: &[Manifest]) -> Option<Release> {
    let mut found = None;
    for release in manifests.iter().filter_map(of_object) {
        match found {
            Some(other) if other != release => return None,
            _ => found = Some(release),
        }
    }
    found
}

fn of_object(manifest: &Manifest) -> Option<Release> {
    let text = |path: &[&str]| manifest.node.at(path).and_then(Node::scalar_text);
    match (&*manifest.id.group, &*manifest.id.kind) {
        ("fluxcd.controlplane.io", "FluxInstance") => {
            let version = text(&["spec", "distribution", "version"])?;
            Release::parse(version.trim().trim_start_matches(['=', '~', ' ']))
        }
        ("" | "apiextensions.k8s.io", "Namespace" | "CustomResourceDefinition") => {
            let label = |name| text(&["metadata", "labels", name]);
            let is_flux = label("app.kubernetes.io/part-of") == Some("flux");
            label("app.kubernetes.io/version").filter(|_| is_flux).and_then(Release::parse)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use seatrial_model::{Origin, Sources, Span};
    use serde_json::json;

    use super::*;

    fn manifest(json: &serde_json::Value) -> Manifest {
        let file = Sources::new().add("case.yaml", String::new());
        let origin = Origin::from(Span::start_of(file.id()));
        Manifest::from_node(Node::from_json(json, &origin)).expect("an object")
    }

    fn definition(version: &str) -> Manifest {
        let labels = json!({"app.kubernetes.io/part-of": "flux", "app.kubernetes.io/version": version});
        let metadata = json!({"name": "buckets.source.toolkit.fluxcd.io", "labels": labels});
        manifest(
            &json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": metadata}),
        )
    }

    fn instance(version: &str) -> Manifest {
        let spec = json!({"distribution": {"version": version}});
        let metadata = json!({"name": "flux", "namespace": "flux-system"});
        manifest(
            &json!({"apiVersion": "fluxcd.controlplane.io/v1", "kind": "FluxInstance", "metadata": metadata, "spec": spec}),
        )
    }

    #[test]
    fn reads_the_version_of_what_installs_flux() {
        let text = |manifests: &[Manifest]| installed(manifests).map(|release| release.to_string());
        assert_eq!(text(&[definition("v2.8.6")]).as_deref(), Some("2.8"));
        assert_eq!(text(&[instance("2.9.x")]).as_deref(), Some("2.9"));
        assert_eq!(text(&[instance("=2.7.5")]).as_deref(), Some("2.7"));
        assert_eq!(text(&[instance("2.x")]), None);
        assert_eq!(text(&[instance(">=2.6 <2.8")]), None);
        assert_eq!(text(&[definition("v2.8.6"), instance("2.9.x")]), None, "they contradict each other");
        assert_eq!(text(&[]), None);
    }
}
