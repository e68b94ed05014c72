//! An object that failed or did not become ready → a finding with the line to edit.

use seatrial_model::{Finding, Manifest, Node, RuleId, Span, ids};
use seatrial_readiness::{Cause, Status};

use crate::field_path::name_span;
use crate::place::Placed;

/// Words of Kubernetes that say that an image is at fault.
const IMAGE_REASONS: [&str; 6] = [
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "SignatureValidationFailed",
];

/// A finding about an object that is not ready; `after` is the deadline, when it was that which ended the wait.
pub(crate) fn finding(placed: &Placed<'_>, status: &Status, after: Option<&str>) -> Finding {
    let manifest = placed.manifest;
    let name = &placed.id.name;
    let cause = status.cause.as_ref();
    let rule = if cause.is_some_and(is_image) { ids::IMAGE_PULL } else { ids::NOT_READY };
    let why = cause.map_or(status.message.as_str(), |c| c.text.as_str());
    let message = match (rule, after) {
        (ids::IMAGE_PULL, _) => format!("`{name}` cannot start, {why}"),
        (_, None) => format!("`{name}` is not ready, {why}"),
        (_, Some(after)) => format!("`{name}` was not ready after {after}, {}", status.message),
    };
    let place = cause.and_then(|cause| place_of(manifest, cause));
    let (span, field) = match place {
        Some((span, field)) => (span, Some(field)),
        None => (name_span(&manifest.node), None),
    };
    let mut finding = Finding::new(rule, span, message).with_object(&placed.id);
    if let Some(field) = field {
        finding = finding.with_field(field);
    }
    if let Some(cause) = cause {
        let of_pod = cause.pod.as_ref().map(|pod| format!("pod {pod}, ")).unwrap_or_default();
        finding = finding.with_note(format!("{}, {of_pod}{}", placed.id, cause.reason));
    }
    match help(rule, cause) {
        Some(help) => finding.with_help(help),
        None => finding,
    }
}

fn is_image(cause: &Cause) -> bool {
    IMAGE_REASONS.contains(&cause.reason.as_str())
}

fn help(rule: RuleId, cause: Option<&Cause>) -> Option<String> {
    let cause = cause?;
    let help = match cause.reason.as_str() {
        _ if rule == ids::IMAGE_PULL && cause.text.starts_with("image not found") => {
            "push the image first, or correct the tag where it is set"
        }
        _ if rule == ids::IMAGE_PULL && cause.text.starts_with("not allowed") => {
            "give the cluster's nodes the right to pull from this registry, or name an `imagePullSecrets`"
        }
        "OOMKilled" => "raise `resources.limits.memory`, or let the program use less",
        "DeploymentPaused" => "take `spec.paused` out",
        _ => return None,
    };
    Some(help.to_owned())
}

/// The line that sets what the cause is about: the image, the memory limit, the replicas, the name of what is missing.
fn place_of(manifest: &Manifest, cause: &Cause) -> Option<(Span, &'static str)> {
    let node = &manifest.node;
    let containers = || containers(node);
    let own = || containers().find(|c| c.get("name").and_then(Node::scalar_text) == cause.container.as_deref());
    match cause.reason.as_str() {
        _ if is_image(cause) => {
            let image = cause.image.as_deref();
            let same = containers().find(|c| c.get("image").and_then(Node::scalar_text) == image);
            Some((same.or_else(own)?.get("image")?.span(), "image"))
        }
        "OOMKilled" => Some((own()?.at(&["resources", "limits", "memory"])?.span(), "memory")),
        "FailedCreate" if cause.text.contains("quota") => Some((node.at(&["spec", "replicas"])?.span(), "replicas")),
        "DeploymentPaused" => Some((node.at(&["spec", "paused"])?.span(), "paused")),
        "CreateContainerConfigError" | "FailedMount" => {
            let missing = cause.text.strip_suffix(" not found")?.rsplit('"').nth(1)?;
            Some((named(pod_spec(node)?, missing, 0)?, "reference"))
        }
        _ => None,
    }
}

fn pod_spec(node: &Node) -> Option<&Node> {
    let paths: [&[&str]; 3] =
        [&["spec", "template", "spec"], &["spec", "jobTemplate", "spec", "template", "spec"], &["spec"]];
    paths.iter().filter_map(|path| node.at(path)).find(|spec| spec.get("containers").is_some())
}

fn containers(node: &Node) -> impl Iterator<Item = &Node> {
    let lists = ["containers", "initContainers"].into_iter();
    lists.filter_map(move |list| pod_spec(node)?.get(list)).flat_map(Node::items)
}

/// The value `name:` or `secretName:` that names what is missing.
fn named(node: &Node, missing: &str, depth: usize) -> Option<Span> {
    const DEEPEST: usize = 32;
    if depth > DEEPEST {
        return None;
    }
    let references = ["name", "secretName"];
    let of_reference = |key: &str| {
        let value = node.get(key)?;
        (value.scalar_text() == Some(missing)).then(|| value.span())
    };
    let is_reference = node.get("image").is_none() && node.get("configMap").is_none() && node.get("secret").is_none();
    let own = || references.iter().find_map(|key| of_reference(key)).filter(|_| is_reference);
    let below = || {
        let values = node.entries().iter().map(|e| &e.value).chain(node.items());
        values.into_iter().find_map(|value| named(value, missing, depth + 1))
    };
    own().or_else(below)
}

#[cfg(test)]
mod tests {
    use seatrial_model::Sources;

    use super::*;

    const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: settings
        image: side:1
      - name: web
        image: web:2
        resources: { limits: { memory: 64Mi } }
        envFrom:
        - configMapRef:
            name: settings
";

    #[test]
    fn points_at_the_line_that_set_what_went_wrong() {
        let file = Sources::new().add("web.yaml", DEPLOYMENT.to_owned());
        let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
        let manifest = Manifest::from_node(parsed.documents[0].node.clone()).expect("an object");
        let cause = |reason: &str, container: &str, image: Option<&str>, text: &str| Cause {
            reason: reason.to_owned(),
            pod: None,
            container: Some(container.to_owned()),
            image: image.map(str::to_owned),
            exit_code: None,
            text: text.to_owned(),
        };
        let table = [
            (cause("ErrImagePull", "web", Some("web:2"), "image not found: web:2"), Some(13)),
            (cause("ErrImagePull", "web", Some("mutated/web:2"), "image not found"), Some(13)),
            (cause("OOMKilled", "web", None, "killed"), Some(14)),
            (cause("FailedCreate", "", None, "pods cannot be created: exceeded quota: q"), Some(6)),
            (
                cause("CreateContainerConfigError", "web", None, "container `web`: configmap \"settings\" not found"),
                Some(17),
            ),
            (cause("CrashLoopBackOff", "web", None, "crashes"), None),
        ];
        for (cause, line) in table {
            let found = place_of(&manifest, &cause).map(|(span, _)| file.line_column(span.start).0);
            assert_eq!(found, line, "{cause:?}");
        }
    }
}
