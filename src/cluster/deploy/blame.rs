//! The line of a manifest that a failure is about: what a person would edit first.

pub(crate) mod field_path;
pub(crate) mod policy;
pub(crate) mod spot;

use seatrial_model::{Amount, Cause, IdentityFault, Manifest, Probe, Reference, Span, Subject};

use crate::blame::spot::{Place, Spot, containers, pod, pod_spec};

/// The line that sets the image of the container that ended: more often than not it is what was changed.
pub(crate) fn image_of(manifest: &Manifest, cause: &Cause) -> Option<Span> {
    own(&Spot::root(manifest), cause)?.at(&["image"]).map(|image| image.node.span())
}

/// The line that sets what the cause is about: the image, the memory limit, the probe, the name of what is missing.
pub(crate) fn place_of(manifest: &Manifest, cause: &Cause) -> Option<Place> {
    let root = Spot::root(manifest);
    if let Subject::PodField(path) = cause.subject.as_ref()?
        && let Some(place) = named(&root, path)
    {
        return Some(place);
    }
    let spot = of_container(&root, cause).or_else(|| of_pod(&root, cause)).or_else(|| of_object(&root, cause));
    // Whatever ended it may be set elsewhere: by an admission webhook, or in the image.
    let spot = spot.or_else(|| own(&root, cause).filter(|_| cause.exit_code.is_some())?.at(&["name"]))?;
    Some(spot.place())
}

/// A field that is named from the root of the object or from that of its pods: the one of which more is there.
fn named(root: &Spot<'_>, path: &str) -> Option<Place> {
    let below = [Some(root.clone()), pod(root)].into_iter().flatten();
    let found = below.filter_map(|spot| {
        let field = field_path::find(spot.node, path)?;
        let depth = field.pointer.matches('/').count();
        Some((depth, (field.span, format!("{}{}", spot.pointer(), field.pointer))))
    });
    // The root where both have as much.
    let (depth, place) = found.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    // That it has a `spec` says nothing.
    (depth > 1).then_some(place)
}

/// What is set in a container.
fn of_container<'a>(root: &Spot<'a>, cause: &Cause) -> Option<Spot<'a>> {
    let own = || own(root, cause);
    match cause.subject.as_ref()? {
        Subject::Container => own()?.at(&["name"]),
        Subject::Image(_) => {
            let image = cause.image.as_deref();
            let same = containers(root).into_iter().find(|c| c.text("image") == image);
            same.or_else(own)?.at(&["image"])
        }
        Subject::Command => own()?.first(&["command", "args", "image"]),
        Subject::Argument(text) => argument(&own()?, text),
        Subject::Variable(name) => {
            let variable = own()?.item("env", "name", name)?;
            variable.first(&["value", "valueFrom", "name"])
        }
        Subject::VariableName(name) => own()?.item("env", "name", name)?.at(&["name"]),
        Subject::Variables => own()?.first(&["env", "envFrom"]),
        Subject::WorkingDir => own()?.first(&["workingDir", "image"]),
        Subject::PostStart => own()?.at(&["lifecycle", "postStart"]),
        Subject::Probe(probe) => own()?.at(&[key_of(*probe)]),
        Subject::ProbeField(probe, field) => {
            let probe = own()?.at(&[key_of(*probe)])?;
            let path: Vec<&str> = field.split('.').collect();
            probe.at(&path).or(Some(probe))
        }
        Subject::ProbePort(probe) => port_of(&own()?.at(&[key_of(*probe)])?),
        Subject::VolumeMount(path) => own()?.item("volumeMounts", "mountPath", path)?.at(&["mountPath"]),
        Subject::HostPort => {
            let set = |c: &Spot<'a>| c.at(&["ports"])?.children().iter().find_map(|port| port.at(&["hostPort"]));
            own().as_ref().and_then(set).or_else(|| containers(root).iter().find_map(set))
        }
        Subject::ContainerPort(number) => {
            let number = number.to_string();
            let declared = |c: &Spot<'a>| c.item("ports", "containerPort", &number)?.at(&["containerPort"]);
            own().as_ref().and_then(declared).or_else(|| containers(root).iter().find_map(declared))
        }
        Subject::Request(amount) => amounts(own(), root, amount, &["requests", "limits"]),
        Subject::Limit(amount) => amounts(own(), root, amount, &["limits"]),
        Subject::Quota { resource, is_too_small } => quota(root, resource, *is_too_small),
        Subject::SecurityContext(field) => security_context(own(), root, field),
        Subject::ConfigMap(missing) => {
            referring(own(), root, missing, &["configMapRef", "configMapKeyRef", "configMap"])
        }
        Subject::Secret(missing) => referring(own(), root, missing, &["secretRef", "secretKeyRef", "secret"]),
        _ => None,
    }
}

