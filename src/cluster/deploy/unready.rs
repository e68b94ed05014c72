//! An object that failed or did not become ready → a finding with the line to edit.

use seatrial_model::{Finding, Manifest, Node, RuleId, Span, ids, json_pointer};
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
    let why = cause.map_or_else(|| status.message.clone(), in_backticks);
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
    if let Some(image) = cause.filter(|c| c.exit_code.is_some()).and_then(|c| image_of(manifest, c)) {
        finding = finding.with_related(image, "the image that ended");
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

/// The cause's text with its image as a name: a report that shows addresses as links must not make one of it.
fn in_backticks(cause: &Cause) -> String {
    let named = |image: &String| cause.text.replace(image.as_str(), &format!("`{image}`"));
    cause.image.as_ref().filter(|image| !image.is_empty()).map_or_else(|| cause.text.clone(), named)
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

/// The line that sets the image of the container that ended: more often than not it is what was changed.
fn image_of(manifest: &Manifest, cause: &Cause) -> Option<Span> {
    let root = Spot { node: &manifest.node, path: Vec::new() };
    let is_own = |c: &Spot<'_>| c.node.get("name").and_then(Node::scalar_text) == cause.container.as_deref();
    containers(&root).into_iter().find(is_own)?.at(&["image"]).map(|image| image.node.span())
}

/// The line that sets what the cause is about: the image, the memory limit, the replicas, the name of what is missing.
fn place_of(manifest: &Manifest, cause: &Cause) -> Option<Place> {
    let root = Spot { node: &manifest.node, path: Vec::new() };
    let containers = || containers(&root);
    let is_own = |c: &Spot<'_>| c.node.get("name").and_then(Node::scalar_text) == cause.container.as_deref();
    let own = || containers().into_iter().find(is_own);
    let spot = match cause.reason.as_str() {
        _ if is_image(cause) => {
            let image = cause.image.as_deref();
            let same = containers().into_iter().find(|c| c.node.get("image").and_then(Node::scalar_text) == image);
            same.or_else(own)?.at(&["image"])
        }
        "OOMKilled" => own()?.at(&["resources", "limits", "memory"]),
        "FailedCreate" if cause.text.contains("quota") => root.at(&["spec", "replicas"]),
        "DeploymentPaused" => root.at(&["spec", "paused"]),
        "CreateContainerConfigError" | "FailedMount" => {
            let missing = cause.text.strip_suffix(" not found")?.rsplit('"').nth(1)?;
            named(&pod_spec(&root)?, missing)
        }
        _ => None,
    }?;
    Some((spot.node.span(), json_pointer(spot.path.iter().map(String::as_str))))
}

/// A span and the JSON pointer of what stands there.
type Place = (Span, String);

/// A node and the way to it.
#[derive(Clone)]
struct Spot<'a> {
    node: &'a Node,
    path: Vec<String>,
}

impl<'a> Spot<'a> {
    fn down(&self, segment: &str, node: &'a Node) -> Spot<'a> {
        let path = self.path.iter().cloned().chain([segment.to_owned()]).collect();
        Spot { node, path }
    }

    fn at(&self, path: &[&str]) -> Option<Spot<'a>> {
        path.iter().try_fold(self.clone(), |spot, key| Some(spot.down(key, spot.node.get(key)?)))
    }

    fn children(&self) -> Vec<Spot<'a>> {
        let entries = self.node.entries().iter().map(|e| self.down(&e.key.text, &e.value));
        let items = self.node.items().iter().enumerate().map(|(i, item)| self.down(&i.to_string(), item));
        entries.chain(items).collect()
    }
}

fn pod_spec<'a>(root: &Spot<'a>) -> Option<Spot<'a>> {
    let paths: [&[&str]; 3] =
        [&["spec", "template", "spec"], &["spec", "jobTemplate", "spec", "template", "spec"], &["spec"]];
    paths.iter().filter_map(|path| root.at(path)).find(|spec| spec.node.get("containers").is_some())
}

fn containers<'a>(root: &Spot<'a>) -> Vec<Spot<'a>> {
    let Some(spec) = pod_spec(root) else { return Vec::new() };
    let lists = ["containers", "initContainers"].iter().filter_map(|list| spec.at(&[list]));
    lists.flat_map(|list| list.children()).collect()
}

/// The `name` of a reference or the `secretName` of a volume that names what is missing.
fn named<'a>(pod_spec: &Spot<'a>, missing: &str) -> Option<Spot<'a>> {
    const REFERENCES: [&str; 6] =
        ["configMapRef", "secretRef", "configMapKeyRef", "secretKeyRef", "configMap", "secret"];
    const DEEPEST: usize = 32;
    let key = pod_spec.path.last().map(String::as_str).unwrap_or_default();
    if REFERENCES.contains(&key) {
        let names = ["name", "secretName"].iter().filter_map(|name| pod_spec.at(&[name]));
        let found = names.into_iter().find(|name| name.node.scalar_text() == Some(missing));
        if found.is_some() {
            return found;
        }
    }
    if pod_spec.path.len() > DEEPEST {
        return None;
    }
    pod_spec.children().iter().find_map(|child| named(child, missing))
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
            (
                cause("ErrImagePull", "web", Some("web:2"), "image not found: web:2"),
                Some((13, "/spec/template/spec/containers/1/image")),
            ),
            (
                cause("ErrImagePull", "web", Some("mutated/web:2"), "image not found"),
                Some((13, "/spec/template/spec/containers/1/image")),
            ),
            (
                cause("OOMKilled", "web", None, "killed"),
                Some((14, "/spec/template/spec/containers/1/resources/limits/memory")),
            ),
            (cause("FailedCreate", "", None, "pods cannot be created: exceeded quota: q"), Some((6, "/spec/replicas"))),
            (
                cause("CreateContainerConfigError", "web", None, "container `web`: configmap \"settings\" not found"),
                Some((17, "/spec/template/spec/containers/1/envFrom/0/configMapRef/name")),
            ),
            (cause("CrashLoopBackOff", "web", None, "crashes"), None),
        ];
        for (cause, line) in table {
            let found = place_of(&manifest, &cause).map(|(span, pointer)| (file.line_column(span.start).0, pointer));
            assert_eq!(found, line.map(|(line, pointer): (usize, &str)| (line, pointer.to_owned())), "{cause:?}");
        }
    }
}
