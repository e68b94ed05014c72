//! The line of a manifest that a failure is about: what a person would edit first.

use seatrial_model::{Amount, Cause, Manifest, Node, Probe, Reference, Span, Subject, json_pointer};

/// The line that sets the image of the container that ended: more often than not it is what was changed.
pub(crate) fn image_of(manifest: &Manifest, cause: &Cause) -> Option<Span> {
    own(&Spot::root(manifest), cause)?.at(&["image"]).map(|image| image.node.span())
}

/// The line that sets what the cause is about: the image, the memory limit, the probe, the name of what is missing.
pub(crate) fn place_of(manifest: &Manifest, cause: &Cause) -> Option<Place> {
    let root = Spot::root(manifest);
    let own = || own(&root, cause);
    let spot = match cause.subject.as_ref()? {
        Subject::Image(_) => {
            let image = cause.image.as_deref();
            let same = containers(&root).into_iter().find(|c| c.text("image") == image);
            same.or_else(own)?.at(&["image"])
        }
        Subject::ImagePullSecret(_) => pod_spec(&root)?.at(&["imagePullSecrets"]),
        Subject::Command => own()?.at(&["command"]),
        Subject::Probe(probe) => own()?.at(&[key_of(*probe)]),
        Subject::ConfigMap(missing) => {
            referring(own(), &root, missing, &["configMapRef", "configMapKeyRef", "configMap"])
        }
        Subject::Secret(missing) => referring(own(), &root, missing, &["secretRef", "secretKeyRef", "secret"]),
        Subject::ServiceAccount(_) => pod_spec(&root)?.at(&["serviceAccountName"]),
        Subject::NodeSelector => {
            let spec = pod_spec(&root)?;
            spec.at(&["nodeSelector"]).or_else(|| spec.at(&["affinity", "nodeAffinity"]))
        }
        Subject::Request(amount) => amounts(own(), &root, amount, &["requests", "limits"]),
        Subject::Limit(amount) => amounts(own(), &root, amount, &["limits"]),
        Subject::Quota => root.at(&["spec", "replicas"]),
        Subject::SecurityContext(field) => {
            let of_pod = || pod_spec(&root)?.at(&["securityContext", field]);
            own()?.at(&["securityContext", field]).or_else(of_pod)
        }
        Subject::Paused => root.at(&["spec", "paused"]),
        Subject::Deadline => root.at(&["spec", "activeDeadlineSeconds"]),
    }?;
    Some((spot.node.span(), json_pointer(spot.path.iter().map(String::as_str))))
}

fn key_of(probe: Probe) -> &'static str {
    match probe {
        Probe::Liveness => "livenessProbe",
        Probe::Readiness => "readinessProbe",
        Probe::Startup => "startupProbe",
    }
}

/// Where an amount of a resource is set: by the container of the cause, else by the first that sets it, best with just that quantity.
fn amounts<'a>(own: Option<Spot<'a>>, root: &Spot<'a>, amount: &Amount, lists: &[&str]) -> Option<Spot<'a>> {
    let candidates = own.map_or_else(|| containers(root), |own| vec![own]);
    let set: Vec<Spot<'a>> = lists
        .iter()
        .flat_map(|list| candidates.iter().filter_map(move |c| c.at(&["resources", list, &amount.resource])))
        .collect();
    let exact =
        set.iter().find(|spot| amount.quantity.is_some() && spot.node.scalar_text() == amount.quantity.as_deref());
    exact.or(set.first()).cloned()
}