/// What is set in the spec of a pod.
fn of_pod<'a>(root: &Spot<'a>, cause: &Cause) -> Option<Spot<'a>> {
    let spec = pod_spec(root)?;
    match cause.subject.as_ref()? {
        Subject::ImagePullSecret(name) => {
            let named = spec.item("imagePullSecrets", "name", name).and_then(|item| item.at(&["name"]));
            named.or_else(|| spec.at(&["imagePullSecrets"]))
        }
        Subject::ServiceAccount(_) => spec.first(&["serviceAccountName", "serviceAccount"]),
        Subject::WorkloadIdentity(IdentityFault::Label) => pod(root)?.at(&["metadata", "labels"]),
        Subject::WorkloadIdentity(_) => spec.first(&["serviceAccountName", "serviceAccount"]),
        Subject::PriorityClass(_) => spec.at(&["priorityClassName"]),
        Subject::RuntimeClass(_) => spec.at(&["runtimeClassName"]),
        Subject::NodeSelector => spec.first(&["nodeSelector"]).or_else(|| spec.at(&["affinity", "nodeAffinity"])),
        Subject::PodAffinity => spec.at(&["affinity", "podAffinity"]),
        Subject::PodAntiAffinity => spec.at(&["affinity", "podAntiAffinity"]),
        Subject::TopologySpread => spec.at(&["topologySpreadConstraints"]),
        Subject::Toleration => spec.first(&["tolerations", "nodeSelector", "affinity"]),
        Subject::HostPort => spec.at(&["hostNetwork"]),
        Subject::Volume(name) => {
            let volume = spec.item("volumes", "name", name)?;
            volume.at(&["hostPath", "path"]).or_else(|| volume.at(&["name"]))
        }
        Subject::VolumeSize(name) => {
            let volume = spec.item("volumes", "name", name)?;
            volume.at(&["emptyDir", "sizeLimit"]).or_else(|| volume.at(&["name"]))
        }
        Subject::CsiDriver(name) => {
            let is_it = |spot: &Spot<'a>| spot.at(&["driver"]).filter(|driver| driver.node.scalar_text() == Some(name));
            spec.first_below(&["csi"], &is_it)
        }
        Subject::Claim(name) => claim(root, &spec, name.as_deref()),
        _ => None,
    }
}

/// What is set in the object itself.
fn of_object<'a>(root: &Spot<'a>, cause: &Cause) -> Option<Spot<'a>> {
    match cause.subject.as_ref()? {
        Subject::Quota { .. } => root.at(&["spec", "replicas"]),
        Subject::StorageClass(_) | Subject::CsiDriver(_) => root.at(&["spec", "storageClassName"]),
        Subject::IngressClass(_) => root.at(&["spec", "ingressClassName"]),
        Subject::ServiceType => root.at(&["spec", "type"]),
        Subject::Paused => root.at(&["spec", "paused"]),
        Subject::ServiceSelector => root.at(&["spec", "selector"]),
        Subject::TargetPort(number) => {
            root.at(&["spec"])?.item("ports", "port", &number.to_string())?.first(&["targetPort", "port"])
        }
        Subject::Deadline => root.at(&["spec", "activeDeadlineSeconds"]),
        _ => None,
    }
}

fn key_of(probe: Probe) -> &'static str {
    match probe {
        Probe::Liveness => "livenessProbe",
        Probe::Readiness => "readinessProbe",
        Probe::Startup => "startupProbe",
    }
}

/// One of the words of `command` and `args`.
fn argument<'a>(own: &Spot<'a>, text: &str) -> Option<Spot<'a>> {
    let words = ["args", "command"].into_iter().filter_map(|list| own.at(&[list])).flat_map(|list| list.children());
    let found = words.into_iter().find(|word| word.node.scalar_text() == Some(text));
    found.or_else(|| own.first(&["args", "command"]))
}

/// The port that a probe asks.
fn port_of<'a>(probe: &Spot<'a>) -> Option<Spot<'a>> {
    let asks = probe.first(&["httpGet", "tcpSocket", "grpc"]);
    asks.and_then(|asks| asks.at(&["port"])).or_else(|| Some(probe.clone()))
}

/// Where an amount of a resource is set: by the container of the cause, else by any: best with just that quantity, else with the largest.
fn amounts<'a>(own: Option<Spot<'a>>, root: &Spot<'a>, amount: &Amount, lists: &[&str]) -> Option<Spot<'a>> {
    let candidates = own.clone().map_or_else(|| containers(root), |own| vec![own]);
    // What is not requested is requested as it is limited.
    let of = |c: &Spot<'a>| lists.iter().find_map(|list| c.at(&["resources", list, &amount.resource]));
    let set: Vec<Spot<'a>> = candidates.iter().filter_map(of).collect();
    let is_exact =
        |spot: &&Spot<'a>| amount.quantity.is_some() && spot.node.scalar_text() == amount.quantity.as_deref();
    // What is too much is the largest; of equals the first.
    let largest = || set.iter().rev().max_by(|a, b| size(a).total_cmp(&size(b)));
    let found = set.iter().find(is_exact).or_else(largest).cloned();
    // Where it is not set, it is missing in the container that the cause names.
    found.or_else(|| own?.first(&["resources", "name"]))
}

