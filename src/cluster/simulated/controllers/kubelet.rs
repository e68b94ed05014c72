//! The kubelet: what containers do over time, as the specification's images say. How that looks in a pod's status is in `pod_status`.

use std::collections::BTreeSet;

use seatrial_kubernetes::ImageReference;
use serde_json::Value;

use super::conditions::{self, Condition};
use super::due::Due;
use super::events::{self, Event, Kind};
use super::ownership::is_deleted;
use super::pod_status;
use crate::clock::Moment;
use crate::json;
use crate::specification::{Image, Specification};
use crate::world::author::Author;
use crate::world::pod_run::{ContainerRun, Ended, PodRun, Role, State, containers, is_started_again};
use crate::world::store::Key;
use crate::world::{NODE, World};

/// From scheduling to the first look at a pod's containers.
const START: i64 = 30;
/// From a container's start to its readiness or its end.
const RUN: i64 = 20;
/// From the first pull error to the back-off, and how long that lasts.
const PULL: (i64, i64) = (120, 1_500);
/// Until missing configuration is looked for again.
const RETRY: i64 = 250;
/// The first pause of a crash loop, in milliseconds where a real one takes 10 s; it grows by this much, up to the last.
const CRASH: (i64, i64, i64) = (80, 80, 2_000);
/// How long a pod that is deleted takes to end.
const END: i64 = 30;

/// Brings every pod to where it is by now.
pub(super) fn reconcile(world: &mut World, now: Moment, due: &mut Due) {
    let mut alive = BTreeSet::new();
    for key in world.store.keys("pods") {
        let Some(pod) = world.store.get(&key) else { continue };
        let uid = json::text(pod, "/metadata/uid").to_owned();
        if let Some(run) = world.kubelet.pods.get(&uid).filter(|run| run.is_settled(pod, now)) {
            run.containers.iter().filter_map(|c| c.due).for_each(|moment| due.at(moment));
            alive.insert(uid);
            continue;
        }
        let pod = Value::clone(pod);
        let mut run = world.kubelet.pods.remove(&uid).unwrap_or_else(|| PodRun::new(&pod, &uid, now));
        if is_deleted(&pod) {
            let ends = *run.ends.get_or_insert(now.after(END));
            if ends <= now && json::items(&pod, "/metadata/finalizers").is_empty() {
                world.store.remove(&key);
                continue;
            }
            due.at(ends.max(now.after(1)));
        } else {
            schedule(world, &key, &pod, now);
            advance(world, &pod, &mut run, now);
        }
        run.containers.iter().filter_map(|c| c.due).for_each(|moment| due.at(moment));
        pod_status::update(world, &key, &run, now);
        let version = world.store.get(&key).map(|pod| json::text(pod, "/metadata/resourceVersion").to_owned());
        run.settled = version;
        alive.insert(uid.clone());
        world.kubelet.pods.insert(uid, run);
    }
    world.kubelet.pods.retain(|uid, _| alive.contains(uid));
}

impl PodRun {
    fn is_settled(&self, pod: &Value, now: Moment) -> bool {
        let is_shown = self.settled.as_deref() == Some(json::text(pod, "/metadata/resourceVersion"));
        is_shown && !is_deleted(pod) && self.containers.iter().all(|c| c.due.is_none_or(|due| due > now))
    }

    fn new(pod: &Value, uid: &str, now: Moment) -> PodRun {
        let has_init = json::items(pod, "/spec/initContainers").iter().next().is_some();
        // Pods do not all start in the same millisecond.
        let jitter = i64::try_from(crate::world::hash(&uid) % 40).unwrap_or(0);
        let mut is_first = true;
        let new = containers(pod).map(|(role, _)| {
            let waits = has_init && (role == Role::Main || !is_first);
            is_first = false;
            ContainerRun {
                state: State::Waiting {
                    reason: if has_init { "PodInitializing" } else { "ContainerCreating" },
                    message: String::new(),
                },
                due: (!waits).then(|| now.after(START + jitter)),
                restarts: 0,
                last: None,
            }
        });
        PodRun { containers: new.collect(), ends: None, settled: None }
    }
}

fn schedule(world: &mut World, key: &Key, pod: &Value, now: Moment) {
    if json::has(pod, "/spec/nodeName") {
        return;
    }
    let number = world.next_number();
    let address = format!("10.244.{}.{}", number / 250 % 250, number % 250 + 2);
    // A binding: nobody owns what it sets.
    world.update(key, Author::SERVER, now, |pod| {
        json::set(pod, "/spec/nodeName", NODE);
        let condition = Condition { kind: "PodScheduled", status: "True", reason: "", message: "" };
        conditions::set_of_pod(pod, &condition, None, now);
    });
    world.update(key, Author::KUBELET_STATUS, now, |pod| {
        json::set(pod, "/status/hostIP", "10.0.0.4");
        json::set(pod, "/status/hostIPs", serde_json::json!([{"ip": "10.0.0.4"}]));
        json::set(pod, "/status/podIP", address.as_str());
        json::set(pod, "/status/podIPs", serde_json::json!([{"ip": address}]));
        json::set(pod, "/status/startTime", now.text());
    });
    let message = format!("Successfully assigned {}/{} to {NODE}", key.namespace, key.name);
    let event =
        Event { kind: Kind::Normal, reason: "Scheduled", message: &message, component: "default-scheduler", field: "" };
    events::record(world, pod, &event, now);
}

