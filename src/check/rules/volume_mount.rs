//! `volume-mount`: a container that mounts a volume which the pod does not have (`core/validation` `ValidateVolumeMounts`,
//! `ValidateVolumeDevices`: "Not found").

use seatrial_model::{Finding, Level, Node, QuickSet, RuleId, RuleInfo, Setting};

use crate::relations::{self, advise, finding, key_or, known, level, listed};
use crate::{Checked, Context, Objects, Pod, Rule, is_substitution};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "volume-mount",
    level: Level::Error,
    setting: Setting::Free,
    summary: "a container mounts a volume that the pod does not have",
    page: "The name of each `volumeMounts` and `volumeDevices` entry must be the name of one of the pod's `volumes` or, in a StatefulSet, of one of its `volumeClaimTemplates`; the API server refuses the object otherwise.",
});

/// The rule.
pub(crate) struct VolumeMount;

impl Rule for VolumeMount {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        for pod in objects.pods() {
            let nodes = volumes(pod);
            let names: Vec<&str> = nodes.iter().filter_map(|name| name.as_str()).collect();
            if pod.is_misplaced() || names.iter().any(|name| is_substitution(name)) {
                continue;
            }
            let there: QuickSet<&str> = names.iter().copied().collect();
            for container in pod.containers() {
                for mounts in ["volumeMounts", "volumeDevices"] {
                    let items = container.node.get(mounts).map_or(&[][..], Node::items);
                    for (index, mount) in items.iter().enumerate() {
                        let Some(name) = mount.get("name") else { continue };
                        if known(name).is_none_or(|name| there.contains(name)) {
                            continue;
                        }
                        let field = format!("/spec/{}/{}/{mounts}/{index}/name", container.list, container.index);
                        let of = container.node.get("name").and_then(Node::as_str).unwrap_or_default();
                        checked
                            .findings
                            .push(missing(pod, of, name, (&nodes, &names), &field).with_level(level(ID, context)));
                    }
                }
            }
        }
    }
}

fn missing(pod: &Pod<'_>, of: &str, name: &Node, (nodes, names): (&[&Node], &[&str]), field: &str) -> Finding {
    let (object, wanted) = (&pod.manifest.id, name.as_str().unwrap_or_default());
    let message = format!("container `{of}` of {object} mounts the volume `{wanted}`, which the pod does not have");
    let finding = finding(ID, name, pod.manifest, pod.pointer(field), message);
    let spec = pod.spec().unwrap_or(pod.template);
    let has = match names.len() {
        0 => "the pod has no volumes".to_owned(),
        1 => format!("the pod has the volume {}", listed(names)),
        _ => format!("the pod has the volumes {}", listed(names)),
    };
    let finding = finding.with_related(key_or(spec, "volumes", pod.manifest.span), has);
    advise(finding, wanted, relations::names(nodes.iter().copied()))
}

/// The names of a pod's volumes.
fn volumes<'a>(pod: &Pod<'a>) -> Vec<&'a Node> {
    let items = pod.spec().and_then(|spec| spec.get("volumes")).map_or(&[][..], Node::items);
    let is_set = pod.manifest.id.kind == "StatefulSet";
    let claims = pod.manifest.node.at(&["spec", "volumeClaimTemplates"]).filter(|_| is_set);
    let claims = claims.map_or(&[][..], Node::items).iter().filter_map(|claim| claim.at(&["metadata", "name"]));
    items.iter().filter_map(|volume| volume.get("name")).chain(claims).filter(|name| name.as_str().is_some()).collect()
}