/// A quantity as a number, to compare two. What is not a quantity counts as zero.
fn size(spot: &Spot<'_>) -> f64 {
    spot.node.scalar_text().and_then(seatrial_kubernetes::amount).unwrap_or(0.0)
}

/// What a pod asks for of a quota that is given out, where that or its only pod is too much; else it is about their number.
fn quota<'a>(root: &Spot<'a>, resource: &str, is_too_small: bool) -> Option<Spot<'a>> {
    let replicas = root.at(&["spec", "replicas"]).and_then(|replicas| replicas.node.scalar_text());
    if !is_too_small && !matches!(replicas, None | Some("0" | "1")) {
        return None;
    }
    let (lists, resource): (&[&str], &str) = match resource.split_once('.') {
        Some(("limits", resource)) => (&["limits"], resource),
        Some(("requests", resource)) => (&["requests", "limits"], resource),
        _ => (&["requests", "limits"], resource),
    };
    amounts(None, root, &Amount::of(resource), lists)
}

/// The field where it is set, of the container or of the pod; else where it is missing.
fn security_context<'a>(own: Option<Spot<'a>>, root: &Spot<'a>, field: &str) -> Option<Spot<'a>> {
    let path: Vec<&str> = ["securityContext"].into_iter().chain(field.split('.')).collect();
    let spec = pod_spec(root)?;
    // Where no container is named, it may be any.
    let any = || containers(root).iter().find_map(|container| container.at(&path)).filter(|_| own.is_none());
    let set = own.as_ref().and_then(|own| own.at(&path)).or_else(|| spec.at(&path)).or_else(any);
    let missing = || own.as_ref()?.at(&["securityContext"]);
    set.or_else(missing).or_else(|| spec.at(&["securityContext"])).or_else(|| own?.at(&["name"]))
}

/// The claim of this name; any one where no name is told. A StatefulSet makes its own by a template.
fn claim<'a>(root: &Spot<'a>, spec: &Spot<'a>, name: Option<&str>) -> Option<Spot<'a>> {
    let volumes = spec.at(&["volumes"]).map(|volumes| volumes.children()).unwrap_or_default();
    let mut claims = volumes.iter().filter_map(|volume| volume.at(&["persistentVolumeClaim", "claimName"]));
    let named = claims.find(|claim| name.is_none() || claim.node.scalar_text() == name);
    named.or_else(|| {
        let template = root.at(&["spec", "volumeClaimTemplates"])?.children().into_iter().next()?;
        template.at(&["spec", "storageClassName"]).or_else(|| template.at(&["metadata", "name"]))
    })
}

/// The name or the key of the first reference to what is missing: in the container of the cause, else anywhere in the pod.
fn referring<'a>(own: Option<Spot<'a>>, root: &Spot<'a>, missing: &Reference, keys: &[&str]) -> Option<Spot<'a>> {
    let is_named = |found: &Spot<'a>| missing.name.is_none() || found.node.scalar_text() == missing.name.as_deref();
    let wanted = |spot: &Spot<'a>| {
        let name = spot.first(&["name", "secretName"]).filter(is_named)?;
        let Some(key) = missing.key.as_deref() else { return Some(name) };
        let of_variable = spot.at(&["key"]).filter(|found| found.node.scalar_text() == Some(key));
        of_variable.or_else(|| spot.item("items", "key", key)?.at(&["key"]))
    };
    let mut below = [own, pod_spec(root)].into_iter().flatten();
    below.find_map(|below| below.first_below(keys, &wanted))
}

/// The container that the cause is about.
fn own<'a>(root: &Spot<'a>, cause: &Cause) -> Option<Spot<'a>> {
    let name = cause.container.as_deref()?;
    containers(root).into_iter().find(|c| c.text("name") == Some(name))
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
        ports: [{ containerPort: 1, hostPort: 1 }]
        volumeMounts: [{ name: data, mountPath: /data }]
      imagePullSecrets: [{ name: a }]
      volumes:
      - { name: data, persistentVolumeClaim: { claimName: data } }
      - { name: c, configMap: { name: settings, items: [{ key: app.yaml, path: a }] } }
      - { name: kv, csi: { driver: secrets-store.csi.k8s.io } }
      - { name: cache, emptyDir: { sizeLimit: 1Mi } }