/// Lets every container that is due do its next thing.
fn advance(world: &mut World, pod: &Value, run: &mut PodRun, now: Moment) {
    let specs: Vec<(Role, Value)> = containers(pod).map(|(role, spec)| (role, spec.clone())).collect();
    for (index, (role, spec)) in specs.iter().enumerate() {
        let Some(container) = run.containers.get_mut(index) else { continue };
        if container.due.is_none_or(|due| due > now) {
            continue;
        }
        let mut told = vec![];
        step(world, pod, spec, *role, container, now, &mut told);
        let field = match role {
            Role::Main => format!("spec.containers{{{}}}", json::text(spec, "/name")),
            _ => format!("spec.initContainers{{{}}}", json::text(spec, "/name")),
        };
        for (kind, reason, message) in told {
            // A volume is the pod's, not the container's.
            let field = if reason == "FailedMount" { "" } else { &field };
            let event = Event { kind, reason, message: &message, component: "kubelet", field };
            events::record(world, pod, &event, now);
        }
    }
    start_next(run, &specs, now);
}

/// Containers wait for the init containers before them.
fn start_next(run: &mut PodRun, specs: &[(Role, Value)], now: Moment) {
    for (index, (role, _)) in specs.iter().enumerate() {
        let Some(container) = run.containers.get_mut(index) else { return };
        let waits =
            matches!(&container.state, State::Waiting { reason: "PodInitializing", .. }) && container.due.is_none();
        if waits {
            container.due = Some(now.after(1));
        }
        let lets_others_start = match (role, &container.state) {
            (Role::Main, _) | (Role::Sidecar, State::Running { .. }) => true,
            (Role::Init, State::Terminated(ended)) => ended.code == 0,
            _ => false,
        };
        if !lets_others_start {
            return;
        }
    }
}

