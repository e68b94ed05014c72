//! `missing-object`: what the objects of an environment use by name and is not among them. It may be in the cluster already, so this is
//! never more than a note, once for each object that is missing.

use std::cell::OnceCell;

use seatrial_model::{Level, QuickSet, RuleId, RuleInfo, Setting};

use crate::foreign::written_by_others;
use crate::namespace_mismatch::{Used, used_namespaces};
use crate::relations::{finding, known};
use crate::slips::Slips;
use crate::{Checked, Context, Objects, Rule};

/// The id of the rule, whose notes a real cluster answers.
pub const ID: RuleId = RuleId::new(&RuleInfo {
    id: "missing-object",
    level: Level::Note,
    setting: Setting::Free,
    summary: "something that is used by name is not rendered in this environment",
    page: "A ConfigMap, Secret, claim or ServiceAccount is used that no file of this environment creates; a Namespace, where the environment creates others. That is as it should be where something else creates it: another environment, a controller, an administrator.",
});

/// The rule.
pub(crate) struct MissingObject;

impl Rule for MissingObject {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        missing_from_pods(objects, context, checked);
        for Used { name, node, manifest, meant } in used_namespaces(objects) {
            if meant.is_some() {
                continue;
            }
            let message = format!(
                "{} is in the namespace `{name}`, which this environment does not create: it must already exist",
                manifest.id
            );
            let field = "/metadata/namespace".to_owned();
            checked.findings.push(finding(ID, node, manifest, field, message));
        }
    }
}

fn missing_from_pods(objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
    let written = OnceCell::new();
    let (mut seen, mut slips) = (QuickSet::default(), Slips::new());
    for used in objects.uses() {
        let (kind, namespace, Some(name)) = (used.kind, used.namespace(), known(used.name)) else { continue };
        if is_everywhere(kind, name) || objects.find("", kind, namespace, name).is_some() {
            continue;
        }
        let written = written.get_or_init(|| written_by_others(objects, context.minor));
        if written.contains(&(namespace, name)) || !seen.insert((kind, namespace, name)) {
            continue;
        }
        let user = &used.pod.manifest.id;
        let message =
            format!("{user} uses {kind} `{name}`, which this environment does not create: it must already exist");
        let here = objects.of_kind("", kind).iter().filter(|other| other.id.namespace.as_deref() == namespace);
        let meant = slips.find(name, here.map(|other| &*other.id.name));
        let finding = used.finding(ID, message);
        checked.findings.push(match meant {
            Some(meant) => finding.with_help(format!("did you mean `{meant}`?")),
            None => finding,
        });
    }
}

/// Whether the cluster makes it in every namespace.
fn is_everywhere(kind: &str, name: &str) -> bool {
    matches!(
        (kind, name),
        ("ServiceAccount", "default") | ("ConfigMap", "kube-root-ca.crt" | "openshift-service-ca.crt")
    )
}