";

    #[test]
    fn points_at_the_line_that_set_what_went_wrong() {
        let file = Sources::new().add("web.yaml", DEPLOYMENT.to_owned());
        let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
        let manifest = Manifest::from_node(parsed.documents[0].node.clone()).expect("an object");
        let of_pod = |rest: &str| format!("/spec/template/spec/{rest}");
        let of_web = |rest: &str| of_pod(&format!("containers/1/{rest}"));
        let table = [
            ("container", Some((14, of_web("name")))),
            ("image: other", Some((15, of_web("image")))),
            ("image-pull-secret: a", Some((34, of_pod("imagePullSecrets/0/name")))),
            ("limit: { resource: memory }", Some((17, of_web("resources/limits/memory")))),
            ("limit: { resource: cpu }", Some((17, of_web("resources")))),
            ("request: { resource: cpu }", Some((17, of_web("resources/requests/cpu")))),
            ("probe: liveness", Some((31, of_web("livenessProbe")))),
            ("probe: readiness", Some((30, of_web("readinessProbe")))),
            ("probe: startup", None),
            ("probe-port: readiness", Some((30, of_web("readinessProbe/httpGet/port")))),
            ("probe-field: [liveness, httpGet.port]", Some((31, of_web("livenessProbe/httpGet/port")))),
            ("probe-field: [liveness, timeoutSeconds]", Some((31, of_web("livenessProbe")))),
            ("command", Some((16, of_web("command")))),
            ("argument: /bin/sh", Some((16, of_web("command/0")))),
            ("argument: --port", Some((16, of_web("command")))),
            ("variable: A", Some((23, of_web("env/0/valueFrom")))),
            ("variable-name: B", Some((24, of_web("env/1/name")))),
            ("variable: C", None),
            ("variables", Some((22, of_web("env")))),
            ("working-dir", Some((15, of_web("image")))),
            ("host-port", Some((32, of_web("ports/0/hostPort")))),
            ("volume-mount: /data", Some((33, of_web("volumeMounts/0/mountPath")))),
            ("quota: { resource: pods, is_too_small: false }", Some((6, "/spec/replicas".to_owned()))),
            ("quota: { resource: limits.memory, is_too_small: true }", Some((17, of_web("resources/limits/memory")))),
            ("quota: { resource: limits.memory, is_too_small: false }", Some((6, "/spec/replicas".to_owned()))),
            ("service-account: shop", Some((9, of_pod("serviceAccountName")))),
            ("workload-identity: federated-credential", Some((9, of_pod("serviceAccountName")))),
            ("node-selector", Some((10, of_pod("nodeSelector")))),
            ("toleration", Some((10, of_pod("nodeSelector")))),
            ("pod-affinity", None),
            ("config-map: { name: settings }", Some((20, of_web("envFrom/0/configMapRef/name")))),
            ("config-map: { name: settings, key: a }", Some((28, of_web("env/1/valueFrom/configMapKeyRef/key")))),
            ("config-map: { key: app.yaml }", Some((37, of_pod("volumes/1/configMap/items/0/key")))),
            ("secret: { name: settings }", None),
            ("volume: data", Some((36, of_pod("volumes/0/name")))),
            ("claim: data", Some((36, of_pod("volumes/0/persistentVolumeClaim/claimName")))),
            ("claim: other", None),
            ("csi-driver: secrets-store.csi.k8s.io", Some((38, of_pod("volumes/2/csi/driver")))),
            ("volume-size: cache", Some((39, of_pod("volumes/3/emptyDir/sizeLimit")))),
            ("security-context: runAsNonRoot", Some((29, of_web("securityContext/runAsNonRoot")))),
            ("security-context: capabilities.drop", Some((29, of_web("securityContext")))),
            ("pod-field: \"spec.containers[1].image\"", Some((15, of_web("image")))),
            ("pod-field: spec.replicas", Some((6, "/spec/replicas".to_owned()))),
            ("pod-field: spec.hostNetwork", None),
            ("node", None),
            ("webhook: labels.example.com", None),
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
    fn of_several_containers_the_one_that_asks_for_most_is_too_much() {
        const PODS: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
      - { name: a, resources: { requests: { cpu: 500m, memory: 900Mi } } }
      - { name: b, resources: { requests: { cpu: 64, memory: 1Gi } } }
      - { name: c, resources: { requests: { cpu: 1, memory: 1000M } } }
";
        let file = Sources::new().add("web.yaml", PODS.to_owned());
        let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
        let manifest = Manifest::from_node(parsed.documents[0].node.clone()).expect("an object");
        for resource in ["cpu", "memory"] {
            let cause = Cause::of_object("", "").about(Subject::Request(Amount::of(resource)));
            let pointer = place_of(&manifest, &cause).map(|(_, pointer)| pointer);
            assert_eq!(pointer, Some(format!("/spec/template/spec/containers/1/resources/requests/{resource}")));
        }
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