type Told = Vec<(Kind, &'static str, String)>;

fn step(
    world: &World,
    pod: &Value,
    spec: &Value,
    role: Role,
    container: &mut ContainerRun,
    now: Moment,
    told: &mut Told,
) {
    match container.state.clone() {
        State::Waiting { reason: "ErrImagePull", message } => {
            let image = json::text(spec, "/image");
            let back_off = format!("Back-off pulling image \"{image}\"");
            told.push((Kind::Normal, "BackOff", back_off.clone()));
            container.wait("ImagePullBackOff", format!("{back_off}: ErrImagePull: {message}"), now.after(PULL.1));
        }
        State::Waiting { .. } => start(world, pod, spec, container, now, told),
        State::Running { since, .. } => match exit_code(&world.specification, pod, spec, role) {
            None => {
                container.state = State::Running { since, ready: true };
                container.due = None;
            }
            Some(code) => {
                container.state = State::Terminated(Ended { code, since, at: now });
                let again = is_started_again(pod, role, code);
                container.due = again.then(|| now.after(1));
            }
        },
        State::Terminated(ended) => {
            container.last = Some(ended);
            let (name, uid) = (json::text(spec, "/name"), json::text(pod, "/metadata/uid"));
            let (namespace, pod_name) = (json::text(pod, "/metadata/namespace"), json::text(pod, "/metadata/name"));
            let seconds = 10_u32.saturating_mul(1 << container.restarts.min(5)).min(300);
            let pretty =
                if seconds < 60 { format!("{seconds}s") } else { format!("{}m{}s", seconds / 60, seconds % 60) };
            let place = format!("{pod_name}_{namespace}({uid})");
            told.push((
                Kind::Warning,
                "BackOff",
                format!("Back-off restarting failed container {name} in pod {place}"),
            ));
            let message = format!("back-off {pretty} restarting failed container={name} pod={place}");
            let pause = CRASH.0 + CRASH.1 * i64::from(container.restarts);
            container.wait("CrashLoopBackOff", message, now.after(pause.min(CRASH.2)));
        }
    }
}

impl ContainerRun {
    fn wait(&mut self, reason: &'static str, message: String, due: Moment) {
        self.state = State::Waiting { reason, message };
        self.due = Some(due);
    }
}

/// Volumes, image, configuration; then it runs.
fn start(world: &World, pod: &Value, spec: &Value, container: &mut ContainerRun, now: Moment, told: &mut Told) {
    let image = json::text(spec, "/image");
    let creating = |container: &ContainerRun| match &container.state {
        State::Waiting { reason: reason @ ("PodInitializing" | "ContainerCreating"), .. } => *reason,
        _ => "ContainerCreating",
    };
    if let Some(why) = missing_volume(world, pod) {
        told.push((Kind::Warning, "FailedMount", why));
        let reason = creating(container);
        container.wait(reason, String::new(), now.after(RETRY));
        return;
    }
    let is_first = container.last.is_none();
    if is_first && world.specification.knows(image) && world.specification.image(image).is_none() {
        told.push((Kind::Normal, "Pulling", format!("Pulling image \"{image}\"")));
        let reference = ImageReference::parse(image).pulled();
        let error = format!(
            "rpc error: code = NotFound desc = failed to pull and unpack image \"{reference}\": \
             failed to resolve reference \"{reference}\": {reference}: not found"
        );
        told.push((Kind::Warning, "Failed", format!("Failed to pull image \"{image}\": {error}")));
        told.push((Kind::Warning, "Failed", "Error: ErrImagePull".to_owned()));
        container.wait("ErrImagePull", error, now.after(PULL.0));
        return;
    }
    if let Some(why) = missing_configuration(world, pod, spec) {
        told.push((Kind::Warning, "Failed", format!("Error: {why}")));
        container.wait("CreateContainerConfigError", why, now.after(RETRY));
        return;
    }
    if is_first {
        told.push((Kind::Normal, "Pulled", format!("Container image \"{image}\" already present on machine")));
    } else {
        container.restarts += 1;
    }
    told.push((Kind::Normal, "Created", "Container created".to_owned()));
    told.push((Kind::Normal, "Started", "Container started".to_owned()));
    container.state = State::Running { since: now, ready: false };
    container.due = Some(now.after(RUN));
}

/// The code a container ends with; none when it runs on. Init containers, and those of pods that are meant to end, succeed unless told otherwise.
fn exit_code(specification: &Specification, pod: &Value, spec: &Value, role: Role) -> Option<i32> {
    let told = specification.image(json::text(spec, "/image")).and_then(|image: &Image| image.exits);
    let is_meant_to_end = role == Role::Init
        || role == Role::Main && matches!(json::text(pod, "/spec/restartPolicy"), "Never" | "OnFailure");
    told.or(is_meant_to_end.then_some(0))
}

/// Why the volumes of a pod cannot be mounted (kubelet: `MountVolume.SetUp`).
fn missing_volume(world: &World, pod: &Value) -> Option<String> {
    let namespace = json::text(pod, "/metadata/namespace");
    json::items(pod, "/spec/volumes").iter().find_map(|volume| {
        let name = json::text(volume, "/name");
        let sources = [
            ("configmap", "configmaps", volume.pointer("/configMap"), "name"),
            ("secret", "secrets", volume.pointer("/secret"), "secretName"),
            ("persistentvolumeclaim", "persistentvolumeclaims", volume.pointer("/persistentVolumeClaim"), "claimName"),
        ];
        sources.into_iter().find_map(|(kind, resource, source, field)| {
            let source = source?;
            let wanted = source.get(field).and_then(Value::as_str).unwrap_or_default();
            let is_optional = source.get("optional") == Some(&Value::Bool(true));
            let is_there = world.store.get(&Key::new(resource, namespace, wanted)).is_some();
            let is_missing = !is_there && !is_optional;
            is_missing
                .then(|| format!("MountVolume.SetUp failed for volume \"{name}\" : {kind} \"{wanted}\" not found"))
        })
    })
}

/// What a container's environment needs and is not there, in the kubelet's words.
fn missing_configuration(world: &World, pod: &Value, spec: &Value) -> Option<String> {
    let namespace = json::text(pod, "/metadata/namespace");
    let look = |reference: Option<&Value>, kind: &str, resource: &str| {
        let reference = reference.filter(|r| r.get("optional") != Some(&Value::Bool(true)))?;
        let name = json::text(reference, "/name");
        let Some(found) = world.store.get(&Key::new(resource, namespace, name)) else {
            return Some(format!("{kind} \"{name}\" not found"));
        };
        let key = reference.get("key").and_then(Value::as_str)?;
        let in_data = ["data", "binaryData"].iter().any(|data| found.get(*data).and_then(|d| d.get(key)).is_some());
        let shown = if kind == "secret" { "Secret" } else { "ConfigMap" };
        (!in_data).then(|| format!("couldn't find key {key} in {shown} {namespace}/{name}"))
    };
    let all = json::items(spec, "/envFrom").iter().find_map(|source| {
        look(source.get("configMapRef"), "configmap", "configmaps")
            .or_else(|| look(source.get("secretRef"), "secret", "secrets"))
    });
    all.or_else(|| {
        json::items(spec, "/env").iter().find_map(|variable| {
            look(variable.pointer("/valueFrom/configMapKeyRef"), "configmap", "configmaps")
                .or_else(|| look(variable.pointer("/valueFrom/secretKeyRef"), "secret", "secrets"))
        })
    })
}
