//! What the containers of a pod do; how they get there is the kubelet's.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::clock::Moment;
use crate::json;

/// Running containers, by the identity of their pod.
#[derive(Debug, Default)]
pub(crate) struct Kubelet {
    pub(crate) pods: BTreeMap<String, PodRun>,
}

/// One pod's containers, init containers first, in the order of the spec.
#[derive(Debug, Default)]
pub(crate) struct PodRun {
    pub(crate) containers: Vec<ContainerRun>,
    pub(crate) ends: Option<Moment>,
    /// The version of the pod that shows all of this: nothing is to do while it stays.
    pub(crate) settled: Option<String>,
}

/// One container.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ContainerRun {
    /// What it does.
    pub(crate) state: State,
    /// When something happens next; none when nothing will.
    pub(crate) due: Option<Moment>,
    /// How often it was started again.
    pub(crate) restarts: u32,
    /// Its last end before the present state.
    pub(crate) last: Option<Ended>,
}

/// What a container does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum State {
    /// It has not started, or not again.
    Waiting { reason: &'static str, message: String },
    /// It runs.
    Running { since: Moment, ready: bool },
    /// It ended.
    Terminated(Ended),
}

/// How a container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) since: Moment,
    pub(crate) at: Moment,
}

/// What a container is to its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It ends before the others start.
    Init,
    /// It starts before the others and stays (`restartPolicy: Always` of an init container).
    Sidecar,
    /// It is what the pod is for.
    Main,
}

/// The containers of a pod with their roles, in the order of [`PodRun::containers`].
pub(crate) fn containers(pod: &Value) -> impl Iterator<Item = (Role, &Value)> {
    let init = json::items(pod, "/spec/initContainers").iter().map(|container| {
        let is_sidecar = json::text(container, "/restartPolicy") == "Always";
        (if is_sidecar { Role::Sidecar } else { Role::Init }, container)
    });
    init.chain(json::items(pod, "/spec/containers").iter().map(|container| (Role::Main, container)))
}

/// Whether a container that ended is started again.
pub(crate) fn is_started_again(pod: &Value, role: Role, code: i32) -> bool {
    match (role, json::text(pod, "/spec/restartPolicy")) {
        (Role::Sidecar, _) => true,
        (Role::Init, policy) => code != 0 && policy != "Never",
        (Role::Main, "Never") => false,
        (Role::Main, "OnFailure") => code != 0,
        (Role::Main, _) => true,
    }
}
