//! What lets a container act on its node: Kubernetes' Pod Security Standards, as far as something is added.

use seatrial_model::{Manifest, Node, QuickSet, Span};
use seatrial_rules::{Container, Pod};

use crate::dangers::pods::{PodPair, name};

/// Capabilities that every container has unless it drops them (containerd and CRI-O; the Baseline standard allows to add them).
const USUAL: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Something that a pod or a container may do.
pub(super) struct Power<'a> {
    /// The field and its value, as a reader writes them.
    pub(super) what: String,
    /// The container; `None` for the whole pod.
    container: Option<&'a str>,
    /// Where it is said.
    pub(super) value: &'a Node,
    /// The JSON pointer to it.
    pub(super) field: String,
}

impl Power<'_> {
    /// Who has it.
    pub(super) fn subject(&self, manifest: &Manifest) -> String {
        match self.container {
            Some(name) => format!("container `{name}` of {}", manifest.id),
            None => format!("the pod of {}", manifest.id),
        }
    }
}

/// What says most first.
const WORST_FIRST: [&str; 6] = ["privileged", "hostPID", "hostNetwork", "hostIPC", "capabilities", "hostPath"];

impl Power<'_> {
    /// Its place among others in a sentence.
    pub(super) fn rank(&self) -> usize {
        WORST_FIRST.iter().position(|what| self.what.starts_with(what)).unwrap_or(WORST_FIRST.len())
    }
}

/// What a pod and its containers may do.
pub(super) struct Powers<'a>(pub(super) Vec<Power<'a>>);

impl<'a> Powers<'a> {
    pub(super) fn of(pod: &Pod<'a>) -> Powers<'a> {
        let mut powers = Powers(Vec::new());
        powers.of_pod(pod);
        for container in pod.containers() {
            powers.of_container(pod, container);
        }
        powers
    }

    /// Those that others do not have: neither the same container nor the whole pod.
    pub(super) fn beyond(&self, others: &Powers<'_>) -> impl Iterator<Item = &Power<'a>> {
        let known: QuickSet<(String, Option<String>)> =
            others.0.iter().map(|power| (power.what.clone(), power.container.map(str::to_owned))).collect();
        let has = move |power: &Power<'_>, container: Option<&str>| {
            known.contains(&(power.what.clone(), container.map(str::to_owned)))
        };
        self.0.iter().filter(move |power| !has(power, power.container) && !has(power, None))
    }

    fn of_pod(&mut self, pod: &Pod<'a>) {
        let Some(spec) = pod.spec() else { return };
        let mut add = |what: String, value, rest: &str| {
            self.0.push(Power { what, container: None, value, field: pod.pointer(rest) });
        };
        for field in ["hostNetwork", "hostPID", "hostIPC"] {
            if let Some(value) = spec.get(field).filter(|value| value.as_bool() == Some(true)) {
                add(format!("{field}: true"), value, &format!("/spec/{field}"));
            }
        }
        let volumes = spec.get("volumes").map_or(&[][..], Node::items);
        for (index, volume) in volumes.iter().enumerate() {
            if let Some(path) = volume.at(&["hostPath", "path"]) {
                let what = format!("hostPath: {}", path.scalar_text().unwrap_or_default());
                add(what, path, &format!("/spec/volumes/{index}/hostPath/path"));
            }
        }
        if let Some(user) = spec.at(&["securityContext", "runAsUser"]).filter(|user| user.as_i64() == Some(0)) {
            add("runAsUser: 0".to_owned(), user, "/spec/securityContext/runAsUser");
        }
    }

    fn of_container(&mut self, pod: &Pod<'a>, container: Container<'a>) {
        let Some(context) = container.node.get("securityContext") else { return };
        let place = format!("/spec/{}/{}/securityContext", container.list, container.index);
        let mut add = |what: String, value, rest: &str| {
            let (container, field) = (name(&container), pod.pointer(&format!("{place}{rest}")));
            self.0.push(Power { what, container, value, field });
        };
        if let Some(value) = context.get("privileged").filter(|value| value.as_bool() == Some(true)) {
            add("privileged: true".to_owned(), value, "/privileged");
        }
        if let Some(user) = context.get("runAsUser").filter(|user| user.as_i64() == Some(0)) {
            add("runAsUser: 0".to_owned(), user, "/runAsUser");
        }
        let added = context.at(&["capabilities", "add"]).map_or(&[][..], Node::items);
        for (index, capability) in added.iter().enumerate() {
            let text = capability.scalar_text().unwrap_or_default();
            let name = text.strip_prefix("CAP_").unwrap_or(text);
            if !USUAL.contains(&name) {
                add(format!("capabilities.add: {name}"), capability, &format!("/capabilities/add/{index}"));
            }
        }
    }
}

/// A restriction that is not there any more, and where it was.
pub(super) struct Lost<'a> {
    pub(super) power: Power<'a>,
    pub(super) was: Span,
}

/// Fields that restrict a container, with the value that does.
const RESTRICTIONS: [(&str, bool); 2] = [("runAsNonRoot", true), ("allowPrivilegeEscalation", false)];

/// The restrictions that containers had and have no more. What a pod says for all of its containers is lost once.
pub(super) fn lost<'a>(pair: &PodPair<'a>) -> Vec<Lost<'a>> {
    let mut all: Vec<Lost<'a>> = Vec::new();
    let mut told = QuickSet::default();
    let Some(pod) = &pair.before else { return all };
    for containers in pair.containers() {
        let Some(before) = containers.before else { continue };
        for (field, value) in RESTRICTIONS {
            let restricts = |setting: &Setting<'_>| setting.value.as_bool() == Some(value);
            let Some(was) = setting(pod, before, field).filter(restricts) else { continue };
            let now = setting(&pair.after, containers.after, field);
            if now.as_ref().is_some_and(restricts) {
                continue;
            }
            let what = format!("{field}: {value}");
            let (value, place) = match now {
                Some(now) => (now.value, now.place),
                None => (what_is_left(pair, containers.after, was.container), was.place),
            };
            let field = pair.after.pointer(&place);
            if told.insert((was.value.span(), field.clone())) {
                let power = Power { what, container: was.container, value, field };
                all.push(Lost { power, was: was.value.span() });
            }
        }
    }
    all
}

/// What is said of a container: by itself, else by its pod.
struct Setting<'a> {
    value: &'a Node,
    container: Option<&'a str>,
    /// From the template.
    place: String,
}

fn setting<'a>(pod: &Pod<'a>, container: Container<'a>, field: &str) -> Option<Setting<'a>> {
    let own = container.node.at(&["securityContext", field]).filter(|value| !value.is_null());
    if let Some(value) = own {
        let place = format!("/spec/{}/{}/securityContext/{field}", container.list, container.index);
        return Some(Setting { value, container: name(&container), place });
    }
    let value = pod.spec()?.at(&["securityContext", field]).filter(|value| !value.is_null())?;
    Some(Setting { value, container: None, place: format!("/spec/securityContext/{field}") })
}

/// Where a restriction could stand that is gone.
fn what_is_left<'a>(pair: &PodPair<'a>, container: Container<'a>, was_of: Option<&str>) -> &'a Node {
    let name = || container.node.get("name").unwrap_or(container.node);
    match was_of {
        Some(_) => container.node.get("securityContext").unwrap_or_else(name),
        None => pair.after.spec().and_then(|spec| spec.get("securityContext")).unwrap_or_else(name),
    }
}
