//! The line of a manifest that a failure is about: what a person would edit first.

use seatrial_model::{Manifest, Node, Span, json_pointer};
use seatrial_readiness::Cause;

use crate::unready::is_image;

/// The line that sets the image of the container that ended: more often than not it is what was changed.
pub(crate) fn image_of(manifest: &Manifest, cause: &Cause) -> Option<Span> {
    own(&Spot::root(manifest), cause)?.at(&["image"]).map(|image| image.node.span())
}

/// The line that sets what the cause is about: the image, the memory limit, the probe, the name of what is missing.
pub(crate) fn place_of(manifest: &Manifest, cause: &Cause) -> Option<Place> {
    let root = Spot::root(manifest);
    let own = || own(&root, cause);
    let spot = match cause.reason.as_str() {
        _ if cause.text.ends_with("in `imagePullSecrets` does not exist") => pod_spec(&root)?.at(&["imagePullSecrets"]),
        _ if is_image(cause) => {
            let image = cause.image.as_deref();
            let same = containers(&root).into_iter().find(|c| c.node.get("image").and_then(Node::scalar_text) == image);
            same.or_else(own)?.at(&["image"])
        }
        _ if cause.text.contains("its liveness probe") => own()?.at(&["livenessProbe"]),
        "OOMKilled" => own()?.at(&["resources", "limits", "memory"]),
        "Unhealthy" if cause.text.starts_with("startup") => own()?.at(&["startupProbe"]),
        "Unhealthy" => own()?.at(&["readinessProbe"]),
        "RunContainerError" => own()?.at(&["command"]),
        "FailedCreate" => of_creation(&root, &cause.text),
        "Unschedulable" => of_scheduling(&root, &cause.text),
        "DeploymentPaused" => root.at(&["spec", "paused"]),
        "DeadlineExceeded" => root.at(&["spec", "activeDeadlineSeconds"]),
        "CreateContainerConfigError" if cause.text.contains("runAsNonRoot") => {
            let of_pod = || pod_spec(&root)?.at(&["securityContext", "runAsNonRoot"]);
            own()?.at(&["securityContext", "runAsNonRoot"]).or_else(of_pod)
        }
        "CreateContainerConfigError" | "FailedMount" => {
            let mut places = [own(), pod_spec(&root)].into_iter().flatten();
            places.find_map(|below| of_reference(&below, &cause.text))
        }
        _ => None,
    }?;
    Some((spot.node.span(), json_pointer(spot.path.iter().map(String::as_str))))
}

/// What the making of pods was refused for.
fn of_creation<'a>(root: &Spot<'a>, said: &str) -> Option<Spot<'a>> {
    if said.contains("exceeded quota") {
        return root.at(&["spec", "replicas"]);
    }
    if said.contains("error looking up service account") {
        return pod_spec(root)?.at(&["serviceAccountName"]);
    }
    // `maximum memory usage per Container is 64Mi, but limit is 128Mi` (kubernetes: `plugin/pkg/admission/limitranger`).
    let (limit, asked) = said.split_once(" usage per Container is ")?;
    let resource = limit.rsplit(' ').next()?;
    let list = if asked.contains("but request") { "requests" } else { "limits" };
    containers(root).iter().find_map(|c| c.at(&["resources", list, resource]))
}

/// What no node fits: `1 Insufficient cpu`, `1 node(s) didn't match Pod's node affinity/selector`.
fn of_scheduling<'a>(root: &Spot<'a>, said: &str) -> Option<Spot<'a>> {
    if said.contains("node affinity/selector") {
        let spec = pod_spec(root)?;
        return spec.at(&["nodeSelector"]).or_else(|| spec.at(&["affinity", "nodeAffinity"]));
    }
    let (_, rest) = said.split_once("Insufficient ")?;
    let resource = rest.split([',', ' ']).next()?.trim_end_matches('.');
    let asked =
        |c: &Spot<'a>| c.at(&["resources", "requests", resource]).or_else(|| c.at(&["resources", "limits", resource]));
    containers(root).iter().find_map(asked)
}

/// The name or the key that is missing: `configmap "settings" not found`, `couldn't find key CURRENCY in ConfigMap shop/settings`.
fn of_reference<'a>(below: &Spot<'a>, said: &str) -> Option<Spot<'a>> {
    if let Some((_, rest)) = said.split_once("couldn't find key ") {
        let (key, object) = rest.split_once(" in ")?;
        let name = object.rsplit('/').next()?;
        return referring(below, &|spot| {
            let is_it =
                ["name", "secretName"].iter().any(|n| spot.node.get(n).and_then(Node::scalar_text) == Some(name));
            spot.at(&["key"]).filter(|found| is_it && found.node.scalar_text() == Some(key))
        });
    }
    let missing = said.strip_suffix(" not found")?.rsplit('"').nth(1)?;
    referring(below, &|spot| {
        let mut names = ["name", "secretName"].iter().filter_map(|name| spot.at(&[name]));
        names.find(|name| name.node.scalar_text() == Some(missing))
    })
}

/// A span and the JSON pointer of what stands there.
pub(crate) type Place = (Span, String);

/// A node and the way to it.
#[derive(Clone)]
struct Spot<'a> {
    node: &'a Node,
    path: Vec<String>,
}

impl<'a> Spot<'a> {
    fn root(manifest: &'a Manifest) -> Spot<'a> {
        Spot { node: &manifest.node, path: Vec::new() }
    }

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

/// The container that the cause is about.
fn own<'a>(root: &Spot<'a>, cause: &Cause) -> Option<Spot<'a>> {
    let is_own = |c: &Spot<'_>| c.node.get("name").and_then(Node::scalar_text) == cause.container.as_deref();
    containers(root).into_iter().find(is_own)
}

