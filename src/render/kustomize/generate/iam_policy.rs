//! `IAMPolicyGenerator`: a service account that is bound to one of a cloud (kustomize: `filters/iampolicygenerator`).

use seatrial_model::{Entry, Finding, Node, Origin, SetBy, Span, Style};
use seatrial_yaml::{Dialect, plain_kind};

use crate::build_metadata::step::Step;
use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::objects::resource::Resource;

/// Generates the account and takes it in.
pub(crate) fn generate(config: &Node, step: Option<&Step>, resources: &mut Accumulator, findings: &mut Vec<Finding>) {
    let cloud = config.get("cloud");
    if cloud.and_then(Node::as_str) != Some("gke") {
        let place = cloud.map_or(config.span(), Node::span);
        findings.push(Finding::new(ids::KUSTOMIZE, place, "kustomize knows only `cloud: gke`"));
        return;
    }
    let origin = |span: Span| Origin::over(span, SetBy::Generator("IAMPolicyGenerator"), None);
    let here = config.span();
    let text = |path: [&str; 2]| config.at(&path).and_then(Node::as_str).unwrap_or_default();
    let place = |path: [&str; 2]| config.at(&path).map_or(here, Node::span);
    let scalar =
        |text: &str, span| Node::scalar(text, plain_kind(text, Dialect::Kustomize), Style::Plain, origin(span));

    let account = ["serviceAccount", "name"];
    let email = format!("{}@{}.iam.gserviceaccount.com", text(account), text(["serviceAccount", "projectId"]));
    let annotation = Entry::new("iam.gke.io/gcp-service-account", scalar(&email, place(account)));
    let mut metadata = vec![
        Entry::new("annotations", Node::mapping(vec![annotation], origin(here))),
        Entry::new("name", scalar(text(["kubernetesService", "name"]), place(["kubernetesService", "name"]))),
    ];
    let namespace = ["kubernetesService", "namespace"];
    if !text(namespace).is_empty() {
        metadata.push(Entry::new("namespace", scalar(text(namespace), place(namespace))));
    }
    let node = Node::mapping(
        vec![
            Entry::new("apiVersion", scalar("v1", here)),
            Entry::new("kind", scalar("ServiceAccount", here)),
            Entry::new("metadata", Node::mapping(metadata, origin(here))),
        ],
        origin(here),
    );
    let mut resource = Resource::new(node, here);
    if let Some(step) = step {
        step.mark_generated(&mut resource);
    }
    let existing = resources.with_id(resource.id(), here).to_vec();
    if let Some(first) = existing.first().and_then(|position| resources.resources().get(*position)) {
        let message = format!("`{}` already exists", resource.id().describe());
        let finding = Finding::new(ids::DUPLICATE_OBJECT, here, message);
        findings.push(finding.with_related(first.name_span(), "it is first defined here"));
        return;
    }
    resources.append(resource, findings);
}
