//! Targets of HorizontalPodAutoscalers, for `selects-nothing`: a workload of that name in another kind or group, or of a near name, was
//! meant; what has nothing near may be deployed from elsewhere.

use seatrial_model::{Level, Manifest, Node, QuickMap, group_of};

use crate::ids::SELECTS_NOTHING;
use crate::relations::{finding, known, readable};
use crate::slips::Slips;
use crate::{Checked, Objects, missing_object};

/// What an autoscaler can scale, of Kubernetes' own kinds.
const SCALABLE: [(&str, &str); 4] =
    [("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "ReplicaSet"), ("", "ReplicationController")];

/// Names of workloads by kind and namespace.
type Names<'a> = QuickMap<(&'a str, Option<&'a str>), Vec<&'a str>>;

/// Checks all autoscalers; errors are said with `level`.
pub(crate) fn check(objects: &Objects<'_>, level: Level, checked: &mut Checked) {
    let mut slips = Slips::new();
    let mut names = Names::default();
    for (group, kind) in SCALABLE {
        for manifest in objects.of_kind(group, kind) {
            names.entry((kind, manifest.id.namespace.as_deref())).or_default().push(&*manifest.id.name);
        }
    }
    for scaler in readable(objects, "autoscaling", "HorizontalPodAutoscaler") {
        if let Some(target) = scaler.node.at(&["spec", "scaleTargetRef"]) {
            compare(scaler, target, objects, &names, &mut slips, level, checked);
        }
    }
}

fn compare(
    scaler: &Manifest,
    target: &Node,
    objects: &Objects<'_>,
    names: &Names<'_>,
    slips: &mut Slips,
    level: Level,
    checked: &mut Checked,
) {
    let text = |key| target.get(key).and_then(|node| Some((node, known(node)?)));
    let (Some((kind_node, kind)), Some((name_node, name))) = (text("kind"), text("name")) else { return };
    let Some((group, kind)) = SCALABLE.into_iter().find(|(_, scalable)| *scalable == kind) else { return };
    let namespace = scaler.id.namespace.as_deref();
    let mut say = |value: &Node, field: &str, message: String, help: Option<String>, there: Option<&Manifest>| {
        let field = format!("/spec/scaleTargetRef/{field}");
        let mut finding = finding(SELECTS_NOTHING, value, scaler, field, message).with_level(level);
        finding.help = help;
        let Some(there) = there else {
            finding.rule = missing_object::ID;
            checked.findings.push(finding.with_level(Level::Note));
            return;
        };
        checked.findings.push(finding.with_related(there.name_span(), format!("{} is here", there.id)));
    };
    let id = &scaler.id;
    if let Some(there) = objects.find(group, kind, namespace, name) {
        let written = target.get("apiVersion").map_or(Some(""), known);
        let is_of_group = written.is_none_or(|written| group_of(written) == group);
        if !is_of_group {
            let value = target.get("apiVersion").unwrap_or(kind_node);
            let own = there.api_version();
            let written = written.unwrap_or_default();
            let message = if written.is_empty() {
                format!("`scaleTargetRef` of {id} has no `apiVersion`, so {kind} `{name}` is not found")
            } else {
                format!("{id} scales {kind} `{name}` of `{written}`, and it is of `{own}`")
            };
            say(value, "apiVersion", message, Some(format!("write `apiVersion: {own}`")), Some(there));
        }
        return;
    }
    let elsewhere = SCALABLE.into_iter().find_map(|(group, other)| objects.find(group, other, namespace, name));
    if let Some(there) = elsewhere {
        let (other, api) = (&there.id.kind, there.api_version());
        let message = format!("{id} scales {kind} `{name}`, and `{name}` is a {other} here");
        let help = format!("write `kind: {other}` and `apiVersion: {api}`");
        say(kind_node, "kind", message, Some(help), Some(there));
        return;
    }
    let here = names.get(&(kind, namespace)).map_or(&[][..], Vec::as_slice);
    if let Some(meant) = slips.find(name, here.iter().copied()) {
        let message = format!("{id} scales {kind} `{name}`, which is not here");
        let there = objects.find(group, kind, namespace, meant);
        say(name_node, "name", message, Some(format!("did you mean `{meant}`?")), there);
        return;
    }
    let message = format!("{id} scales {kind} `{name}`, which this environment does not create: it must already exist");
    say(name_node, "name", message, None, None);
}