/// The name or the key of the first reference to what is missing: in the container of the cause, else anywhere in the pod.
fn referring<'a>(own: Option<Spot<'a>>, root: &Spot<'a>, missing: &Reference, keys: &[&str]) -> Option<Spot<'a>> {
    let name = |spot: &Spot<'a>| {
        let names = ["name", "secretName"].iter().filter_map(|name| spot.at(&[name]));
        names.into_iter().find(|found| missing.name.is_none() || found.node.scalar_text() == missing.name.as_deref())
    };
    let wanted = |spot: &Spot<'a>| {
        let name = name(spot)?;
        match &missing.key {
            Some(key) => spot.at(&["key"]).filter(|found| found.node.scalar_text() == Some(key)),
            None => Some(name),
        }
    };
    let mut below = [own, pod_spec(root)].into_iter().flatten();
    below.find_map(|below| first_below(&below, keys, &wanted))
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

    /// The text of a scalar below a key.
    fn text(&self, key: &str) -> Option<&'a str> {
        self.node.get(key).and_then(Node::scalar_text)
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
    let name = cause.container.as_deref()?;
    containers(root).into_iter().find(|c| c.text("name") == Some(name))
}

/// What `wanted` finds below the first of these keys in which it finds something.
fn first_below<'a>(
    below: &Spot<'a>,
    keys: &[&str],
    wanted: &dyn Fn(&Spot<'a>) -> Option<Spot<'a>>,
) -> Option<Spot<'a>> {
    const DEEPEST: usize = 32;
    let key = below.path.last().map(String::as_str).unwrap_or_default();
    let found = if keys.contains(&key) { wanted(below) } else { None };
    if found.is_some() || below.path.len() > DEEPEST {
        return found;
    }
    below.children().iter().find_map(|child| first_below(child, keys, wanted))
}

#[cfg(test)]
mod tests {
    use seatrial_model::{ImageFault, Sources};

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
            ("image: other", Some((15, of_web("image")))),
            ("image-pull-secret: a", Some((32, of_pod("imagePullSecrets")))),
            ("limit: { resource: memory }", Some((17, of_web("resources/limits/memory")))),
            ("limit: { resource: cpu }", None),
            ("probe: liveness", Some((31, of_web("livenessProbe")))),
            ("probe: readiness", Some((30, of_web("readinessProbe")))),
            ("probe: startup", None),
            ("command", Some((16, of_web("command")))),
            ("quota", Some((6, "/spec/replicas".to_owned()))),
            ("service-account: shop", Some((9, of_pod("serviceAccountName")))),
            ("request: { resource: cpu }", Some((17, of_web("resources/requests/cpu")))),
            ("node-selector", Some((10, of_pod("nodeSelector")))),
            ("config-map: { name: settings }", Some((20, of_web("envFrom/0/configMapRef/name")))),
            ("config-map: { name: settings, key: a }", Some((28, of_web("env/1/valueFrom/configMapKeyRef/key")))),
            ("secret: { name: settings }", None),
            ("security-context: runAsNonRoot", Some((29, of_web("securityContext/runAsNonRoot")))),
        ];
        for (subject, line) in table {
            let cause =
                Cause { container: Some("web".to_owned()), ..Cause::of_object("", "").about(parsed_subject(subject)) };
            let found = place_of(&manifest, &cause).map(|(span, pointer)| (file.line_column(span.start).0, pointer));
            assert_eq!(found, line, "{cause:?}");
        }
    }

    /// A subject as the cases of readiness write it.
    fn parsed_subject(text: &str) -> Subject {
        serde_saphyr::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn an_image_that_admission_changed_is_that_of_its_container() {
        let file = Sources::new().add("web.yaml", DEPLOYMENT.to_owned());
        let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
        let manifest = Manifest::from_node(parsed.documents[0].node.clone()).expect("an object");
        let cause = Cause {
            container: Some("web".to_owned()),
            image: Some("mutated/web:2".to_owned()),
            ..Cause::of_object("ErrImagePull", "image not found").about(Subject::Image(ImageFault::NotFound))
        };
        let pointer = place_of(&manifest, &cause).map(|(_, pointer)| pointer);
        assert_eq!(pointer.as_deref(), Some("/spec/template/spec/containers/1/image"));
    }
}