/// What `wanted` finds in the first reference to a ConfigMap or Secret in which it finds something.
fn referring<'a>(below: &Spot<'a>, wanted: &dyn Fn(&Spot<'a>) -> Option<Spot<'a>>) -> Option<Spot<'a>> {
    const REFERENCES: [&str; 6] =
        ["configMapRef", "secretRef", "configMapKeyRef", "secretKeyRef", "configMap", "secret"];
    const DEEPEST: usize = 32;
    let key = below.path.last().map(String::as_str).unwrap_or_default();
    let found = if REFERENCES.contains(&key) { wanted(below) } else { None };
    if found.is_some() || below.path.len() > DEEPEST {
        return found;
    }
    below.children().iter().find_map(|child| referring(child, wanted))
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
      serviceAccountName: shop
      nodeSelector: { pool: gpu }
      containers:
      - name: settings
        image: side:1
      - name: web
        image: web:2
        command: [/bin/sh]
        resources: { requests: { cpu: 64 }, limits: { memory: 64Mi } }
        envFrom:
        - configMapRef:
            name: settings
        env:
        - name: A
          valueFrom: { configMapKeyRef: { name: other, key: a } }
        - name: B
          valueFrom:
            configMapKeyRef:
              name: settings
              key: a
        securityContext: { runAsNonRoot: true }
        readinessProbe: { httpGet: { port: 1 } }
        livenessProbe: { httpGet: { port: 2 } }
      imagePullSecrets: [{ name: a }]
";

    #[test]
    fn points_at_the_line_that_set_what_went_wrong() {
        let file = Sources::new().add("web.yaml", DEPLOYMENT.to_owned());
        let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
        let manifest = Manifest::from_node(parsed.documents[0].node.clone()).expect("an object");
        let of_pod = |rest: &str| format!("/spec/template/spec/{rest}");
        let of_web = |rest: &str| of_pod(&format!("containers/1/{rest}"));
        let table = [
            ("ErrImagePull", "image not found: web:2", Some((15, of_web("image")))),
            (
                "ErrImagePull",
                "the Secret `a` in `imagePullSecrets` does not exist",
                Some((32, of_pod("imagePullSecrets"))),
            ),
            ("OOMKilled", "killed", Some((17, of_web("resources/limits/memory")))),
            ("CrashLoopBackOff", "crashes", None),
            ("CrashLoopBackOff", "is killed because its liveness probe fails", Some((31, of_web("livenessProbe")))),
            ("Unhealthy", "readiness probe failed: 503", Some((30, of_web("readinessProbe")))),
            ("RunContainerError", "cannot start: exec: /bin/sh: no such file", Some((16, of_web("command")))),
            ("FailedCreate", "exceeded quota: q", Some((6, "/spec/replicas".to_owned()))),
            ("FailedCreate", "failed quota: q: must specify limits.cpu for: web", None),
            (
                "FailedCreate",
                "error looking up service account shop/shop: serviceaccount \"shop\" not found",
                Some((9, of_pod("serviceAccountName"))),
            ),
            (
                "FailedCreate",
                "maximum memory usage per Container is 32Mi, but limit is 64Mi",
                Some((17, of_web("resources/limits/memory"))),
            ),
            (
                "FailedCreate",
                "minimum cpu usage per Container is 100, but request is 64",
                Some((17, of_web("resources/requests/cpu"))),
            ),
            (
                "Unschedulable",
                "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory",
                Some((17, of_web("resources/requests/cpu"))),
            ),
            (
                "Unschedulable",
                "1 node(s) didn't match Pod's node affinity/selector",
                Some((10, of_pod("nodeSelector"))),
            ),
            (
                "CreateContainerConfigError",
                "container `web`: configmap \"settings\" not found",
                Some((20, of_web("envFrom/0/configMapRef/name"))),
            ),
            (
                "CreateContainerConfigError",
                "couldn't find key a in ConfigMap shop/settings",
                Some((28, of_web("env/1/valueFrom/configMapKeyRef/key"))),
            ),
            (
                "CreateContainerConfigError",
                "container has runAsNonRoot and image will run as root",
                Some((29, of_web("securityContext/runAsNonRoot"))),
            ),
        ];
        for (reason, text, line) in table {
            let cause = Cause {
                reason: reason.to_owned(),
                pod: None,
                container: Some("web".to_owned()),
                image: text.ends_with("web:2").then(|| "web:2".to_owned()),
                exit_code: None,
                text: text.to_owned(),
            };
            let found = place_of(&manifest, &cause).map(|(span, pointer)| (file.line_column(span.start).0, pointer));
            assert_eq!(found, line, "{cause:?}");
        }
    }

    #[test]
    fn an_image_that_admission_changed_is_that_of_its_container() {
        let file = Sources::new().add("web.yaml", DEPLOYMENT.to_owned());
        let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
        let manifest = Manifest::from_node(parsed.documents[0].node.clone()).expect("an object");
        let cause = Cause {
            reason: "ErrImagePull".to_owned(),
            pod: None,
            container: Some("web".to_owned()),
            image: Some("mutated/web:2".to_owned()),
            exit_code: None,
            text: "image not found".to_owned(),
        };
        let pointer = place_of(&manifest, &cause).map(|(_, pointer)| pointer);
        assert_eq!(pointer.as_deref(), Some("/spec/template/spec/containers/1/image"));
    }
}
